//! What identity tells everybody else. Nothing with which somebody signs in is in it: no password, key, code or token.

pub mod accounts;
pub mod notices;

use edge::published::{About, Example};
use kernel::{TenantId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::{Uuid, uuid};

use crate::provider::{Definition, Preset, ProviderEvent};
use crate::role::RoleEvent;
use crate::service::{Made, ServiceKeyEvent};

edge::published! {
    /// What becomes of the roles that a shop makes itself.
    pub enum RoleTold of RoleEvent, on PlatformEvents {
        /// A role was defined.
        Defined(RoleDefined) = ("role.defined", 1),
        /// A role was removed.
        Removed(RoleRemoved) = ("role.removed", 1),
    } = of_role;
}

edge::published! {
    /// Where else people sign in.
    pub enum ProviderTold of ProviderEvent, on PlatformEvents {
        /// A sign-in provider was set up or changed.
        Configured(SignInProviderConfigured) = ("provider.configured", 1),
        /// A sign-in provider was removed.
        Removed(SignInProviderRemoved) = ("provider.removed", 1),
    } = of_provider;
}

edge::published! {
    /// What becomes of the keys of services; the platform's own address tells it.
    pub enum ServiceKeyTold of ServiceKeyEvent, on PlatformEvents {
        /// A service was given a key.
        Made(ServiceKeyMade) = ("service_key.made", 1),
        /// A key was replaced; the old one works for a while longer.
        Deprecated(ServiceKeyDeprecated) = ("service_key.deprecated", 1),
        /// A key was revoked.
        Revoked(ServiceKeyRevoked) = ("service_key.revoked", 1),
        /// A key's limit was changed.
        Limited(ServiceKeyLimited) = ("service_key.limited", 1),
    } = of_service_key;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoleDefined {
    pub name: String,
    /// What it is for.
    pub about: String,
    /// `orders:read`, `orders:*`, `*:read`.
    pub grants: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoleRemoved {
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignInProviderConfigured {
    pub provider_id: Uuid,
    /// staff, customer or operator.
    pub audience: String,
    /// For people: “Sign in with …”.
    pub name: String,
    #[schema(inline)]
    pub preset: Preset,
    /// The preset's own when nothing is said.
    pub issuer: Option<String>,
    /// Every role that its groups can give.
    pub roles: Vec<String>,
    /// Whether people who are not known yet get an account.
    pub open_accounts: bool,
    pub enabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignInProviderRemoved {
    pub provider_id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServiceKeyMade {
    pub service_key_id: Uuid,
    pub name: String,
    /// The shops in which it may act; in all of them when there are none.
    pub tenants: Vec<Uuid>,
    pub role: String,
    /// From which networks it may be used; from everywhere when empty.
    pub networks: String,
    /// Whether it signs in the old form, which protects the body and the time alone.
    pub legacy: bool,
    /// How often it may ask in a minute, when that is not what all services may.
    pub limit: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServiceKeyDeprecated {
    pub service_key_id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    pub good_until: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServiceKeyRevoked {
    pub service_key_id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServiceKeyLimited {
    pub service_key_id: Uuid,
    /// How often it may ask in a minute; as often as all services when nothing is said.
    pub limit: Option<u32>,
}

fn of_role(event: &RoleEvent, _: &About) -> Option<RoleTold> {
    Some(match event {
        RoleEvent::Defined(defined) => {
            let crate::role::Definition { name, about, grants } = defined.definition.clone();
            RoleTold::Defined(RoleDefined { name, about, grants })
        }
        RoleEvent::Removed(removed) => RoleTold::Removed(RoleRemoved { name: removed.name.clone() }),
    })
}

fn of_provider(event: &ProviderEvent, about: &About) -> Option<ProviderTold> {
    let provider_id = about.id;
    Some(match event {
        ProviderEvent::Configured(configured) => {
            ProviderTold::Configured(SignInProviderConfigured::of(provider_id, &configured.definition))
        }
        ProviderEvent::Removed(_) => ProviderTold::Removed(SignInProviderRemoved { provider_id }),
    })
}

fn of_service_key(event: &ServiceKeyEvent, about: &About) -> Option<ServiceKeyTold> {
    let service_key_id = about.id;
    Some(match event {
        ServiceKeyEvent::Made(made) => ServiceKeyTold::Made(ServiceKeyMade::of(service_key_id, made)),
        ServiceKeyEvent::Deprecated(deprecated) => {
            let good_until = deprecated.until;
            ServiceKeyTold::Deprecated(ServiceKeyDeprecated { service_key_id, good_until })
        }
        ServiceKeyEvent::Revoked(_) => ServiceKeyTold::Revoked(ServiceKeyRevoked { service_key_id }),
        ServiceKeyEvent::Limited(limited) => {
            ServiceKeyTold::Limited(ServiceKeyLimited { service_key_id, limit: limited.limit })
        }
    })
}

impl SignInProviderConfigured {
    fn of(provider_id: Uuid, definition: &Definition) -> Self {
        Self {
            provider_id,
            audience: definition.audience.clone(),
            name: definition.name.clone(),
            preset: definition.preset,
            issuer: definition.issuer.clone(),
            roles: definition.roles(),
            open_accounts: definition.open_accounts,
            enabled: definition.enabled,
        }
    }
}

impl ServiceKeyMade {
    fn of(service_key_id: Uuid, made: &Made) -> Self {
        Self {
            service_key_id,
            name: made.name.clone(),
            tenants: made.tenants.iter().copied().map(TenantId::uuid).collect(),
            role: made.role.clone(),
            networks: made.networks.clone(),
            legacy: made.legacy,
            limit: made.limit,
        }
    }
}

const PROVIDER: Uuid = uuid!("01934600-7b8c-7d9e-af01-b2c3d4e5f6ed");
const SERVICE_KEY: Uuid = uuid!("01934610-1c2d-7e3f-8a4b-5c6d7e8f90fe");
const OAK: Uuid = uuid!("01934500-2d3e-7f40-9b5c-6d7e8f9a0b0f");
/// 2026-05-03T14:00:00Z
const THEN: Timestamp = Timestamp::from_micros(1_777_816_800_000_000);

impl Example for RoleDefined {
    fn example() -> Self {
        let (name, about) = ("packer".into(), "Packs what was ordered".into());
        Self { name, about, grants: vec!["orders:read".into(), "orders:write".into()] }
    }
}

impl Example for RoleRemoved {
    fn example() -> Self {
        Self { name: "packer".into() }
    }
}

impl Example for SignInProviderConfigured {
    fn example() -> Self {
        Self {
            provider_id: PROVIDER,
            audience: "staff".into(),
            name: "Google".into(),
            preset: Preset::Google,
            issuer: None,
            roles: vec!["order-manager".into()],
            open_accounts: false,
            enabled: true,
        }
    }
}

impl Example for SignInProviderRemoved {
    fn example() -> Self {
        Self { provider_id: PROVIDER }
    }
}

impl Example for ServiceKeyMade {
    fn example() -> Self {
        Self {
            service_key_id: SERVICE_KEY,
            name: "till".into(),
            tenants: vec![OAK],
            role: "service".into(),
            networks: "10.0.0.0/8".into(),
            legacy: false,
            limit: None,
        }
    }
}

impl Example for ServiceKeyDeprecated {
    fn example() -> Self {
        Self { service_key_id: SERVICE_KEY, good_until: THEN }
    }
}

impl Example for ServiceKeyRevoked {
    fn example() -> Self {
        Self { service_key_id: SERVICE_KEY }
    }
}

impl Example for ServiceKeyLimited {
    fn example() -> Self {
        Self { service_key_id: SERVICE_KEY, limit: Some(600) }
    }
}
