//! Finding the shop of a request, and who is asking.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::request::Parts;
use kernel::{Problem, TenantId};
use store::{Key, Registry, Tenant, TenantRecord};

use super::hosts::{no_such_shop, resolve};
use crate::access::authenticate::{self, Shown, ToSign, Vouched};
use crate::access::{Access, Audience, Caller, Grants};
use crate::platform::Platform;
use crate::request::cookies::Jar;
use crate::request::same_site::refuse_other_sites;
use crate::v2;

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

/// Who asks, and in which shop; whether they may is not known yet.
pub(crate) struct Visitor {
    pub(crate) tenant: Tenant,
    pub(crate) record: Arc<TenantRecord>,
    pub(crate) caller: Caller,
    /// Whether they showed a session that has ended.
    pub(super) ended: bool,
}

/// Finds the shop of a request and who is asking.
pub(crate) async fn identify(platform: &Platform, asked: Asked<'_>) -> Result<Visitor, Problem> {
    let Asked { parts, signed, access, address, jar } = asked;
    let registry = platform.cell().registry();
    let shown = authenticate::shown(&parts.headers, jar)?;
    let key = match shown {
        Shown::Key(secret) => {
            Some(registry.key(secret, platform.cell().now()).ok_or_else(authenticate::key_unknown)?)
        }
        _ => None,
    };
    let vouched = match (shown, signed) {
        (Shown::Signature, Some(body)) => {
            let vouched = vouched(platform, parts, body).await?;
            if !vouched.holds_from(address) {
                return Err(authenticate::wrong_network());
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
        (None, Shown::Token(token)) => platform.authenticator().tenant_of(token),
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
        (None, Shown::Session(secret)) => match platform.authenticator().session(&tenant, secret).await? {
            Some(caller) => (caller, false),
            None => (Caller::anonymous(), true),
        },
        (None, Shown::Token(token)) => (
            platform.authenticator().token(&tenant, token).await?.ok_or_else(authenticate::token_refused)?,
            false,
        ),
        _ => (Caller::anonymous(), false),
    };
    if matches!(shown, Shown::Session(_)) {
        refuse_other_sites(parts)?;
    }
    Ok(Visitor { tenant, record, caller, ended })
}

async fn vouched(platform: &Platform, parts: &Parts, body: &[u8]) -> Result<Vouched, Problem> {
    let target = v2::as_sent(parts);
    let request = ToSign { headers: &parts.headers, method: parts.method.as_str(), target: &target, body };
    platform.authenticator().signed(platform.cell(), request).await
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
        None => platform.authenticator().role(tenant, &key.role).await?,
    };
    let program = Caller::program(key.id, &key.role, grants.unwrap_or_else(Grants::none));
    Ok(Caller { limit: key.limit, ..program })
}
