//! A list of networks, as an operator or a tenant writes it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};

use crate::{LimitsError, NetworkMistake};

/// Networks in CIDR notation, divided by commas, spaces or lines. A bare address is a network of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Whether the address is in one of them. An empty list holds nobody.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn holds_everybody(&self) -> bool {
        self.0.iter().any(|network| network.prefix_len() == 0)
    }
}

impl FromStr for Networks {
    type Err = LimitsError;

    /// All of its mistakes at once, one for each entry that cannot be read.
    fn from_str(text: &str) -> Result<Self, LimitsError> {
        let (mut networks, mut mistakes) = (Vec::new(), Vec::new());
        for entry in text.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty()) {
            match network(entry) {
                Ok(network) if networks.contains(&network) => {}
                Ok(network) => networks.push(network),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if mistakes.is_empty() { Ok(Self(networks)) } else { Err(LimitsError::Networks(mistakes)) }
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, network) in self.0.iter().enumerate() {
            write!(f, "{}{network}", if at == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

fn network(entry: &str) -> Result<IpNet, NetworkMistake> {
    let (address, prefix) = match entry.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (entry, None),
    };
    let Ok(address) = address.parse::<IpAddr>() else {
        return Err(NetworkMistake::Unreadable { entry: entry.into() });
    };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.map_or(Some(longest), |digits| length(digits, longest));
    let Some(network) = prefix.and_then(|prefix| IpNet::new(address, prefix).ok()) else {
        return Err(NetworkMistake::Prefix { entry: entry.into(), longest });
    };
    if network.network() != address {
        return Err(NetworkMistake::Bits { entry: entry.into(), meant: network.trunc().to_string() });
    }
    Ok(canonical(network))
}

fn length(digits: &str, longest: u8) -> Option<u8> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|length| plain && *length <= longest)
}

/// Addresses are compared as IPv4 where they are IPv4, so a network of mapped ones is one of IPv4, too.
fn canonical(network: IpNet) -> IpNet {
    let (IpAddr::V6(six), Some(prefix)) = (network.addr(), network.prefix_len().checked_sub(96)) else {
        return network;
    };
    six.to_ipv4_mapped().and_then(|four: Ipv4Addr| Ipv4Net::new(four, prefix).ok()).map_or(network, IpNet::V4)
}
