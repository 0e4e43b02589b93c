//! A request for a page: at which shop, in which language, and from where.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawQuery};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use edge::door::cookie;
use edge::{Jar, Platform, Shop};
use kernel::{Fault, Problem};
use orders::Ports;
use payments::Cashier;
use percent_encoding::percent_decode_str;
use search::Search;

use crate::texts::{self, Texts};
use crate::window::Window;
use crate::{answer, frame};

/// How many things are in the bag, so that a page which is the same for everybody can say it.
pub const ITEMS: &str = "galleria-items";

pub struct Visit {
    /// Before anybody has said who they are.
    pub shop: Shop,
    pub window: Arc<Window>,
    /// Who says what carriers ask for, and who buys.
    pub ports: Ports,
    pub search: Search,
    pub cashier: Cashier,
    pub texts: &'static Texts,
    /// Whether the address itself says in which language.
    pub chosen: bool,
    /// `https://oak.example`
    pub origin: String,
    pub path: String,
    pub query: Pairs,
    pub headers: HeaderMap,
    /// How the browser keeps the cart and the session.
    pub jar: Jar,
}

/// What a query or a form says, in its order.
#[derive(Debug, Clone, Default)]
pub struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    pub fn read(text: &str) -> Self {
        let decoded = |part: &str| {
            let spaced = part.replace('+', " ");
            // No text may hold the character NUL: not every database can keep it, and nobody types it.
            percent_decode_str(&spaced).decode_utf8_lossy().replace('\0', "")
        };
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        });
        Self(pairs.collect())
    }

    /// What stands under a name, without spaces around it; nothing when that is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// Whether the form had such a field, filled in or not.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    pub fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }
}

impl Visit {
    /// The visit of a customer who is signed in, as theirs.
    pub async fn greeted(mut self, platform: &Platform) -> Result<Self, Box<(Self, Problem)>> {
        match platform.greet(self.shop.clone(), &self.headers, self.jar).await {
            Ok(shop) => self.shop = shop,
            Err(problem) => return Err(Box::new((self, problem))),
        }
        Ok(self)
    }

    pub fn money(&self, amount: i64) -> String {
        crate::tongue::money(self.texts, amount, self.shop.record.currency)
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        cookie(&self.headers, name)
    }

    /// How many things are in the bag, as the browser remembers it.
    pub fn items(&self) -> u32 {
        self.cookie(ITEMS).and_then(|count| count.parse().ok()).unwrap_or(0).min(999)
    }

    /// Whether it is the script that asks, which wants a short answer and no page.
    pub fn by_script(&self) -> bool {
        self.headers.get("x-by-script").is_some()
    }

    /// What became of it, or the page that says why nothing did.
    pub fn show(&self, shown: Result<Response, Problem>) -> Response {
        shown.unwrap_or_else(|problem| match problem.fault {
            Fault::NotFound => frame::lost(self),
            _ => frame::broken(self, &problem),
        })
    }
}

impl FromRequestParts<Platform> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Response> {
        let query = RawQuery::from_request_parts(parts, platform).await.map_or(None, |RawQuery(query)| query);
        let query = Pairs::read(query.as_deref().unwrap_or_default());
        let (texts, chosen) = language(&query, &parts.headers);
        let shop = match platform.shop_at(parts) {
            Ok(Some(shop)) => shop,
            Ok(None) => {
                let none = || frame::bare(StatusCode::NOT_FOUND, texts, texts.no_shop, texts.no_shop_lead);
                return Err(edge::front_page(platform, parts).unwrap_or_else(none));
            }
            Err(problem) => return Err(closed(texts, &problem)),
        };
        // Layers of the routes put them there.
        let missing = || closed(texts, &Problem::bug());
        let search = parts.extensions.get::<Search>().cloned().ok_or_else(missing)?;
        let cashier = parts.extensions.get::<Cashier>().cloned().ok_or_else(missing)?;
        let ports = parts.extensions.get::<Ports>().cloned().ok_or_else(missing)?;
        let window = Window::of(&shop).await.map_err(|problem| closed(texts, &problem))?;
        let jar = Jar::from_request_parts(parts, platform).await.map_err(|_| missing())?;
        let origin = platform.origin_of(parts);
        let (path, headers) = (parts.uri.path().to_owned(), parts.headers.clone());
        Ok(Self { shop, window, ports, search, cashier, texts, chosen, origin, path, query, headers, jar })
    }
}

/// By the address, else by what was chosen before, else by what the browser prefers.
fn language(query: &Pairs, headers: &HeaderMap) -> (&'static Texts, bool) {
    if let Some(texts) = query.get("lang").and_then(texts::named) {
        return (texts, true);
    }
    (texts::wanted(headers), false)
}

/// Says in plain words why there is no page: a shop that does not answer now, for its dress is in the storage, too; or a
/// form that another site's page sent.
fn closed(texts: &'static Texts, problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (title, lead) = match &*problem.code {
        "cross_site" => (texts.sent_elsewhere, texts.sent_elsewhere_lead),
        "shop_suspended" => (texts.closed, texts.closed_lead),
        _ => (texts.closed, texts.closed_soon),
    };
    let mut response = frame::bare(status, texts, title, lead);
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(axum::http::header::RETRY_AFTER, seconds.into());
    }
    response
}

/// Leads on to another page, so that loading it again does nothing twice.
pub fn see_other(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(axum::http::header::LOCATION, answer::location(to))]).into_response()
}
