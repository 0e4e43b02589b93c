//! Reading the log: by stream, by tenant in commit order, and by cell, tenant after tenant.

use std::collections::BTreeSet;

use kernel::{Aggregate, Arg, SubjectId, TenantId, args, boxed};
use uuid::Uuid;

use super::handles::{Cell, Tenant};
use crate::Failure;
use crate::keys::{SubjectKeys, TenantKeys, seal};
use crate::log::{ChangedStreams, EVENT_COLUMNS, LogEnd, Recorded, recorded};

/// Where a reader of a whole cell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellCursor {
    pub tenant: TenantId,
    pub position: i64,
}

const LOG_END: &str = "select position, id from events order by position desc limit 1";

/// How many keys one statement asks for.
const KEYS_AT_ONCE: usize = 100;

impl Tenant {
    /// Events of the tenant after a position, in commit order, `limit` of them at the most.
    #[boxed]
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
    #[boxed]
    pub async fn stream(&self, id: Uuid, after: i64, limit: i64) -> Result<Vec<Recorded>, Failure> {
        // A tenant as it was has its tables; its log is the one that goes on.
        let (log, until) = (self.cell().tenant(self.id()), self.stands_at());
        let sql = self.cell().engine().of_stream(EVENT_COLUMNS);
        let mut events = log.rows(&sql, args![id, after, limit], |row| recorded(self.id(), row)).await?;
        events.retain(|event| until.is_none_or(|until| event.position <= until));
        log.opened(events).await
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

    /// Which streams of a kind have events after a position and up to another, read at one moment.
    pub async fn changed_streams<A: Aggregate>(
        &self,
        after: i64,
        until: i64,
    ) -> Result<ChangedStreams, Failure> {
        let changed = format!(
            "select distinct stream_id from events where position > $1 and position <= $2 and stream = '{}'",
            A::KIND
        );
        let queries = [
            ("select id from events where position = $1", args![after]),
            (changed.as_str(), args![after, until]),
            (
                "select position, id from events where position <= $1 order by position desc limit 1",
                args![until],
            ),
            (LOG_END, Vec::new()),
        ];
        let mut found = ChangedStreams {
            before: None,
            streams: BTreeSet::new(),
            end: LogEnd::NONE,
            log_end: LogEnd::NONE,
        };
        self.read(&queries, &mut |query, row| {
            match query {
                0 => found.before = Some(row.get(0)?),
                1 => drop(found.streams.insert(row.get(0)?)),
                2 => found.end = LogEnd::read(row)?,
                _ => found.log_end = LogEnd::read(row)?,
            }
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// Where the log ends.
    #[boxed]
    pub async fn log_end(&self) -> Result<LogEnd, Failure> {
        Ok(self.row(LOG_END, Vec::new(), LogEnd::read).await?.unwrap_or(LogEnd::NONE))
    }

    /// The position of the newest event; 0 before the first.
    #[boxed]
    pub async fn head(&self) -> Result<i64, Failure> {
        let head =
            self.row("select coalesce(max(position), 0) from events", Vec::new(), |row| row.get(0)).await?;
        Ok(head.unwrap_or(0))
    }
}

impl Cell {
    /// Events of the cell after a cursor: tenant after tenant in the order of their ids, each in its own commit order.
    /// There is no order between tenants, because nothing spans two.
    #[boxed]
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
