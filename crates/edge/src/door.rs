//! What a request shows of who is asking, and who is asked whether it holds.

use std::net::IpAddr;
use std::pin::Pin;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use axum::http::request::Parts;
use kernel::{Problem, TenantId};
use limits::Networks;
use store::{Cell, Tenant};

use crate::answer::Refused;
use crate::app::Platform;
use crate::caller::Caller;
use crate::grants::Grants;
use crate::jar::{Jar, SESSION};
use crate::problems::{CROSS_SITE, KEY_UNKNOWN, NETWORK_NOT_ALLOWED, SESSION_ENDED, TOKEN_REFUSED};

/// What a request shows. Only what it is can be seen from it, not whether it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown<'a> {
    Nothing,
    /// A key of the shop.
    Key(&'a str),
    /// An access token.
    Token(&'a str),
    /// A browser's session.
    Session(&'a str),
    /// A signature over the request. By whom, and whether it fits, takes the body.
    Signature,
}

/// A request as its sender signed it.
#[derive(Clone, Copy)]
pub struct ToSign<'a> {
    pub headers: &'a HeaderMap,
    pub method: &'a str,
    /// Path and query as on the wire.
    pub target: &'a str,
    pub body: &'a [u8],
}

/// For whom a signature vouches.
pub struct Vouched {
    pub caller: Caller,
    /// The shop that was signed for, by its id or its name in addresses.
    pub named: Option<String>,
    /// Where the signer may act; everywhere when there are none.
    pub tenants: Vec<TenantId>,
    /// From which networks; from everywhere when empty.
    pub networks: String,
}

impl Vouched {
    /// Whether its key may be used from there.
    pub(crate) fn holds_from(&self, address: IpAddr) -> bool {
        let networks = self.networks.parse::<Networks>();
        self.networks.is_empty() || networks.is_ok_and(|networks| networks.contains(address))
    }
}

pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send + 'a>>;

/// Whoever knows accounts, sessions, tokens and the roles that a shop made itself.
pub trait Door: Send + Sync {
    /// The shop that a token of ours says it is for; `None` for one that somebody else made, which holds where it is shown
    /// or nowhere. It proves nothing; the shop is then asked.
    fn tenant_of(&self, token: &str) -> Option<TenantId>;

    /// The caller whose session this is; `None` when it has ended.
    fn session<'a>(&'a self, tenant: &'a Tenant, secret: &'a str) -> Later<'a, Option<Caller>>;

    /// The caller whose access token this is; `None` when it does not hold here.
    fn token<'a>(&'a self, tenant: &'a Tenant, token: &'a str) -> Later<'a, Option<Caller>>;

    /// Who signed a request. Each is taken once.
    fn signed<'a>(&'a self, cell: &'a Cell, request: ToSign<'a>) -> Later<'a, Vouched>;

    /// What a role that the shop made itself may do; `None` when there is none of this name.
    fn role<'a>(&'a self, tenant: &'a Tenant, name: &'a str) -> Later<'a, Option<Grants>>;
}

/// That a request was sent by a page of the same origin, for handlers that give a browser something to keep.
pub struct SameSite;

impl FromRequestParts<Platform> for SameSite {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Platform) -> Result<Self, Refused> {
        refuse_other_sites(parts)?;
        Ok(Self)
    }
}

/// Reads what a request shows. Showing two things at once is a mistake, except that a browser sends its cookie anyway.
pub(crate) fn shown(headers: &HeaderMap, jar: Jar) -> Result<Shown<'_>, Problem> {
    if headers.contains_key("x-signature") {
        return Ok(Shown::Signature);
    }
    if let Some(value) = headers.get("x-api-key") {
        return value.to_str().map(Shown::Key).map_err(|_| key_unknown());
    }
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Ok(jar.get(headers, SESSION).map_or(Shown::Nothing, Shown::Session));
    };
    let secret = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, secret)| secret.trim());
    match secret {
        Some(token) if token.contains('.') => Ok(Shown::Token(token)),
        Some(key) => Ok(Shown::Key(key)),
        None => Err(key_unknown()),
    }
}

/// The value of a cookie. Two of one name are none: a page that could set the second one chose it.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let texts = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut found = texts
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(known, _)| *known == name)
        .map(|(_, value)| value);
    let value = found.next()?;
    found.next().is_none().then_some(value)
}

/// Refuses a change that another site's page makes a browser send along with our cookie.
pub fn refuse_other_sites(parts: &Parts) -> Result<(), Problem> {
    if parts.method.is_safe() || is_of_this_site(&parts.headers) {
        return Ok(());
    }
    Err(CROSS_SITE.says(
        "This was sent by a page of another site, so nothing was done. Open the shop's own pages, and try again there.",
    ))
}

/// Every browser of the last years says where a request comes from; an older one names the origin of a change.
fn is_of_this_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let origin = text(ORIGIN.as_str()).and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    origin.is_some() && origin == text(HOST.as_str())
}

pub(crate) fn key_unknown() -> Problem {
    KEY_UNKNOWN.says(
        "This key is not known here. Send a key of this shop as \"Authorization: Bearer gal_…\"; ask its operator for one.",
    )
}

pub(crate) fn wrong_network() -> Problem {
    NETWORK_NOT_ALLOWED.says(
        "This may not be used from the network that you are in. Use it from where it belongs, or ask whoever gave it to you.",
    )
}

pub(crate) fn session_ended() -> Problem {
    SESSION_ENDED.says("Your session has ended. Sign in again.")
}

pub(crate) fn token_refused() -> Problem {
    TOKEN_REFUSED.says(
        "This access token has expired, or was not made for this shop. Get a new one with your refresh token, or sign in again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue, Request};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    fn parts(method: &str, pairs: &[(&'static str, &'static str)]) -> Parts {
        let (mut parts, ()) = Request::builder().method(method).body(()).unwrap().into_parts();
        parts.headers = headers(pairs);
        parts
    }

    #[test]
    fn what_is_shown_is_told_by_its_shape() {
        for (pairs, expected) in [
            (&[][..], Shown::Nothing),
            (&[("authorization", "Bearer gal_abc")][..], Shown::Key("gal_abc")),
            (&[("x-api-key", "gal_abc")][..], Shown::Key("gal_abc")),
            (
                &[("authorization", "bearer a.b.c"), ("cookie", "__Host-galleria=s")][..],
                Shown::Token("a.b.c"),
            ),
            (&[("x-api-key", "till"), ("x-signature", "v2=00")][..], Shown::Signature),
            (&[("cookie", "a=b; __Host-galleria=s")][..], Shown::Session("s")),
        ] {
            assert_eq!(shown(&headers(pairs), Jar::Guarded).unwrap(), expected);
        }
        assert!(shown(&headers(&[("authorization", "Basic abc")]), Jar::Guarded).is_err());
    }

    #[test]
    fn a_cookie_that_was_set_twice_is_none() {
        assert_eq!(cookie(&headers(&[("cookie", "x=1; x=2")]), "x"), None);
        assert_eq!(cookie(&headers(&[("cookie", "x=1; y=2")]), "x"), Some("1"));
    }

    #[test]
    fn a_change_is_only_taken_from_a_page_of_the_same_origin() {
        let may = |pairs: &[(&'static str, &'static str)]| refuse_other_sites(&parts("POST", pairs)).is_ok();
        assert!(may(&[("sec-fetch-site", "same-origin")]));
        assert!(may(&[("origin", "https://oak.example:8080"), ("host", "oak.example:8080")]));
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(!may(&[("sec-fetch-site", site), ("origin", "https://a"), ("host", "a")]), "{site}");
        }
        assert!(!may(&[("origin", "https://evil.example"), ("host", "oak.example")]));
        assert!(!may(&[("origin", "null"), ("host", "null")]));
        assert!(!may(&[("host", "oak.example")]));
        assert!(refuse_other_sites(&parts("GET", &[("sec-fetch-site", "cross-site")])).is_ok());
    }
}
