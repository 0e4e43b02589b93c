//! Reading what happened: by stream, by tenant in commit order, and by cell, tenant after tenant.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use kernel::{Actor, ActorKind, Arg, CorrelationId, Envelope, EventId, SubjectId, TenantId, Word, args};
use uuid::Uuid;

use crate::engine::Row;
use crate::keys::{SubjectKey, TenantKeys};
use crate::seal::{self, Place};
use crate::{Cell, Failure, Tenant};

/// An event as it stands in the log, not yet decoded, with its place in the tenant's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// 1, 2, 3, … in commit order, without gaps.
    pub position: i64,
    pub event: Envelope<String>,
}

/// Where a reader of a whole cell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellCursor {
    pub tenant: TenantId,
    pub position: i64,
}

/// The keys of some people, by who they are.
pub(crate) type SubjectKeys = HashMap<SubjectId, SubjectKey>;

/// How many keys one statement asks for.
const KEYS_AT_ONCE: usize = 100;

impl Recorded {
    /// Makes readable what the keys open; the rest reads as erased.
    pub(crate) fn open(&mut self, origin: Uuid, keys: &SubjectKeys) {
        let Envelope { stream, stream_id, version, data, .. } = &mut self.event;
        let place = Place { origin, kind: "event", stream, id: *stream_id, version: *version };
        if let Cow::Owned(opened) = seal::open(data, place, |subject| keys.get(&subject)) {
            *data = opened;
        }
    }
}

pub(crate) const EVENT_COLUMNS: &str = "position, id, stream, stream_id, version, kind, schema, actor_kind, actor_id, correlation, causation, at, recorded, data";

impl Tenant {
    /// Events of the tenant after a position, in commit order, `limit` of them at the most.
    pub async fn events(&self, after: i64, limit: i64) -> Result<Vec<Recorded>, Failure> {
        let sql =
            format!("select {EVENT_COLUMNS} from events where position > $1 order by position limit $2");
        let events = self.rows(&sql, args![after, limit], |row| recorded(self.id(), row)).await?;
        self.opened(events).await
    }

    /// Of the events after a position up to another those that fulfil a condition, in commit order.
    pub(crate) async fn stretch(
        &self,
        after: i64,
        upto: i64,
        wanted: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Recorded>, Failure> {
        let wanted = wanted.map(|wanted| format!(" and {wanted}")).unwrap_or_default();
        let sql = format!(
            "select {EVENT_COLUMNS} from events where position > $1 and position <= $2{wanted} order by position limit $3"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let events = self.rows(&sql, args![after, upto, limit], |row| recorded(self.id(), row)).await?;
        self.opened(events).await
    }

    /// Events of one stream after a version, in order.
    pub async fn stream(&self, id: Uuid, after: i64, limit: i64) -> Result<Vec<Recorded>, Failure> {
        let sql = format!(
            "select {EVENT_COLUMNS} from events where stream_id = $1 and version > $2 order by version limit $3"
        );
        let events = self.rows(&sql, args![id, after, limit], |row| recorded(self.id(), row)).await?;
        self.opened(events).await
    }

    /// The events with what is personal in them readable, except of those who were erased.
    pub(crate) async fn opened(&self, mut events: Vec<Recorded>) -> Result<Vec<Recorded>, Failure> {
        let subjects: BTreeSet<SubjectId> =
            events.iter().flat_map(|recorded| seal::sealed_subjects(&recorded.event.data)).collect();
        if subjects.is_empty() {
            return Ok(events);
        }
        let keys = self.keys().await?;
        let subjects = self.subject_keys(&keys, subjects.into_iter().collect()).await?;
        for recorded in &mut events {
            recorded.open(keys.origin(), &subjects);
        }
        Ok(events)
    }

    async fn subject_keys(
        &self,
        keys: &TenantKeys,
        subjects: Vec<SubjectId>,
    ) -> Result<SubjectKeys, Failure> {
        let wrapped = self.wrapped_keys(&subjects).await?;
        wrapped
            .into_iter()
            .map(|(subject, wrapped)| Ok((subject, keys.open_subject(subject, &wrapped)?)))
            .collect()
    }

    /// The keys of people, as they are kept, of those who have one.
    pub(crate) async fn wrapped_keys(
        &self,
        subjects: &[SubjectId],
    ) -> Result<Vec<(SubjectId, Vec<u8>)>, Failure> {
        let mut found = Vec::new();
        for some in subjects.chunks(KEYS_AT_ONCE) {
            let list: Vec<String> = (1..=some.len()).map(|n| format!("${n}")).collect();
            let sql =
                format!("select subject, wrapped from subject_keys where subject in ({})", list.join(", "));
            let args = some.iter().map(|subject| Arg::from(*subject)).collect();
            self.read(&[(&sql, args)], &mut |_, row| {
                let subject = SubjectId(row.get(0)?);
                found.extend(row.get::<Option<Vec<u8>>>(1)?.map(|wrapped| (subject, wrapped)));
                Ok(())
            })
            .await?;
        }
        Ok(found)
    }

    /// The position of the newest event; 0 before the first.
    pub async fn head(&self) -> Result<i64, Failure> {
        let head =
            self.row("select coalesce(max(position), 0) from events", Vec::new(), |row| row.get(0)).await?;
        Ok(head.unwrap_or(0))
    }
}

impl Cell {
    /// Events of the cell after a cursor: tenant after tenant in the order of their ids, each in its own commit order.
    /// There is no order between tenants, because nothing spans two.
    pub async fn events(
        &self,
        after: Option<CellCursor>,
        limit: i64,
    ) -> Result<(Vec<Recorded>, Option<CellCursor>), Failure> {
        let tenants = self.registry().tenants();
        let here = tenants.iter().filter(|tenant| tenant.status.is_here());
        let mut tenants: Vec<TenantId> = here.map(|tenant| tenant.id).collect();
        tenants.sort_unstable();
        let (mut events, mut cursor) = (Vec::new(), after);
        for id in tenants {
            let position = match after {
                Some(after) if id < after.tenant => continue,
                Some(after) if id == after.tenant => after.position,
                _ => 0,
            };
            let room = limit - i64::try_from(events.len()).unwrap_or(i64::MAX);
            if room <= 0 {
                break;
            }
            let found = self.tenant(id).events(position, room).await?;
            cursor = Some(CellCursor {
                tenant: id,
                position: found.last().map_or(position, |last| last.position),
            });
            events.extend(found);
        }
        Ok((events, cursor))
    }
}

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
