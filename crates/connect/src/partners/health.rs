//! How partners are, as this node has seen them since it began.
//!
//! It is no part of the log: a shop that is busy would write an event for each call, and say nothing with it.

use kernel::{TenantId, Timestamp};
use moka::sync::Cache;
use outbound::{OutboundError, Rest};
use serde::Serialize;
use store::Tenant;
use utoipa::ToSchema;

use crate::{PartnerError, PartnerId};

#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    last_success: Option<Timestamp>,
    last_failure: Option<Timestamp>,
    in_a_row: u32,
}

struct AllSeen(Cache<(TenantId, PartnerId), Seen>);

impl Default for AllSeen {
    fn default() -> Self {
        Self(Cache::new(20_000))
    }
}

/// How a partner is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PartnerHealth)]
pub struct Health {
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_success_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_failure_at: Option<Timestamp>,
    pub failures_in_a_row: u32,
    /// closed: it is asked; open: it is left alone for a while; half_open: one call tries whether it is back.
    pub breaker: Breaker,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PartnerBreaker)]
pub enum Breaker {
    Closed,
    Open,
    HalfOpen,
}

impl From<Rest> for Breaker {
    fn from(rest: Rest) -> Self {
        match rest {
            Rest::Closed => Self::Closed,
            Rest::Open => Self::Open,
            Rest::HalfOpen => Self::HalfOpen,
        }
    }
}

/// How a partner is whose server rests or not.
pub fn health(tenant: &Tenant, partner: PartnerId, rest: Rest) -> Health {
    let seen = tenant.cell().cache::<AllSeen>().0.get(&(tenant.id(), partner)).unwrap_or_default();
    Health {
        last_success_at: seen.last_success,
        last_failure_at: seen.last_failure,
        failures_in_a_row: seen.in_a_row,
        breaker: rest.into(),
    }
}

/// Writes down how a call went that has just ended. One that was not made, because the partner rests, says nothing new.
pub fn note<T>(tenant: &Tenant, partner: PartnerId, went: &Result<T, PartnerError>) {
    if matches!(went, Err(PartnerError::Outside(OutboundError::Resting { .. }))) {
        return;
    }
    let now = tenant.cell().now();
    let seen = tenant.cell().cache::<AllSeen>();
    seen.0.entry((tenant.id(), partner)).and_upsert_with(|before| {
        let before = before.map(moka::Entry::into_value).unwrap_or_default();
        match went {
            Ok(_) => Seen { last_success: Some(now), in_a_row: 0, ..before },
            Err(_) => Seen { last_failure: Some(now), in_a_row: before.in_a_row.saturating_add(1), ..before },
        }
    });
}
