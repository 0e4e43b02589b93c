//! Who is asking, and what a role may do.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use kernel::{Actor, ActorKind, Fault, Problem, TenantId};
use store::Registry;

/// What a role may do is a set of permissions; the sets are fixed until tenants make their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Anonymous,
    Admin,
    OrderManager,
    CustomerService,
    Operator,
    Viewer,
    Service,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub actor: Actor,
    pub role: Role,
}

impl Role {
    /// The roles that a key can have.
    pub const OF_KEYS: [Self; 6] =
        [Self::Admin, Self::OrderManager, Self::CustomerService, Self::Operator, Self::Viewer, Self::Service];

    pub fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Admin => "admin",
            Self::OrderManager => "order-manager",
            Self::CustomerService => "customer-service",
            Self::Operator => "operator",
            Self::Viewer => "viewer",
            Self::Service => "service",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::OF_KEYS.into_iter().find(|role| role.name() == name)
    }

    pub fn may(self, permission: &str) -> bool {
        let (noun, verb) = permission.split_once(':').unwrap_or((permission, ""));
        match self {
            Self::Admin => true,
            Self::Viewer => verb == "read",
            Self::OrderManager => {
                permission == "catalog:read" || ["stock", "orders", "files"].contains(&noun)
            }
            Self::CustomerService => verb == "read" || ["orders", "files"].contains(&noun),
            Self::Operator => {
                ["catalog", "jobs", "deliveries", "files"].contains(&noun)
                    || noun == "stock"
                    || permission == "orders:read"
                    || permission == "orders:write"
            }
            Self::Service => verb == "read" || permission == "orders:place" || permission == "files:write",
            Self::Anonymous => permission == "catalog:read",
        }
    }

    fn actor_kind(self) -> ActorKind {
        match self {
            Self::Anonymous => ActorKind::Anonymous,
            Self::Service => ActorKind::Service,
            _ => ActorKind::Staff,
        }
    }
}

/// The caller, and the tenant of the key that was shown.
pub(crate) fn identify(
    headers: &HeaderMap,
    registry: &Registry,
) -> Result<(Caller, Option<TenantId>), Problem> {
    let Some(secret) = secret(headers)? else {
        return Ok((Caller { actor: Actor::anonymous(), role: Role::Anonymous }, None));
    };
    let key = registry.key(secret).ok_or_else(key_unknown)?;
    let role = Role::named(&key.role).ok_or_else(key_unknown)?;
    Ok((Caller { actor: Actor { kind: role.actor_kind(), id: key.id }, role }, Some(key.tenant)))
}

fn secret(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    if let Some(value) = headers.get("x-api-key") {
        return value.to_str().map(Some).map_err(|_| key_unknown());
    }
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let secret = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    secret.map(|(_, secret)| Some(secret.trim())).ok_or_else(key_unknown)
}

fn key_unknown() -> Problem {
    Problem::new(
        Fault::Unauthenticated,
        "key_unknown",
        "Key unknown",
        "This key is not known here. Send a key of this shop as \"Authorization: Bearer gal_…\"; ask its operator for one.",
    )
}

pub(crate) fn check(caller: &Caller, permission: &str) -> Result<(), Problem> {
    if caller.role.may(permission) {
        return Ok(());
    }
    if caller.role == Role::Anonymous {
        return Err(key_needed(permission));
    }
    let detail = format!(
        "A key with the role {:?} may not do this; it takes the permission {permission:?}. Ask for a key with another role.",
        caller.role.name()
    );
    Err(Problem::new(Fault::Forbidden, "not_permitted", "Not permitted", detail)
        .with("permission", permission))
}

pub(crate) fn key_needed(permission: &str) -> Problem {
    Problem::new(
        Fault::Unauthenticated,
        "key_needed",
        "Key needed",
        "Say who you are: send a key as \"Authorization: Bearer gal_…\".",
    )
    .with("permission", permission)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_never_changes_anything() {
        for permission in ["catalog:write", "stock:write", "orders:place", "orders:write", "files:write"] {
            assert!(!Role::Viewer.may(permission), "{permission}");
        }
    }

    #[test]
    fn a_visitor_may_only_look_at_the_catalog() {
        for permission in ["catalog:write", "stock:read", "orders:read", "orders:place", "files:read"] {
            assert!(!Role::Anonymous.may(permission), "{permission}");
        }
        assert!(Role::Anonymous.may("catalog:read"));
    }
}
