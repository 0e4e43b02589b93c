//! What is published about the keys of services.

use edge::published::{About, Example};
use kernel::{TenantId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::public::examples::{OAK, SERVICE_KEY, THEN};
use crate::services::service_key::{Made, ServiceKeyEvent};

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
