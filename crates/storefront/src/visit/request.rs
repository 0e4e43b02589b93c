//! A request for a page: at which shop, in which language, and from where.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawQuery};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use edge::cookie;
use edge::{Jar, Platform, Shop};
use kernel::Problem;
use orders::Ports;
use payments::Cashier;
use search::Search;

use super::closed::{bare, closed};
use super::pairs::Pairs;
use crate::format;
use crate::snapshot::Snapshot;
use crate::texts::{self, Texts};

/// How many things are in the cart, so that a page which is the same for everybody can say it.
pub const ITEMS: &str = "galleria-items";

pub struct Visit {
    /// Before anybody has said who they are.
    pub shop: Shop,
    pub snapshot: Arc<Snapshot>,
    /// Who says what carriers ask for, and who buys.
    pub ports: Ports,
    pub search: Search,
    pub cashier: Cashier,
    pub texts: &'static Texts,
    /// Whether the address itself says in which language.
    pub chosen: bool,
    /// `https://oak.example`
    pub origin: String,
    /// The path, with the query as it was sent.
    pub address: String,
    pub path: String,
    pub query: Pairs,
    pub headers: HeaderMap,
    /// How the browser keeps the cart and the session.
    pub jar: Jar,
}

impl Visit {
    /// The visit of a customer who is signed in, as theirs.
    pub(crate) async fn greeted(mut self, platform: &Platform) -> Result<Self, Box<(Self, Problem)>> {
        match platform.greet(self.shop.clone(), &self.headers, self.jar).await {
            Ok(shop) => self.shop = shop,
            Err(problem) => return Err(Box::new((self, problem))),
        }
        Ok(self)
    }

    pub fn money(&self, amount: i64) -> String {
        format::money(self.texts, amount, self.shop.record.currency)
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        cookie(&self.headers, name)
    }

    /// How many things are in the cart, as the browser remembers it.
    pub fn items(&self) -> u32 {
        self.cookie(ITEMS).and_then(|count| count.parse().ok()).unwrap_or(0).min(999)
    }

    /// Whether it is the script that asks, which wants a short answer and no page.
    pub fn by_script(&self) -> bool {
        self.headers.get("x-by-script").is_some()
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
                let none = || bare(StatusCode::NOT_FOUND, texts, texts.no_shop(), texts.no_shop_lead());
                return Err(edge::front_page(platform, parts).unwrap_or_else(none));
            }
            Err(problem) => return Err(closed(texts, &problem)),
        };
        // Layers of the routes put them there.
        let missing = || closed(texts, &Problem::bug());
        let search = parts.extensions.get::<Search>().cloned().ok_or_else(missing)?;
        let cashier = parts.extensions.get::<Cashier>().cloned().ok_or_else(missing)?;
        let ports = parts.extensions.get::<Ports>().cloned().ok_or_else(missing)?;
        let snapshot = Snapshot::of(&shop).await.map_err(|problem| closed(texts, &problem))?;
        let jar = Jar::from_request_parts(parts, platform).await.map_err(|_| missing())?;
        let origin = platform.origin_of(parts);
        let address = parts.uri.path_and_query().map_or("/", |address| address.as_str()).to_owned();
        let (path, headers) = (parts.uri.path().to_owned(), parts.headers.clone());
        Ok(Self {
            shop,
            snapshot,
            ports,
            search,
            cashier,
            texts,
            chosen,
            origin,
            address,
            path,
            query,
            headers,
            jar,
        })
    }
}

/// By the address, else by what was chosen before, else by what the browser prefers.
fn language(query: &Pairs, headers: &HeaderMap) -> (&'static Texts, bool) {
    if let Some(texts) = query.get("lang").and_then(texts::named) {
        return (texts, true);
    }
    (texts::wanted(headers), false)
}
