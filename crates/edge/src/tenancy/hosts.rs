//! Which shop a request is for, by its host or by what was shown; and which hosts are a shop's own.

use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use kernel::{Problem, TenantId};
use store::{Registry, TenantRecord};

use crate::access::Access;
use crate::platform::Platform;
use crate::problems::NO_SUCH_SHOP;
use crate::request::host;

impl Platform {
    /// Whose pages a request's host shows: a shop's, or on the platform's own address the platform's.
    pub fn record_at(&self, uri: &Uri, headers: &HeaderMap) -> Option<Arc<TenantRecord>> {
        let base_domain = &self.settings().base_domain;
        match host::asked_for(uri, headers) {
            Some(host) if host != *base_domain && !host::is_machine(&host) => {
                by_host(self.cell().registry(), base_domain, &host)
            }
            _ => Some(self.own_record()),
        }
    }

    /// Whether a host is a shop's own.
    pub fn is_host_of(&self, record: &TenantRecord, host: &str) -> bool {
        match host.strip_suffix(&*self.settings().base_domain).and_then(|rest| rest.strip_suffix('.')) {
            Some(slug) => slug == record.slug,
            None => record.hosts.iter().any(|own| own == host),
        }
    }

    /// Whether people may be sent to a page on the shop's behalf: one of its own, or of an origin that it has listed.
    /// Anything else that a caller gives would make the shop's name lead anywhere.
    pub fn may_send_to(&self, record: &TenantRecord, host: &str, origin: &str) -> bool {
        self.is_host_of(record, host) || record.origins.iter().any(|listed| listed.origin == origin)
    }
}

/// By name for internal callers, who show a key or a token; else by host; else, on the bare domain, by what was shown.
pub(crate) fn resolve(
    platform: &Platform,
    parts: &Parts,
    access: &Access,
    named: Option<TenantId>,
) -> Result<Arc<TenantRecord>, Problem> {
    let (registry, base_domain) = (platform.cell().registry(), &platform.settings().base_domain);
    let Parts { uri, headers, .. } = parts;
    if let (Some(name), Some(_)) = (headers.get("x-tenant-id"), named) {
        let name = name.to_str().unwrap_or_default();
        let record = match name.parse() {
            Ok(id) => registry.tenant(id),
            Err(_) => registry.by_slug(name),
        };
        return record.ok_or_else(no_such_shop);
    }
    let host = host::asked_for(uri, headers);
    if host.as_deref().is_none_or(|host| host == base_domain || host::is_machine(host)) {
        return match named {
            Some(TenantId::CELL) | None if access.platform => Ok(platform.own_record()),
            named => named.and_then(|id| registry.tenant(id)).ok_or_else(no_such_shop),
        };
    }
    host.and_then(|host| by_host(registry, base_domain, &host)).ok_or_else(no_such_shop)
}

pub(crate) fn by_host(registry: &Registry, base_domain: &str, host: &str) -> Option<Arc<TenantRecord>> {
    match host.strip_suffix(base_domain).and_then(|rest| rest.strip_suffix('.')) {
        Some(slug) => registry.by_slug(slug),
        None => registry.by_host(host),
    }
}

/// Also what a shop of someone else reads like: that it exists is a secret.
pub(crate) fn no_such_shop() -> Problem {
    NO_SUCH_SHOP.says("There is no shop at this address. Check the host name, or send a key of the shop.")
}
