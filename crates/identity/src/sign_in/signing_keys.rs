//! The keys that a tenant's access tokens are signed with, the same on every node.
//!
//! A tenant's signing keys (events call them its token ring) are sealed under the tenant's own secret before it becomes an event, so the log and the tables hold nothing
//! that signs. Whichever node finds that a key is due makes it; another that did the same a moment earlier wins.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use credentials::{Issuer, Lifetimes, SigningKeys, Verifier};
use edge::Audience;
use kernel::{Actor, Aggregate, CorrelationId, Decide, Problem, TenantId, Timestamp, args, boxed};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use store::{Asked, Failure, Reply, Tenant, Work};
use uuid::Uuid;

use crate::Refusal;

/// A tenant has one set of signing keys.
const ONE: Uuid = Uuid::from_u128(0x51b6_7f52_90ab_4d0e_a2c1_62dd_e0c1_0001);

/// For how long a node goes by the keys that it has read.
const READ_AGAIN: Duration = Duration::from_secs(60);

const DAY: i64 = 24 * 3600;

/// How long an access token lasts. A refresh token gets the next one.
pub const TOKEN_LASTS: i64 = 600;

const LIFETIMES: Lifetimes = Lifetimes { announce: 2 * DAY, sign: 30 * DAY, token: TOKEN_LASTS };

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRing {
    turns: i64,
}

kernel::events! {
    pub enum RingEvent {
        Turned(Turned) = ("token_ring.turned", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turned {
    /// The keys under the tenant's secret.
    pub sealed: String,
    pub at: Timestamp,
}

impl Aggregate for TokenRing {
    const KIND: &'static str = "token_ring";
    type Event = RingEvent;

    fn apply(&mut self, _: &RingEvent) {
        self.turns += 1;
    }
}

struct Turn {
    sealed: String,
    /// How often it had been turned when this turn was made.
    after: i64,
}

impl Decide<Turn> for TokenRing {
    type Refusal = Refusal;

    fn decide(&self, turn: &Turn, now: Timestamp) -> Result<Vec<RingEvent>, Refusal> {
        // Somebody else was quicker: theirs counts.
        let first = self.turns == turn.after;
        Ok(if first { vec![Turned { sealed: turn.sealed.clone(), at: now }.into()] } else { Vec::new() })
    }
}

/// Signing keys, ready for use.
pub struct Keys {
    pub issuer: Issuer,
    verifiers: [(Audience, Verifier); 3],
    pub published: serde_json::Value,
    read_at: Timestamp,
}

impl Keys {
    fn of(tenant: TenantId, ring: &SigningKeys, now: Timestamp) -> Self {
        let name = issuer_name(tenant);
        Self {
            issuer: Issuer::new(ring, name.clone()),
            verifiers: Audience::KNOWN
                .map(|audience| (audience, Verifier::new(ring, name.clone(), audience.as_str()))),
            published: ring.jwks(now.seconds()),
            read_at: now,
        }
    }

    /// Verifies tokens that were made for an audience.
    pub fn verifier(&self, audience: Audience) -> Option<&Verifier> {
        self.verifiers.iter().find(|(known, _)| *known == audience).map(|(_, verifier)| verifier)
    }
}

/// The rings that a node has read.
#[derive(Default)]
pub struct Rings(Mutex<HashMap<TenantId, Arc<Keys>>>);

impl Rings {
    /// The tenant's keys, turned when that is due.
    #[boxed]
    pub async fn of(&self, tenant: &Tenant, now: Timestamp) -> Result<Arc<Keys>, Problem> {
        let known = self.0.lock().get(&tenant.id()).cloned();
        if let Some(known) = known.filter(|known| now.since(known.read_at) < READ_AGAIN) {
            return Ok(known);
        }
        let keys = Arc::new(Keys::of(tenant.id(), &current(tenant, now).await?, now));
        self.0.lock().insert(tenant.id(), keys.clone());
        Ok(keys)
    }
}

async fn current(tenant: &Tenant, now: Timestamp) -> Result<SigningKeys, Problem> {
    for _ in 0..5 {
        let (mut ring, turns) = match read(tenant).await? {
            Some((ring, turns)) => (Some(ring), turns),
            None => (None, 0),
        };
        let due = ring.as_mut().is_none_or(|ring| ring.rotate(now.seconds()));
        let ring = ring.unwrap_or_else(|| SigningKeys::new(LIFETIMES, now.seconds()));
        if !due {
            return Ok(ring);
        }
        turn(tenant, &ring, turns, now).await?;
    }
    Err(Problem::bug())
}

async fn read(tenant: &Tenant) -> Result<Option<(SigningKeys, i64)>, Problem> {
    let sql = "select sealed, version from token_rings where one = $1";
    let row = tenant.row(sql, args![1i64], |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?))).await?;
    let Some((sealed, turns)) = row else { return Ok(None) };
    let keys = tenant.keys().await?;
    let text = keys.open_secret(PURPOSE, &sealed).and_then(|text| String::from_utf8(text.to_vec()).ok());
    let ring = text.and_then(|text| SigningKeys::read(&text).ok()).ok_or_else(|| {
        Failure::Unusable(
            "The keys of the access tokens do not open with the tenant's secret: one of the two was damaged. Restore the tenant from a backup.".into(),
        )
    })?;
    Ok(Some((ring, turns)))
}

async fn turn(tenant: &Tenant, ring: &SigningKeys, after: i64, now: Timestamp) -> Result<(), Problem> {
    let sealed = tenant.keys().await?.seal_secret(PURPOSE, ring.reveal().as_bytes());
    let turn = Turn { sealed, after };
    let work = Work::over::<TokenRing>([ONE]).decide(move |desk| {
        desk.ask::<TokenRing, _>(ONE, &turn)?;
        Ok(Reply::default())
    });
    tenant.run(Asked::by(Actor::system(), CorrelationId::new(), now), work).await?;
    Ok(())
}

const PURPOSE: &str = "token ring";

/// Who signs a tenant's tokens. Addresses of a shop change, its id does not.
pub fn issuer_name(tenant: TenantId) -> String {
    format!("urn:galleria:{}", tenant.uuid())
}

/// The tenant whose name this is.
pub fn tenant_of(issuer: &str) -> Option<TenantId> {
    issuer.strip_prefix("urn:galleria:")?.parse().ok().map(TenantId)
}
