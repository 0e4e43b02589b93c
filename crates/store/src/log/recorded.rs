//! An event as it stands in the log, and how it is read from a row.

use std::borrow::Cow;

use kernel::{Actor, ActorKind, CorrelationId, Envelope, EventId, TenantId, Word};
use uuid::Uuid;

use crate::Failure;
use crate::engine::Row;
use crate::keys::SubjectKeys;
use crate::keys::seal::{self, Place};

/// An event as it stands in the log, not yet decoded, with its place in the tenant's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// 1, 2, 3, … in commit order, without gaps.
    pub position: i64,
    pub event: Envelope<String>,
}

impl Recorded {
    /// Makes readable what the keys open; the rest reads as erased.
    pub(crate) fn open(&mut self, origin: Uuid, keys: &SubjectKeys) {
        let Envelope { stream, stream_id, version, data, .. } = &mut self.event;
        let place = Place { origin, kind: "event", stream, id: *stream_id, version: *version };
        if let Cow::Owned(opened) = seal::open(data, place, &mut |subject| keys.get(&subject)) {
            *data = opened;
        }
    }
}

pub(crate) const EVENT_COLUMNS: &str = "position, id, stream, stream_id, version, kind, schema, actor_kind, actor_id, correlation, causation, at, recorded, data";

pub(crate) fn recorded(tenant: TenantId, row: &Row<'_>) -> Result<Recorded, Failure> {
    Ok(Recorded {
        position: row.get(0)?,
        event: Envelope {
            id: EventId(row.get(1)?),
            tenant,
            stream: row.get::<String>(2)?.into(),
            stream_id: row.get(3)?,
            version: row.get(4)?,
            kind: row.get::<String>(5)?.into(),
            schema: i32::try_from(row.get::<i64>(6)?)
                .map_err(|_| Failure::Bug("a schema version is out of range".into()))?,
            actor: Actor { kind: actor_kind(&row.get::<String>(7)?)?, id: row.get(8)? },
            correlation: CorrelationId(row.get(9)?),
            causation: row.get::<Option<Uuid>>(10)?.map(EventId),
            at: row.get(11)?,
            recorded: row.get(12)?,
            data: row.get(13)?,
        },
    })
}

fn actor_kind(text: &str) -> Result<ActorKind, Failure> {
    ActorKind::named(text).ok_or_else(|| {
        Failure::Unusable(format!(
            "An event was caused by a {text:?}, which this binary does not know. Start a newer one."
        ))
    })
}
