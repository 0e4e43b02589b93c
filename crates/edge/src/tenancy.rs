//! Which tenant a request is for, and the tenant as that request sees it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{HOST, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use kernel::{CorrelationId, Fault, Problem, TenantId, Timestamp};
use limits::Networks;
use store::problems::SHOP_READ_ONLY;
use store::{Key, Registry, Tenant, TenantRecord, TenantStatus};
use uuid::Uuid;

use crate::answer::Refused;
use crate::app::Platform;
use crate::caller::{self, Audience, Caller};
use crate::document::Access;
use crate::door::{self, Shown, ToSign, Vouched};
use crate::grants::Grants;
use crate::jar::Jar;
use crate::problems::{NETWORK_NOT_ALLOWED, NO_SUCH_SHOP, NOT_IN_PLAN, SHOP_MOVED, SHOP_SUSPENDED};
use crate::version;

/// A tenant as one request sees it. Whoever holds one has passed the permission of its route.
#[derive(Clone)]
pub struct Shop {
    pub tenant: Tenant,
    pub record: Arc<TenantRecord>,
    pub caller: Caller,
    /// Whether the caller has what the route takes; on a route that is open to all, others see what is public, and what is
    /// their own.
    pub permitted: bool,
    pub correlation: CorrelationId,
    pub now: Timestamp,
    pub(crate) if_none_match: Option<HeaderValue>,
}

impl Shop {
    /// Whose records alone the caller may see; `None` for staff who have what the route takes. Where nothing was asked of
    /// them, at a page or a door, they are nobody in particular.
    pub fn own(&self) -> Option<Uuid> {
        match self.caller.customer() {
            None if self.sees_all() => None,
            customer => Some(customer.unwrap_or(Uuid::nil())),
        }
    }

    pub(crate) fn sees_all(&self) -> bool {
        self.permitted && self.caller.is_staff()
    }
}

impl FromRequestParts<Platform> for Shop {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Platform) -> Result<Self, Refused> {
        // Put there by `pass`, for every operation of the document.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::bug().into())
    }
}

/// A request, as far as it takes to know who is asking.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) parts: &'a Parts,
    /// The body, when it is signed.
    pub(crate) signed: Option<&'a [u8]>,
    pub(crate) access: &'a Access,
    /// From where it came.
    pub(crate) address: IpAddr,
    /// How its browser keeps what it was given.
    pub(crate) jar: Jar,
}

/// Who stands at the door of which shop.
pub(crate) struct Visitor {
    pub(crate) tenant: Tenant,
    pub(crate) record: Arc<TenantRecord>,
    pub(crate) caller: Caller,
    /// Whether they showed a session that has ended.
    ended: bool,
}

/// Finds the shop of a request and who is asking.
pub(crate) async fn identify(platform: &Platform, asked: Asked<'_>) -> Result<Visitor, Problem> {
    let Asked { parts, signed, access, address, jar } = asked;
    let registry = platform.cell().registry();
    let shown = door::shown(&parts.headers, jar)?;
    let key = match shown {
        Shown::Key(secret) => {
            Some(registry.key(secret, platform.cell().now()).ok_or_else(door::key_unknown)?)
        }
        _ => None,
    };
    let vouched = match (shown, signed) {
        (Shown::Signature, Some(body)) => {
            let vouched = vouched(platform, parts, body).await?;
            if !vouched.holds_from(address) {
                return Err(door::wrong_network());
            }
            Some(vouched)
        }
        _ => None,
    };
    let named = match (&key, shown) {
        (None, Shown::Signature) => {
            vouched.as_ref().map(|vouched| signed_for(registry, vouched)).transpose()?.flatten()
        }
        (Some(key), _) => Some(key.tenant),
        (None, Shown::Token(token)) => platform.door().tenant_of(token),
        _ => None,
    };
    let record = resolve(platform, parts, access, named)?;
    if named.is_some_and(|tenant| tenant != record.id) {
        return Err(no_such_shop());
    }
    let tenant = platform.cell().tenant(record.id);
    let acts_here = |vouched: &Vouched| vouched.tenants.is_empty() || vouched.tenants.contains(&record.id);
    if !vouched.as_ref().is_none_or(acts_here) {
        return Err(no_such_shop());
    }
    let (caller, ended) = match (key, shown) {
        (None, Shown::Signature) => (vouched.ok_or_else(Problem::bug)?.caller, false),
        (Some(key), _) => (program(platform, &tenant, &key).await?, false),
        (None, Shown::Session(secret)) => match platform.door().session(&tenant, secret).await? {
            Some(caller) => (caller, false),
            None => (Caller::anonymous(), true),
        },
        (None, Shown::Token(token)) => {
            (platform.door().token(&tenant, token).await?.ok_or_else(door::token_refused)?, false)
        }
        _ => (Caller::anonymous(), false),
    };
    if matches!(shown, Shown::Session(_)) {
        door::refuse_other_sites(parts)?;
    }
    Ok(Visitor { tenant, record, caller, ended })
}

/// Checks that they may pass.
pub(crate) fn admit(
    platform: &Platform,
    asked: Asked<'_>,
    visitor: Visitor,
    correlation: CorrelationId,
) -> Result<Shop, Problem> {
    let Asked { parts, access, .. } = asked;
    let Visitor { tenant, record, caller, ended } = visitor;
    let permitted = match caller::check(&caller, access) {
        Err(problem) if ended && problem.fault == Fault::Unauthenticated => return Err(door::session_ended()),
        checked => checked?,
    };
    caller::check_fresh(&caller, access, platform.cell().now())?;
    check_plan(&record, access)?;
    check_open(&record, &parts.method)?;
    Ok(Shop {
        tenant,
        record,
        caller,
        permitted,
        correlation,
        now: platform.cell().now(),
        if_none_match: parts.headers.get(IF_NONE_MATCH).cloned(),
    })
}

async fn vouched(platform: &Platform, parts: &Parts, body: &[u8]) -> Result<Vouched, Problem> {
    let target = version::as_sent(parts);
    let request = ToSign { headers: &parts.headers, method: parts.method.as_str(), target: &target, body };
    platform.door().signed(platform.cell(), request).await
}

/// The shop that a request was signed for, or the only one in which its signer may act. Otherwise the host says.
fn signed_for(registry: &Registry, vouched: &Vouched) -> Result<Option<TenantId>, Problem> {
    match (&vouched.named, vouched.tenants.as_slice()) {
        (Some(name), _) => {
            let record = name.parse().map_or_else(|_| registry.by_slug(name), |id| registry.tenant(id));
            Ok(Some(record.ok_or_else(no_such_shop)?.id))
        }
        (None, [only]) => Ok(Some(*only)),
        (None, _) => Ok(None),
    }
}

/// A key's bearer, with the grants of the key's role as it is today.
async fn program(platform: &Platform, tenant: &Tenant, key: &Key) -> Result<Caller, Problem> {
    let grants = match platform.permissions().role(Audience::Staff, &key.role) {
        Some(role) => Some(role.grants.clone()),
        None => platform.door().role(tenant, &key.role).await?,
    };
    let program = Caller::program(key.id, &key.role, grants.unwrap_or_else(Grants::none));
    Ok(Caller { limit: key.limit, ..program })
}

/// Staff and operators come from where they are expected, whatever they show.
pub(crate) fn check_network(
    platform: &Platform,
    visitor: &Visitor,
    address: std::net::IpAddr,
) -> Result<(), Problem> {
    let listed = &visitor.record.networks;
    let expected = match visitor.caller.audience {
        Audience::Staff => {
            let holds =
                |network: &String| network.parse::<Networks>().is_ok_and(|network| network.contains(address));
            listed.is_empty() || listed.iter().any(holds)
        }
        Audience::Operator => {
            let networks = &platform.settings().operator_networks;
            networks.is_empty() || networks.contains(address)
        }
        Audience::Customer | Audience::Anyone => true,
    };
    if expected {
        return Ok(());
    }
    let detail = format!(
        "You come from {address}, and {} may come from certain networks only. Come from one of them, or ask whoever runs the platform to add yours.",
        visitor.caller.audience.as_str()
    );
    Err(NETWORK_NOT_ALLOWED.says(detail))
}

/// Refuses what a shop that is closed, or on its way, does not do.
pub fn check_open(record: &TenantRecord, method: &Method) -> Result<(), Problem> {
    match record.status {
        TenantStatus::Active => Ok(()),
        TenantStatus::ReadOnly if method.is_safe() => Ok(()),
        TenantStatus::ReadOnly => Err(SHOP_READ_ONLY
            .says("This shop is being maintained: it can be read, but not changed. Try again in a moment.")
            .after(5)),
        TenantStatus::Arriving | TenantStatus::Departed => Err(SHOP_MOVED
            .says("This shop is being moved to another place. Ask again in a moment, by its own address.")
            .after(2)),
        TenantStatus::Suspended => {
            Err(SHOP_SUSPENDED.says("This shop is suspended. Its operator knows why.").after(3600))
        }
    }
}

/// What a shop's plan leaves out is nobody's there, whatever their role.
fn check_plan(record: &TenantRecord, access: &Access) -> Result<(), Problem> {
    let nouns = access.asks.iter().filter_map(|(_, permission)| permission.split_once(':'));
    let Some((noun, _)) = nouns.into_iter().find(|(noun, _)| record.without.iter().any(|off| off == noun))
    else {
        return Ok(());
    };
    let detail =
        format!("The plan of this shop does not have {noun:?}. Whoever runs the platform can add it.");
    Err(NOT_IN_PLAN.says(detail).with("feature", noun))
}

/// By name for internal callers, who show a key or a token; else by host; else, on the bare domain, by what was shown.
fn resolve(
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
    let host = host(uri, headers);
    if host.as_deref().is_none_or(|host| host == base_domain || is_machine(host)) {
        return match named {
            Some(TenantId::CELL) | None if access.house => Ok(platform.house()),
            named => named.and_then(|id| registry.tenant(id)).ok_or_else(no_such_shop),
        };
    }
    host.and_then(|host| by_host(registry, base_domain, &host)).ok_or_else(no_such_shop)
}

/// Whose pages a request's host shows: a shop's, or on the platform's own address the platform's.
pub(crate) fn at(platform: &Platform, uri: &Uri, headers: &HeaderMap) -> Option<Arc<TenantRecord>> {
    let base_domain = &platform.settings().base_domain;
    match host(uri, headers) {
        Some(host) if host != *base_domain && !is_machine(&host) => {
            by_host(platform.cell().registry(), base_domain, &host)
        }
        _ => Some(platform.house()),
    }
}

pub(crate) fn by_host(registry: &Registry, base_domain: &str, host: &str) -> Option<Arc<TenantRecord>> {
    match host.strip_suffix(base_domain).and_then(|rest| rest.strip_suffix('.')) {
        Some(slug) => registry.by_slug(slug),
        None => registry.by_host(host),
    }
}

/// The host that was asked for, in lower case and without its port.
pub(crate) fn host(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    named(headers).or_else(|| uri.authority().map(|authority| bare(authority.as_str())))
}

/// The same, as its header alone says it.
pub(crate) fn named(headers: &HeaderMap) -> Option<String> {
    headers.get(HOST).and_then(|value| value.to_str().ok()).map(bare)
}

fn bare(named: &str) -> String {
    let bare = match named.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => named,
    };
    bare.trim_end_matches('.').to_ascii_lowercase()
}

/// Whether a host names a machine, by its address or as the one that asks, and so no shop.
fn is_machine(host: &str) -> bool {
    host == "localhost" || host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// Also what a shop of someone else reads like: that it exists is a secret.
fn no_such_shop() -> Problem {
    NO_SUCH_SHOP.says("There is no shop at this address. Check the host name, or send a key of the shop.")
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
        assert!(is_machine(&host(&Uri::from_static("/"), &headers).unwrap()));
    }
}
