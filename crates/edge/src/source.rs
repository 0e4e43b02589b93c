//! From where a request came, as far as it can be believed.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use limits::{Networks, Proxies, Speaks};

use crate::answer::Refused;
use crate::app::Platform;

/// The other end of the connection: a client, or a proxy before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Who asked, by their address, and whether the way from them to us was encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    pub address: IpAddr,
    pub https: bool,
}

/// The machines between the clients and us. Their `X-Forwarded-For` and `X-Forwarded-Proto` are believed, and nobody
/// else's: whoever is believed chooses their own address, and with it their limits.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    networks: Networks,
    proxies: Proxies,
}

impl TrustedProxies {
    pub fn new(networks: Networks) -> Result<Self, String> {
        let proxies = Proxies::new(networks.clone(), Speaks::XForwardedFor);
        proxies.map(|proxies| Self { networks, proxies }).map_err(|error| error.to_string())
    }

    pub(crate) fn source(&self, headers: &HeaderMap, extensions: &Extensions) -> Source {
        // Whoever calls the router without a connection has no address; they are then one client.
        let peer = extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
        if !self.networks.contains(peer) {
            return Source { address: peer.to_canonical(), https: false };
        }
        let pairs = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        Source { address: self.proxies.client_address(peer, pairs), https: came_by_https(headers) }
    }
}

/// The last word is the nearest proxy's.
fn came_by_https(headers: &HeaderMap) -> bool {
    let said = headers.get_all("x-forwarded-proto").into_iter().next_back();
    let last = said.and_then(|value| value.to_str().ok()).and_then(|text| text.rsplit(',').next());
    last.is_some_and(|last| last.trim().eq_ignore_ascii_case("https"))
}

impl FromRequestParts<Platform> for Source {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Refused> {
        Ok(platform.settings().proxies.source(&parts.headers, &parts.extensions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_a_trusted_proxy_says_who_asked_and_how() {
        let proxies = TrustedProxies::new("10.0.0.0/8".parse().unwrap()).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("198.51.100.7, 203.0.113.9"));
        headers.insert("x-forwarded-proto", HeaderValue::from_static("http, https"));
        let from = |peer: &str| {
            let mut extensions = Extensions::new();
            extensions.insert(Peer(peer.parse().unwrap()));
            proxies.source(&headers, &extensions)
        };
        assert_eq!(from("10.1.2.3"), Source { address: "203.0.113.9".parse().unwrap(), https: true });
        assert_eq!(from("192.0.2.1"), Source { address: "192.0.2.1".parse().unwrap(), https: false });
    }

    #[test]
    fn nobody_may_trust_everybody() {
        assert!(TrustedProxies::new("0.0.0.0/0".parse().unwrap()).is_err());
    }
}
