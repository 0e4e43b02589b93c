//! Cookies: a session, a cart. No other host can set them, and nobody on the way can read them.

use std::time::Duration;

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use kernel::Problem;

use super::host;
use crate::problems::NOT_ENCRYPTED;

/// A browser's session.
pub const SESSION: &str = "galleria";

/// How a browser keeps cookies for the host that it asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jar {
    /// Under a name that keeps other hosts, and pages without encryption, from setting it.
    Guarded,
    /// As it is: the operator trusts the network, on which everybody can read it.
    Open,
    /// Not at all: the page came without encryption, and what is guarded would be thrown away.
    Closed,
}

impl Jar {
    /// A proxy that we do not know may have encrypted all the same. Then the browser sends `Sec-Fetch-Site`, which it does
    /// only over connections that it trusts (Fetch Metadata).
    pub(crate) fn of(headers: &HeaderMap, https: bool, unencrypted_sessions: bool) -> Self {
        if https || headers.contains_key("sec-fetch-site") || is_own_machine(headers) {
            Self::Guarded
        } else if unencrypted_sessions {
            Self::Open
        } else {
            Self::Closed
        }
    }

    /// What was kept under this name.
    pub fn get<'a>(self, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
        cookie(headers, &self.named(name))
    }

    /// Gives it to the browser. Nothing, for no time, takes it away.
    pub fn put(self, headers: &mut HeaderMap, name: &str, value: &str, lasts: Duration) {
        let (name, lasts) = (self.named(name), lasts.as_secs());
        let secure = if self == Self::Open { "" } else { " Secure;" };
        let text = format!("{name}={value}; Path=/; Max-Age={lasts};{secure} HttpOnly; SameSite=Lax");
        if let Ok(text) = HeaderValue::try_from(text) {
            headers.append(SET_COOKIE, text);
        }
    }

    pub fn is_closed(self) -> bool {
        self == Self::Closed
    }

    /// Refuses what would be of no use, for the browser would not keep it.
    pub fn check(self) -> Result<(), Problem> {
        if !self.is_closed() {
            return Ok(());
        }
        Err(NOT_ENCRYPTED.says(
            "This page came without encryption (http), and then a browser keeps neither a cart nor a session. Open it by https. Whoever runs this server reads at /problems/not_encrypted what to set.",
        ))
    }

    fn named(self, name: &str) -> String {
        if self == Self::Open { name.to_owned() } else { format!("__Host-{name}") }
    }
}

/// What a browser finds on its own machine it trusts, encrypted or not.
fn is_own_machine(headers: &HeaderMap) -> bool {
    let Some(host) = host::named(headers) else { return true };
    host == "localhost"
        || host.ends_with(".localhost")
        || host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::HOST;

    fn put(jar: Jar) -> String {
        let mut headers = HeaderMap::new();
        jar.put(&mut headers, SESSION, "s", Duration::from_secs(60));
        headers[SET_COOKIE].to_str().unwrap().to_owned()
    }

    #[test]
    fn what_is_kept_is_guarded_unless_the_network_is_trusted() {
        let guarded = "__Host-galleria=s; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax";
        assert_eq!(put(Jar::Guarded), guarded);
        assert_eq!(put(Jar::Open), "galleria=s; Path=/; Max-Age=60; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn an_encrypted_page_takes_nothing_that_a_plain_one_could_have_set() {
        let mut headers = HeaderMap::new();
        headers.insert("cookie", HeaderValue::from_static("galleria=planted"));
        assert_eq!(Jar::Guarded.get(&headers, SESSION), None);
        assert_eq!(Jar::Open.get(&headers, SESSION), Some("planted"));
    }

    #[test]
    fn ones_own_machine_has_several_names() {
        let own = |host: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static(host));
            is_own_machine(&headers)
        };
        for host in ["localhost:8080", "oak.localhost", "127.0.0.1:80", "[::1]:8080"] {
            assert!(own(host), "{host}");
        }
        for host in ["shop.test", "localhost.example", "192.168.0.7:8080"] {
            assert!(!own(host), "{host}");
        }
    }

    #[test]
    fn a_cookie_that_was_set_twice_is_none() {
        let with = |text: &'static str| HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(text))]);
        assert_eq!(cookie(&with("x=1; x=2"), "x"), None);
        assert_eq!(cookie(&with("x=1; y=2"), "x"), Some("1"));
    }
}
