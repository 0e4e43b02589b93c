//! What a request shows of who is asking, and who is asked whether it holds.

use std::net::IpAddr;
use std::pin::Pin;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use kernel::{Problem, TenantId};
use limits::Networks;
use store::{Cell, Tenant};

use super::caller::Caller;
use super::grants::Grants;
use crate::problems::{KEY_UNKNOWN, NETWORK_NOT_ALLOWED, SESSION_ENDED, TOKEN_REFUSED};
use crate::request::cookies::{Jar, SESSION};

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
pub trait Authenticator: Send + Sync {
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
    use axum::http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
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
}
