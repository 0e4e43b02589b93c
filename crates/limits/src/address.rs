//! Addresses in the one form in which they are compared.

use std::net::{IpAddr, Ipv6Addr};

const UPPER_64: u128 = !(u64::MAX as u128);

/// What counts as one client: an IPv4 address, or the /64 of an IPv6 address.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & UPPER_64)),
        four => four,
    }
}

/// An address as a proxy writes it: bare, in brackets, or with a port.
pub(crate) fn read(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix('[') {
        let (address, after) = rest.split_once(']')?;
        let ported = after.is_empty() || after.strip_prefix(':').is_some_and(is_port);
        return ported.then(|| address.parse::<Ipv6Addr>().ok())?.map(|six| IpAddr::V6(six).to_canonical());
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    let (address, port) = text.split_once(':')?;
    is_port(port).then(|| address.parse().ok().map(IpAddr::V4))?
}

fn is_port(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
