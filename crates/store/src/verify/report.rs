//! Proof that the log is the truth: it is replayed into an empty database, and every table is compared, row by row.
//!
//! Log and tables are read at one moment, so a tenant can be verified while it serves.

use std::sync::Arc;

use kernel::{Arg, SubjectId, boxed};
use sha2::{Digest, Sha256};

use crate::context::Context;
use crate::engine::{Row, Scratch, Table};
use crate::keys::seal::{self, Place};
use crate::keys::{SubjectKeys, TenantKeys};
use crate::log::{EVENT_COLUMNS, Recorded, Replayer, recorded};
use crate::{Failure, Tenant, threads};

/// How many differences are told before the rest is only counted.
const TOLD: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    pub events: u64,
    /// Each table with how many rows it has.
    pub tables: Vec<(String, u64)>,
    /// Of the log and all tables; two databases with the same digest hold the same.
    pub digest: String,
    /// In sentences. None means that the tables are what the log says.
    pub differences: Vec<String>,
}

impl Report {
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Replays the tenant's log and compares.
#[boxed]
pub async fn verify(tenant: &Tenant) -> Result<Report, Failure> {
    let tenant = tenant.clone();
    threads::aside(async move { replay(&tenant).await }).await
}

async fn replay(tenant: &Tenant) -> Result<Report, Failure> {
    let scratch = Scratch::new(tenant.cell().contexts())?;
    let tables = scratch.tables()?;
    let keys = tenant.keys().await?;
    let log = format!("select {EVENT_COLUMNS} from events order by position");
    let texts: Vec<String> = ["select subject, wrapped from subject_keys".to_owned(), log]
        .into_iter()
        .chain(tables.iter().map(Table::select))
        .chain(tenant.cell().engine().astray().map(str::to_owned))
        .collect();
    let queries: Vec<(&str, Vec<Arg>)> = texts.iter().map(|text| (text.as_str(), Vec::new())).collect();

    let mut replay = Replay::new(tenant.cell().contexts(), keys.clone(), scratch);
    let mut compared: Vec<Compared> = Vec::new();
    tenant
        .read(&queries, &mut |query, row| {
            match query {
                0 => return replay.hold(row),
                1 => return replay.event(recorded(tenant.id(), row)?),
                _ => {}
            }
            // The query's number is the table's, from 2; tables without a live row are passed over here.
            while compared.len() < (query - 1).min(tables.len()) {
                compared.push(replay.expected(&tables[compared.len()])?);
            }
            let Some(table) = tables.get(query - 2) else { return replay.astray(row) };
            let hash = replay.hash(row, table)?;
            compared[query - 2].live(hash, table, &mut replay.differences);
            Ok(())
        })
        .await?;
    while compared.len() < tables.len() {
        compared.push(replay.expected(&tables[compared.len()])?);
    }
    Ok(replay.report(&tables, compared))
}

struct Replay {
    keys: Arc<TenantKeys>,
    subjects: SubjectKeys,
    replayer: Replayer,
    scratch: Scratch,
    events: u64,
    digest: Sha256,
    differences: Vec<String>,
    states_written: bool,
}

impl Replay {
    fn new(contexts: &'static [Context], keys: Arc<TenantKeys>, scratch: Scratch) -> Self {
        Self {
            keys,
            subjects: SubjectKeys::new(),
            replayer: Replayer::new(contexts),
            scratch,
            events: 0,
            digest: Sha256::new(),
            differences: Vec::new(),
            states_written: false,
        }
    }

    fn hold(&mut self, row: &Row<'_>) -> Result<(), Failure> {
        let subject = SubjectId(row.get(0)?);
        if let Some(wrapped) = row.get::<Option<Vec<u8>>>(1)? {
            self.subjects.insert(subject, self.keys.open_subject(subject, &wrapped)?);
        }
        Ok(())
    }

    fn event(&mut self, mut recorded: Recorded) -> Result<(), Failure> {
        self.events += 1;
        self.digest.update(recorded.position.to_be_bytes());
        self.digest.update(recorded.event.id.uuid().as_bytes());
        self.digest.update(recorded.event.kind.as_bytes());
        self.digest.update(recorded.event.data.as_bytes());
        recorded.open(self.keys.origin(), &self.subjects);
        let Recorded { position, event } = recorded;
        if position != self.events as i64 {
            tell(&mut self.differences, || {
                format!("The log has position {position} where {} should stand.", self.events)
            });
        }
        let (version, writes) = self.replayer.apply(position, &event)?;
        if event.version != version {
            tell(&mut self.differences, || {
                format!(
                    "{} {} has version {} at position {position} where {version} should stand.",
                    event.stream, event.stream_id, event.version
                )
            });
        }
        for write in &writes {
            if let Err(failure) = self.scratch.write(write) {
                tell(&mut self.differences, || {
                    format!("Position {position} ({}) cannot be projected again: {failure}", event.kind)
                });
            }
        }
        Ok(())
    }

    fn astray(&mut self, row: &Row<'_>) -> Result<(), Failure> {
        let position: i64 = row.get(0)?;
        tell(&mut self.differences, || {
            format!("The rest of its stream is not found from position {position}.")
        });
        Ok(())
    }

    /// The rows that the table should have, as hashes in the order of its key.
    fn expected(&mut self, table: &Table) -> Result<Compared, Failure> {
        if !self.states_written {
            self.states_written = true;
            for (id, _, folded) in self.replayer.changed() {
                let args = kernel::args![id, folded.stream.clone(), folded.version, folded.encode()];
                self.scratch.write(&kernel::Write::one(
                    "insert into states (id, stream, version, state) values ($1, $2, $3, $4)",
                    args,
                ))?;
            }
            self.scratch.finish()?;
        }
        let select = table.select();
        let mut expected = Vec::new();
        let (keys, subjects) = (&self.keys, &self.subjects);
        self.scratch.read(&[(&select, Vec::new())], &mut |_, row| {
            expected.push(hash(keys, subjects, row, table)?);
            Ok(())
        })?;
        Ok(Compared { expected, seen: 0, wrong: false, digest: Sha256::new() })
    }

    fn hash(&self, row: &Row<'_>, table: &Table) -> Result<[u8; 32], Failure> {
        hash(&self.keys, &self.subjects, row, table)
    }

    fn report(mut self, tables: &[Table], compared: Vec<Compared>) -> Report {
        let mut counts = Vec::new();
        for (table, compared) in tables.iter().zip(compared) {
            let missing = compared.expected.len().saturating_sub(compared.seen);
            if missing > 0 && !compared.wrong {
                tell(&mut self.differences, || {
                    format!("{} lacks {missing} rows that the log says it has.", table.name)
                });
            }
            self.digest.update(table.name.as_bytes());
            self.digest.update(compared.digest.finalize());
            counts.push((table.name.clone(), compared.seen as u64));
        }
        let digest = self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Report { events: self.events, tables: counts, digest, differences: self.differences }
    }
}

struct Compared {
    expected: Vec<[u8; 32]>,
    seen: usize,
    /// Once rows differ, those after them may only be shifted, so a table tells its first difference.
    wrong: bool,
    digest: Sha256,
}

impl Compared {
    fn live(&mut self, hash: [u8; 32], table: &Table, differences: &mut Vec<String>) {
        self.digest.update(hash);
        if !self.wrong && self.expected.get(self.seen) != Some(&hash) {
            self.wrong = true;
            tell(differences, || {
                format!(
                    "{} differs from the log at its row {} in the order of {}.",
                    table.name,
                    self.seen + 1,
                    table.key.join(", ")
                )
            });
        }
        self.seen += 1;
    }
}

/// Of what a row says. A state is compared open, for no two sealings of it are alike.
fn hash(
    keys: &TenantKeys,
    subjects: &SubjectKeys,
    row: &Row<'_>,
    table: &Table,
) -> Result<[u8; 32], Failure> {
    let mut bytes = Vec::with_capacity(256);
    let columns = if table.name == "states" { table.columns.len() - 1 } else { table.columns.len() };
    for index in 0..columns {
        row.canonical(index, &mut bytes)?;
    }
    if table.name == "states" {
        let (id, stream, version) = (row.get(0)?, row.get::<String>(1)?, row.get(2)?);
        let place = Place { origin: keys.origin(), kind: "state", stream: &stream, id, version };
        bytes.extend(seal::open(&row.get::<String>(3)?, place, &mut |id| subjects.get(&id)).as_bytes());
    }
    Ok(Sha256::digest(&bytes).into())
}

fn tell(differences: &mut Vec<String>, difference: impl FnOnce() -> String) {
    if differences.len() < TOLD {
        differences.push(difference());
    }
}
