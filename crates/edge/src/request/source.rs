//! From where a request came, as far as it can be believed.

use std::net::{IpAddr, Ipv4Addr};

use axum::http::{Extensions, HeaderMap};
use limits::{Networks, Proxies, Speaks};

/// The other end of the connection: a client, or a proxy before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) address: IpAddr,
    /// Whether we encrypt what goes between us.
    pub(crate) encrypted: bool,
}

/// Who asked, by their address, and whether the way from them to us was encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    pub address: IpAddr,
    pub https: bool,
}

impl Source {
    /// Whether it is this machine or one of the same private network.
    pub(crate) fn is_near(&self) -> bool {
        match self.address {
            IpAddr::V4(four) => four.is_loopback() || four.is_private() || four.is_link_local(),
            IpAddr::V6(six) => six.is_loopback() || six.is_unique_local() || six.is_unicast_link_local(),
        }
    }
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
        let nobody = Peer { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), encrypted: false };
        let Peer { address, encrypted } = extensions.get::<Peer>().copied().unwrap_or(nobody);
        if !self.networks.contains(address) {
            return Source { address: address.to_canonical(), https: encrypted };
        }
        let pairs = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let https = came_by_https(headers).unwrap_or(encrypted);
        Source { address: self.proxies.client_address(address, pairs), https }
    }

    pub(crate) fn include(&self, address: IpAddr) -> bool {
        self.networks.contains(address)
    }
}

/// Who stood at the other end of the connection, for a request that is made of another.
pub(crate) fn carry(from: &Extensions, to: &mut Extensions) {
    if let Some(peer) = from.get::<Peer>() {
        to.insert(*peer);
    }
}

/// The last word is the nearest proxy's; `None` when it says nothing.
fn came_by_https(headers: &HeaderMap) -> Option<bool> {
    let said = headers.get_all("x-forwarded-proto").into_iter().next_back()?;
    let last = said.to_str().unwrap_or_default().rsplit(',').next()?;
    Some(last.trim().eq_ignore_ascii_case("https"))
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
            extensions.insert(Peer { address: peer.parse().unwrap(), encrypted: false });
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
