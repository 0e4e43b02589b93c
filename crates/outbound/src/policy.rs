//! Whom we ask, and what we ask of them.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;
use url::{Host, Url};

use crate::OutboundError;
use crate::network::{forbidden, is_metadata};

/// Somebody who may be asked although their address is private: a company's own issuer, or a test's server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// Every address in it.
    Network(IpNet),
    /// A name in lower case, whichever private address it resolves to. What is written as an address is a network.
    Host(String),
}

impl Allowed {
    /// `10.1.0.0/16`, `127.0.0.1`, `::1`, or `login.intern`.
    pub fn parse(text: &str) -> Result<Self, OutboundError> {
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(Self::Network(network));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Network(address.into()));
        }
        match Host::parse(text) {
            Ok(Host::Domain(name)) => Ok(Self::Host(without_dot(&name).to_owned())),
            _ => Err(OutboundError::Address { text: text.to_owned() }),
        }
    }
}

/// What holds for every call of one [`Outbound`](crate::Outbound).
#[derive(Debug, Clone)]
pub struct Policy {
    pub allow: Vec<Allowed>,
    /// Whether those who are allowed may be asked without encryption.
    pub allow_http: bool,
    /// Whether everybody may be asked without encryption at port 80: for what is public and only compared. Nobody else
    /// ever is.
    pub plain: bool,
    /// Finding the address, connecting and encrypting.
    pub connect_timeout: Duration,
    /// Everything, with all tries and the pauses in between.
    pub total_timeout: Duration,
    pub max_response_bytes: usize,
    /// How often a request is tried that may arrive twice, as HTTP says it of `GET`, `HEAD`, `PUT` and `DELETE`.
    pub tries: u32,
    /// How many failures in a row let a host rest, and for how long it rests.
    pub failures: u32,
    pub rest: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            allow_http: false,
            plain: false,
            connect_timeout: Duration::from_secs(3),
            total_timeout: Duration::from_secs(15),
            max_response_bytes: 1 << 20,
            tries: 3,
            failures: 5,
            rest: Duration::from_secs(30),
        }
    }
}

impl Policy {
    /// What can be said of a URL before its name is resolved.
    pub(crate) fn check(&self, text: &str) -> Result<Url, OutboundError> {
        let url = Url::parse(text).map_err(|_| OutboundError::Address { text: shown(text) })?;
        let host = url.host().ok_or_else(|| OutboundError::Address { text: shown(text) })?;
        let name = without_dot(&host.to_string()).to_owned();
        match url.scheme() {
            "https" => {}
            "http" if self.allow_http && self.names(&host) => {}
            "http" if self.plain && url.port().is_none() => {}
            _ => return Err(OutboundError::Scheme { host: name }),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OutboundError::Credentials { host: name });
        }
        match host {
            Host::Domain(_) => {}
            Host::Ipv4(address) => self.check_address(&name, address.into())?,
            Host::Ipv6(address) => self.check_address(&name, address.into())?,
        }
        Ok(url)
    }

    /// Whether `address` may be connected to, for `host`.
    pub(crate) fn check_address(&self, host: &str, address: IpAddr) -> Result<(), OutboundError> {
        let Some(why) = forbidden(address) else { return Ok(()) };
        let allowed = self.allow.iter().any(|allowed| match allowed {
            Allowed::Network(network) => network.contains(&address),
            // A name is said by whoever owns it: it frees what is private, and nothing that is nobody's.
            Allowed::Host(name) => name == without_dot(host) && is_private(address),
        });
        if allowed && !is_metadata(address) {
            return Ok(());
        }
        Err(OutboundError::Forbidden { host: host.to_owned(), why })
    }

    /// Whether the policy speaks of this host in the form in which it is written.
    fn names(&self, host: &Host<&str>) -> bool {
        self.allow.iter().any(|allowed| match (allowed, host) {
            (Allowed::Host(name), Host::Domain(host)) => name == without_dot(host),
            (Allowed::Network(network), Host::Ipv4(address)) => network.contains(&IpAddr::V4(*address)),
            (Allowed::Network(network), Host::Ipv6(address)) => network.contains(&IpAddr::V6(*address)),
            _ => false,
        })
    }
}

/// Of what is forbidden, that which can be somebody's own; of it, what begins with 100 is shared behind a carrier's NAT.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.octets()[0] == 100,
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_loopback(),
    }
}

fn without_dot(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}

/// A text that is no URL can still hold a password, and can be long.
fn shown(text: &str) -> String {
    let text = text.rsplit('@').next().unwrap_or_default();
    text.split(['?', '#']).next().unwrap_or_default().chars().take(100).collect()
}
