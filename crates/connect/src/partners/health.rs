//! How partners are, as this node has seen them since it began.
//!
//! It is no part of the log: a shop that is busy would write an event for each call, and say nothing with it.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use kernel::{TenantId, Timestamp};
use outbound::OutboundError;
use parking_lot::Mutex;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{PartnerError, PartnerId};

/// After so many failures in a row a partner rests so long.
pub const FAILURES: u32 = 3;
pub const REST: Duration = Duration::from_secs(15);

/// Of how many partners a node remembers how they are; then all are forgotten.
const REMEMBERED: usize = 20_000;

#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    last_success: Option<Timestamp>,
    last_failure: Option<Timestamp>,
    in_a_row: u32,
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
    pub breaker: &'static str,
}

pub fn health(tenant: TenantId, partner: PartnerId, now: Timestamp) -> Health {
    let seen = all().lock().get(&(tenant, partner)).copied().unwrap_or_default();
    let rested = seen.last_failure.is_none_or(|last| now.since(last) >= REST);
    Health {
        last_success_at: seen.last_success,
        last_failure_at: seen.last_failure,
        failures_in_a_row: seen.in_a_row,
        breaker: match (seen.in_a_row >= FAILURES, rested) {
            (false, _) => "closed",
            (true, false) => "open",
            (true, true) => "half_open",
        },
    }
}

/// Writes down how a call went. One that was not made, because the partner rests, says nothing new.
pub fn note<T>(tenant: TenantId, partner: PartnerId, went: &Result<T, PartnerError>, now: Timestamp) {
    if matches!(went, Err(PartnerError::Outside(OutboundError::Resting { .. }))) {
        return;
    }
    let mut all = all().lock();
    if all.len() >= REMEMBERED && !all.contains_key(&(tenant, partner)) {
        all.clear();
    }
    let seen = all.entry((tenant, partner)).or_default();
    match went {
        Ok(_) => *seen = Seen { last_success: Some(now), in_a_row: 0, ..*seen },
        Err(_) => {
            (seen.last_failure, seen.in_a_row) = (Some(now), seen.in_a_row.saturating_add(1));
        }
    }
}

fn all() -> &'static Mutex<HashMap<(TenantId, PartnerId), Seen>> {
    static ALL: OnceLock<Mutex<HashMap<(TenantId, PartnerId), Seen>>> = OnceLock::new();
    ALL.get_or_init(Mutex::default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partner_rests_after_failures_in_a_row_and_one_success_makes_good() {
        let (tenant, partner) = (TenantId::new(), PartnerId::new());
        let start = Timestamp::from_micros(0);
        let failed: Result<(), _> = Err(PartnerError::Status(500));
        for _ in 0..FAILURES {
            assert_eq!(health(tenant, partner, start).breaker, "closed");
            note(tenant, partner, &failed, start);
        }
        assert_eq!(health(tenant, partner, start).breaker, "open");
        assert_eq!(health(tenant, partner, start.plus(REST)).breaker, "half_open");
        note(tenant, partner, &Ok(()), start.plus(REST));
        let well = health(tenant, partner, start.plus(REST));
        assert_eq!((well.breaker, well.failures_in_a_row), ("closed", 0));
    }
}
