//! A tenant as it was: the log is folded up to a moment, into tables of its own.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use kernel::{Problem, Timestamp, args, boxed};
use parking_lot::Mutex;

use crate::cell::{Past, PastScope};
use crate::engine::Scratch;
use crate::log::{Recorded, Replayer};
use crate::problems::MOMENT_UNKNOWN;
use crate::{Failure, Tenant, threads};

/// How many events are read at a time.
const READ: usize = 1000;

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

impl Tenant {
    /// The tenant as it was. Whatever reads tables reads them as they were then; it cannot be changed.
    #[boxed]
    pub async fn as_of(&self, moment: Moment, of: PastScope) -> Result<Self, Problem> {
        let position = self.position_at(moment).await?;
        if let Some(past) = self.cell().pasts().find(self.id(), &of, position) {
            return Ok(self.in_the_past(past));
        }
        let (tenant, wanted) = (self.clone(), of.clone());
        let folded = threads::aside(async move { tenant.fold(position, &wanted).await }).await?;
        let past = Arc::new(folded);
        self.cell().pasts().keep(self.id(), of, past.clone());
        Ok(self.in_the_past(past))
    }

    /// The position that a past tenant stands at.
    pub fn stands_at(&self) -> Option<i64> {
        self.past().map(|past| past.position)
    }

    /// The last position that had been written at a moment.
    #[boxed]
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

    async fn fold(&self, until: i64, of: &PastScope) -> Result<Past, Failure> {
        let contexts = self.cell().contexts();
        let scratch = Mutex::new(Scratch::new(contexts)?);
        let mut replayer = Replayer::new(contexts);
        let mut position = 0;
        loop {
            let events = self.before(until, of, position).await?;
            let Some(last) = events.last() else { break };
            position = if let PastScope::Stream(_) = of { last.event.version } else { last.position };
            let scratch = scratch.lock();
            for Recorded { position, event } in &events {
                for write in replayer.apply(*position, event)?.1 {
                    scratch.write(&write)?;
                }
            }
        }
        scratch.lock().finish()?;
        Ok(Past { scratch, position: until })
    }

    /// The next events of a part of the history, up to a position: of a stream those after a version, of kinds those
    /// after a position.
    async fn before(&self, until: i64, of: &PastScope, after: i64) -> Result<Vec<Recorded>, Failure> {
        match of {
            PastScope::Stream(id) => {
                let mut events = self.stream(*id, after, READ as i64).await?;
                events.retain(|event| event.position <= until);
                Ok(events)
            }
            PastScope::Kinds(kinds) => {
                let kinds: Vec<String> = kinds.iter().map(|kind| format!("'{kind}'")).collect();
                let wanted = format!("stream in ({})", kinds.join(", "));
                self.stretch(after, until, Some(&wanted), READ).await
            }
        }
    }
}
