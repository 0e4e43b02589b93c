//! The records of an archive.

use kernel::{SubjectId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::log::Recorded;
use crate::travel::own_rows::OwnRow;
use crate::travel::passport::Passport;

/// What stands in the pieces, a line each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(in crate::travel) enum Record {
    Tenant { passport: Box<Passport>, key: String, wrapped: String },
    Person { subject: SubjectId, wrapped: Option<String>, created: Timestamp },
    Event(Box<PackedEvent>),
    Own(OwnRow),
    End { events: i64, digest: String },
}

#[derive(Debug, Serialize, Deserialize)]
pub(in crate::travel) struct PackedEvent {
    p: i64,
    id: Uuid,
    s: String,
    sid: Uuid,
    v: i64,
    pub(super) k: String,
    pub(super) sc: i32,
    a: kernel::Actor,
    c: Uuid,
    ca: Option<Uuid>,
    at: i64,
    r: i64,
    d: String,
}

impl PackedEvent {
    pub(super) fn of(recorded: Recorded) -> Self {
        let event = recorded.event;
        Self {
            p: recorded.position,
            id: event.id.uuid(),
            s: event.stream.into_owned(),
            sid: event.stream_id,
            v: event.version,
            k: event.kind.into_owned(),
            sc: event.schema,
            a: event.actor,
            c: event.correlation.uuid(),
            ca: event.causation.map(|id| id.uuid()),
            at: event.at.as_micros(),
            r: event.recorded.as_micros(),
            d: event.data,
        }
    }

    pub(in crate::travel) fn recorded(self, tenant: kernel::TenantId) -> Recorded {
        Recorded {
            position: self.p,
            event: kernel::Envelope {
                id: kernel::EventId(self.id),
                tenant,
                stream: self.s.into(),
                stream_id: self.sid,
                version: self.v,
                kind: self.k.into(),
                schema: self.sc,
                actor: self.a,
                correlation: kernel::CorrelationId(self.c),
                causation: self.ca.map(kernel::EventId),
                at: Timestamp::from_micros(self.at),
                recorded: Timestamp::from_micros(self.r),
                data: self.d,
            },
        }
    }
}
