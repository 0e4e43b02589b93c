//! Whose word about a client's address is believed.

use std::net::IpAddr;

use crate::{LimitsError, Networks, address};

/// In which header the trusted proxies say from whom a request came.
///
/// It is one of the two and never both: a proxy that writes one passes the other on as the client sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Speaks {
    #[default]
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}

impl Speaks {
    fn header(self) -> &'static str {
        match self {
            Self::XForwardedFor => "x-forwarded-for",
            Self::Forwarded => "forwarded",
        }
    }

    fn address(self, entry: &str) -> Option<IpAddr> {
        match self {
            Self::XForwardedFor => address::read(entry),
            Self::Forwarded => forwarded_for(entry),
        }
    }
}

/// The machines between the clients and us. By default there are none, and nobody is believed.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    trusted: Networks,
    speaks: Speaks,
}

impl Proxies {
    pub fn new(trusted: Networks, speaks: Speaks) -> Result<Self, LimitsError> {
        if trusted.holds_everybody() {
            return Err(LimitsError::TrustsEverybody);
        }
        Ok(Self { trusted, speaks })
    }

    /// The address of whoever asked: the first one, from our side, that is not a trusted proxy's.
    ///
    /// What a proxy added stands at the right, and everything left of the first untrusted address may be made up. When a
    /// trusted proxy names nobody, or wrote what cannot be read, its own address is all that is known.
    pub fn client_address<'a>(
        &self,
        peer: IpAddr,
        headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> IpAddr {
        let mut known = peer.to_canonical();
        if !self.trusted.contains(known) {
            return known;
        }
        let named = headers.into_iter().filter(|(name, _)| name.eq_ignore_ascii_case(self.speaks.header()));
        let lines: Vec<&[u8]> = named.map(|(_, value)| value).collect();
        // A plain comma divides, in quotes or not: no address has one, and a quote that a client left open would
        // otherwise swallow what the proxies wrote after it.
        let entries = lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b','));
        for entry in entries {
            let Some(said) = std::str::from_utf8(entry).ok().and_then(|text| self.speaks.address(text))
            else {
                return known;
            };
            known = said;
            if !self.trusted.contains(known) {
                return known;
            }
        }
        known
    }
}

fn forwarded_for(entry: &str) -> Option<IpAddr> {
    let mut said = None;
    for pair in entry.split(';') {
        let Some((name, value)) = pair.split_once('=') else { continue };
        if name.trim().eq_ignore_ascii_case("for") && said.replace(value.trim()).is_some() {
            return None;
        }
    }
    let value = said?;
    let bare = match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => value,
    };
    address::read(bare)
}
