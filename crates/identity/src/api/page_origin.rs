//! The page that a request comes from, as the browser names it in `Origin`.

use axum::extract::FromRequestParts;
use axum::http::header::ORIGIN;
use axum::http::request::Parts;
use edge::{Platform, Refused, Shop};
use kernel::{Problem, TenantId};

use crate::Refusal;

/// An origin that is the shop's own: `https://oak.example`. A passkey belongs to its host, and whoever signs in outside
/// comes back to it.
pub struct PageOrigin {
    /// Without its port.
    pub host: String,
    pub origin: String,
}

impl FromRequestParts<Platform> for PageOrigin {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Refused> {
        let shop = Shop::from_request_parts(parts, platform).await?;
        let origin = parts.headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
        let site = Self::read(origin).ok_or_else(|| Problem::from(Refusal::NoPage))?;
        if site.is_of(&shop, platform) { Ok(site) } else { Err(Problem::from(Refusal::NoPage).into()) }
    }
}

impl PageOrigin {
    /// Without encryption only on the machine of whoever tries it out.
    fn read(origin: &str) -> Option<Self> {
        let (scheme, place) = origin.split_once("://")?;
        let host = place.split_once(':').map_or(place, |(host, _)| host);
        let local = host == "localhost" || host.ends_with(".localhost");
        let good = scheme == "https" || scheme == "http" && local;
        good.then(|| Self { host: host.to_owned(), origin: origin.to_owned() })
    }

    fn is_of(&self, shop: &Shop, platform: &Platform) -> bool {
        if shop.tenant.id() == TenantId::CELL {
            return self.host == platform.settings().base_domain;
        }
        platform.is_host_of(&shop.record, &self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_without_encryption_counts_on_ones_own_machine_only() {
        for (origin, host) in [
            ("https://oak.example", Some("oak.example")),
            ("https://oak.example:8443", Some("oak.example")),
            ("http://oak.localhost:8080", Some("oak.localhost")),
            ("http://oak.example", None),
            ("http://localhost.example", None),
            ("null", None),
            ("", None),
        ] {
            assert_eq!(PageOrigin::read(origin).map(|site| site.host).as_deref(), host, "{origin}");
        }
    }
}
