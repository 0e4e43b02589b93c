//! Which tenant a request is for, and the tenant as that request sees it.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{HOST, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use kernel::{CorrelationId, Fault, Problem, TenantId, Timestamp};
use store::{Registry, Tenant, TenantRecord, TenantStatus};

use crate::answer::Refused;
use crate::app::Platform;
use crate::caller::{self, Caller};

/// A tenant as one request sees it. Whoever holds one has passed the permission of its route.
#[derive(Clone)]
pub struct Shop {
    pub tenant: Tenant,
    pub record: Arc<TenantRecord>,
    pub caller: Caller,
    pub correlation: CorrelationId,
    pub now: Timestamp,
    pub(crate) if_none_match: Option<HeaderValue>,
}

impl FromRequestParts<Platform> for Shop {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Platform) -> Result<Self, Refused> {
        // Put there by `pass`, for every operation of the document.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::bug().into())
    }
}

/// Finds the shop of a request and checks that the caller may pass.
pub(crate) fn admit(
    platform: &Platform,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    permission: Option<&str>,
    correlation: CorrelationId,
) -> Result<Shop, Problem> {
    let registry = platform.cell().registry();
    let (caller, key_tenant) = caller::identify(headers, registry)?;
    let record = resolve(registry, &platform.settings().base_domain, uri, headers, key_tenant)?;
    if key_tenant.is_some_and(|tenant| tenant != record.id) {
        return Err(no_such_shop());
    }
    if let Some(permission) = permission {
        caller::check(&caller, permission)?;
    }
    check_open(&record, method)?;
    Ok(Shop {
        tenant: platform.cell().tenant(record.id),
        record,
        caller,
        correlation,
        now: platform.cell().now(),
        if_none_match: headers.get(IF_NONE_MATCH).cloned(),
    })
}

/// Refuses what a shop that is closed, or on its way, does not do.
pub fn check_open(record: &TenantRecord, method: &Method) -> Result<(), Problem> {
    match record.status {
        TenantStatus::Active => Ok(()),
        TenantStatus::ReadOnly if method.is_safe() => Ok(()),
        TenantStatus::ReadOnly => Err(Problem::unavailable(
            "shop_read_only",
            "This shop is being maintained: it can be read, but not changed. Try again in a moment.",
            5,
        )),
        TenantStatus::Arriving | TenantStatus::Departed => Err(Problem::unavailable(
            "shop_moved",
            "This shop is being moved to another place. Ask again in a moment, by its own address.",
            2,
        )),
        TenantStatus::Suspended => Err(Problem::unavailable(
            "shop_suspended",
            "This shop is suspended. Its operator knows why.",
            3600,
        )),
    }
}

/// By name for internal callers, who show a key; else by host; else, on the bare domain, by the key.
fn resolve(
    registry: &Registry,
    base_domain: &str,
    uri: &Uri,
    headers: &HeaderMap,
    key_tenant: Option<TenantId>,
) -> Result<Arc<TenantRecord>, Problem> {
    if let (Some(name), Some(_)) = (headers.get("x-tenant-id"), key_tenant) {
        let name = name.to_str().unwrap_or_default();
        let record = match name.parse() {
            Ok(id) => registry.tenant(id),
            Err(_) => registry.by_slug(name),
        };
        return record.ok_or_else(no_such_shop);
    }
    let host = host(uri, headers);
    if host.as_deref().is_none_or(|host| host == base_domain || is_address(host)) {
        return key_tenant.and_then(|id| registry.tenant(id)).ok_or_else(no_such_shop);
    }
    host.and_then(|host| by_host(registry, base_domain, &host)).ok_or_else(no_such_shop)
}

pub(crate) fn by_host(registry: &Registry, base_domain: &str, host: &str) -> Option<Arc<TenantRecord>> {
    match host.strip_suffix(base_domain).and_then(|rest| rest.strip_suffix('.')) {
        Some(slug) => registry.by_slug(slug),
        None => registry.by_host(host),
    }
}

/// The host that was asked for, in lower case and without its port.
pub(crate) fn host(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let named = headers
        .get(HOST)
        .and_then(|value| value.to_str().ok())
        .or(uri.authority().map(|authority| authority.as_str()))?;
    let bare = match named.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => named,
    };
    Some(bare.trim_end_matches('.').to_ascii_lowercase())
}

fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// Also what a shop of someone else reads like: that it exists is a secret.
fn no_such_shop() -> Problem {
    Problem::new(
        Fault::NotFound,
        "no_such_shop",
        "No such shop",
        "There is no shop at this address. Check the host name, or send a key of the shop.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_without_case_port_or_trailing_dot() {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("Demo.LocalHost.:8080"));
        assert_eq!(host(&Uri::from_static("/"), &headers).as_deref(), Some("demo.localhost"));
        headers.insert(HOST, HeaderValue::from_static("[::1]:8080"));
        assert!(is_address(&host(&Uri::from_static("/"), &headers).unwrap()));
    }
}
