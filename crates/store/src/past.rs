//! How a tenant was: the log is folded again up to a moment, into tables of its own, and the same queries read those.
//!
//! What a moment costs is what is folded for it: one stream is its own events, a list is all events of the kinds that
//! its tables are made of. People who were erased since read as erased, for their keys are gone.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use kernel::{Arg, Problem, TenantId, Timestamp, args};
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::cell::Query;
use crate::engine::{Each, Scratch};
use crate::log::{EVENT_COLUMNS, Recorded, recorded};
use crate::problems::MOMENT_UNKNOWN;
use crate::replay::Replayer;
use crate::{Failure, Tenant};

/// How many events are read at a time.
const READ: i64 = 1000;

/// How many pasts are kept for whoever turns to their next page, and for how long.
const KEPT: usize = 8;
const KEPT_FOR: Duration = Duration::from_secs(30);

/// A place in a tenant's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// After the event at this position.
    Position(i64),
    /// After everything that had been written down by then.
    Time(Timestamp),
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(position) = text.parse() {
            return Ok(Self::Position(position));
        }
        text.parse().map(Self::Time).map_err(|_| {
            "write a time as 2026-05-03T14:00:00Z, or a position of the log as a number".to_owned()
        })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Position(position) => write!(f, "{position}"),
            Self::Time(time) => write!(f, "{time}"),
        }
    }
}

/// Of what the past is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// One aggregate.
    Stream(Uuid),
    /// Everything that streams of these nouns project.
    Kinds(&'static [&'static str]),
}

/// A tenant's tables as they were.
pub(crate) struct Past {
    scratch: Mutex<Scratch>,
    position: i64,
}

impl Past {
    pub(crate) fn read(&self, queries: &[Query<'_>], each: &mut Each<'_>) -> Result<(), Failure> {
        self.scratch.lock().read(queries, each)
    }
}

struct Kept {
    tenant: TenantId,
    of: Of,
    past: Arc<Past>,
    made: Instant,
}

/// The pasts that were asked for last.
#[derive(Default)]
pub(crate) struct Pasts(Mutex<VecDeque<Kept>>);

impl Pasts {
    fn find(&self, tenant: TenantId, of: &Of, position: i64) -> Option<Arc<Past>> {
        let mut kept = self.0.lock();
        kept.retain(|kept| kept.made.elapsed() < KEPT_FOR);
        kept.iter()
            .find(|kept| kept.tenant == tenant && kept.of == *of && kept.past.position == position)
            .map(|kept| kept.past.clone())
    }

    fn keep(&self, tenant: TenantId, of: Of, past: Arc<Past>) {
        let mut kept = self.0.lock();
        kept.truncate(KEPT - 1);
        kept.push_front(Kept { tenant, of, past, made: Instant::now() });
    }

    /// Someone was erased; nothing that was made before may be shown.
    pub(crate) fn forget(&self, tenant: TenantId) {
        self.0.lock().retain(|kept| kept.tenant != tenant);
    }
}

impl Tenant {
    /// The tenant as it was. Whatever reads tables reads them as they were then; it cannot be changed.
    pub async fn as_of(&self, moment: Moment, of: Of) -> Result<Self, Problem> {
        let position = self.position_at(moment).await?;
        if let Some(past) = self.cell().pasts().find(self.id(), &of, position) {
            return Ok(self.in_the_past(past));
        }
        let (tenant, wanted) = (self.clone(), of.clone());
        let folded = crate::aside(async move { tenant.fold(position, &wanted).await }).await?;
        let past = Arc::new(folded);
        self.cell().pasts().keep(self.id(), of, past.clone());
        Ok(self.in_the_past(past))
    }

    /// The position that a past tenant stands at.
    pub fn stands_at(&self) -> Option<i64> {
        self.past().map(|past| past.position)
    }

    /// The last position that had been written at a moment.
    pub async fn position_at(&self, moment: Moment) -> Result<i64, Problem> {
        let head = self.head().await?;
        let time = match moment {
            Moment::Position(position) if (0..=head).contains(&position) => return Ok(position),
            Moment::Position(position) => {
                return Err(MOMENT_UNKNOWN.says(format!(
                    "The log ends at position {head}, so there is no {position} to look back to."
                )));
            }
            Moment::Time(time) => time,
        };
        // Positions are in the order in which they were written, so the place is found by halving.
        let (mut before, mut after) = (0, head + 1);
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            let sql = "select recorded from events where position = $1";
            let found = self.row(sql, args![middle], |row| row.get::<Timestamp>(0)).await?;
            if found.is_some_and(|recorded| recorded <= time) { before = middle } else { after = middle }
        }
        Ok(before)
    }

    async fn fold(&self, until: i64, of: &Of) -> Result<Past, Failure> {
        let contexts = self.cell().contexts();
        let scratch = Mutex::new(Scratch::new(contexts)?);
        let mut replayer = Replayer::new(contexts);
        let (mut position, condition, first) = match of {
            Of::Stream(id) => (0, "stream_id = $3".to_owned(), vec![Arg::Uuid(*id)]),
            Of::Kinds(kinds) => {
                let names: Vec<String> = (3..3 + kinds.len()).map(|n| format!("${n}")).collect();
                let kinds = kinds.iter().map(|kind| Arg::from(*kind)).collect();
                (0, format!("stream in ({})", names.join(", ")), kinds)
            }
        };
        let sql = format!(
            "select {EVENT_COLUMNS} from events where position > $1 and position <= $2 and {condition} order by position limit {READ}"
        );
        loop {
            let mut given = args![position, until];
            given.extend(first.iter().cloned());
            let events = self.rows(&sql, given, |row| recorded(self.id(), row)).await?;
            let events = self.opened(events).await?;
            let Some(last) = events.last().map(|last| last.position) else { break };
            let scratch = scratch.lock();
            for Recorded { position, event } in &events {
                for write in replayer.apply(*position, event)?.1 {
                    scratch.write(&write)?;
                }
            }
            position = last;
        }
        scratch.lock().finish()?;
        Ok(Past { scratch, position: until })
    }
}

/// A row that is not the same at two moments.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    pub table: String,
    /// The row's key.
    pub row: Map<String, Value>,
    /// The columns that differ, as they were; absent when the row was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Map<String, Value>>,
    /// As they became; absent when the row is not there any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Map<String, Value>>,
}

type Rows = BTreeMap<(String, String), (Map<String, Value>, Map<String, Value>)>;

impl Tenant {
    /// What of one aggregate is not the same at two moments, row by row.
    pub async fn changes(&self, id: Uuid, from: Moment, to: Moment) -> Result<Vec<Change>, Problem> {
        let (before, after) =
            (self.as_of(from, Of::Stream(id)).await?, self.as_of(to, Of::Stream(id)).await?);
        let (mut before, after) = (before.all_rows()?, after.all_rows()?);
        let mut changes = Vec::new();
        for ((table, key), (row, now)) in after {
            match before.remove(&(table.clone(), key)) {
                None => changes.push(Change { table, row, before: None, after: Some(now) }),
                Some((_, then)) if then == now => {}
                Some((_, mut then)) => {
                    let mut now = now;
                    now.retain(|column, value| then.get(column) != Some(value));
                    then.retain(|column, _| now.contains_key(column));
                    changes.push(Change { table, row, before: Some(then), after: Some(now) });
                }
            }
        }
        changes.extend(before.into_iter().map(|((table, _), (row, then))| Change {
            table,
            row,
            before: Some(then),
            after: None,
        }));
        Ok(changes)
    }

    /// Every row of every table of a past tenant.
    fn all_rows(&self) -> Result<Rows, Failure> {
        let past = self.past().ok_or_else(|| Failure::Bug("only the past is read whole".into()))?;
        let scratch = past.scratch.lock();
        let mut rows = Rows::new();
        for table in scratch.tables()?.into_iter().filter(|table| table.name != "states") {
            scratch.read(&[(&table.select(), Vec::new())], &mut |_, row| {
                let (mut key, mut whole) = (Map::new(), Map::new());
                for (index, column) in table.columns.iter().enumerate() {
                    let value = shown(row.value(index)?);
                    if table.key.contains(column) {
                        key.insert(column.clone(), value.clone());
                    }
                    whole.insert(column.clone(), value);
                }
                let name = Value::Object(key.clone()).to_string();
                rows.insert((table.name.clone(), name), (key, whole));
                Ok(())
            })?;
        }
        Ok(rows)
    }
}

/// A column for people. Texts that hold JSON are shown as what they hold.
fn shown(value: Arg) -> Value {
    match value {
        Arg::Null => Value::Null,
        Arg::Int(number) => number.into(),
        Arg::Uuid(id) => id.to_string().into(),
        Arg::Bytes(bytes) => match Uuid::from_slice(&bytes) {
            Ok(id) => id.to_string().into(),
            Err(_) => base64::engine::general_purpose::STANDARD.encode(bytes).into(),
        },
        Arg::Text(text) => match serde_json::from_str(&text) {
            Ok(Value::Object(object)) => Value::Object(object),
            _ => text.into_owned().into(),
        },
    }
}
