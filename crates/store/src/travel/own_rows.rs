//! The store's own rows of a tenant, as they travel.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use kernel::{Arg, ArgKind, Write};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::Failure;
use crate::engine::Row;

/// A table of the store's own, and its columns in the order in which they travel, its key first.
pub(super) struct Table {
    pub(super) name: &'static str,
    key: &'static str,
    columns: &'static [&'static str],
    insert: &'static str,
    delete: &'static str,
    /// What the last of them are in an archive that was made before there were any.
    added: &'static [&'static str],
}

/// The keys of the people. They travel as they are from cell to cell, and beside the rows in an archive.
pub(super) const KEYS: Table = Table {
    name: "subject_keys",
    key: "subject",
    columns: &["subject", "wrapped", "created"],
    insert: "insert into subject_keys (subject, wrapped, created) values ($1, $2, $3)",
    delete: "delete from subject_keys where subject = $1",
    added: &[],
};

/// Replies, so that what was asked before the journey is not done again after it; cursors without their fence, which
/// belongs to the cell they leave; dead letters; jobs, as if nobody held them.
pub(super) const TABLES: [Table; 4] = [
    Table {
        name: "replies",
        key: "key",
        columns: &["key", "fingerprint", "status", "body", "version", "location", "created"],
        insert: "insert into replies (key, fingerprint, status, body, version, location, created) values ($1, $2, $3, $4, $5, $6, $7)",
        delete: "delete from replies where key = $1",
        added: &[],
    },
    Table {
        name: "cursors",
        key: "subscriber",
        columns: &["subscriber", "position"],
        insert: "insert into cursors (subscriber, position, fence, attempts, retry_at) values ($1, $2, 0, 0, 0)",
        delete: "delete from cursors where subscriber = $1",
        added: &[],
    },
    Table {
        name: "dead_letters",
        key: "id",
        columns: &["id", "subscriber", "position", "event", "kind", "attempts", "problem", "parked"],
        insert: "insert into dead_letters (id, subscriber, position, event, kind, attempts, problem, parked) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        delete: "delete from dead_letters where id = $1",
        added: &[],
    },
    Table {
        name: "jobs",
        key: "id",
        columns: &[
            "id",
            "name",
            "args",
            "state",
            "due",
            "every",
            "attempts",
            "done",
            "total",
            "note",
            "problem",
            "created",
            "started",
            "ended",
            "destination",
        ],
        insert: "insert into jobs (id, name, args, state, due, every, attempts, done, total, note, problem, created, started, ended, destination, fence, leased_until) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, 0)",
        delete: "delete from jobs where id = $1",
        added: &[""],
    },
];

/// A row of one of these tables.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct OwnRow {
    pub(super) table: String,
    values: Vec<Value>,
}

impl Table {
    pub(super) fn row(&self, row: &Row<'_>) -> Result<OwnRow, Failure> {
        let values =
            (0..self.columns.len()).map(|index| row.value(index).map(packed)).collect::<Result<_, _>>()?;
        Ok(OwnRow { table: self.name.to_owned(), values })
    }

    pub(super) fn select(&self) -> String {
        format!("select {} from {}", self.columns.join(", "), self.name)
    }

    /// The rows that follow one, in the order of a column, which is the key when none is given. That column is also
    /// the last one that is asked for.
    pub(super) fn page(&self, order: Option<&str>, after: Option<&Arg>, limit: i64) -> (String, Vec<Arg>) {
        let (name, columns, order) = (self.name, self.columns.join(", "), order.unwrap_or(self.key));
        let following = if after.is_some() { format!("where {order} > $1") } else { String::new() };
        let sql = format!("select {columns}, {order} from {name} {following} order by {order} limit {limit}");
        (sql, after.cloned().into_iter().collect())
    }

    /// A row of a page, and its place.
    pub(super) fn placed(&self, row: &Row<'_>) -> Result<(Vec<Arg>, Arg), Failure> {
        let value = |index| row.value(index).map(id_or_bytes);
        let values = (0..self.columns.len()).map(value).collect::<Result<_, _>>()?;
        Ok((values, value(self.columns.len())?))
    }

    pub(super) fn named(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }

    pub(super) fn insert(&self, row: OwnRow) -> Result<Write, Failure> {
        let mut args: Vec<Arg> =
            row.values.into_iter().map(unpacked).collect::<Option<_>>().unwrap_or_default();
        let lacking = self.columns.len().saturating_sub(args.len()).min(self.added.len());
        args.extend(self.added[self.added.len() - lacking..].iter().map(|text| Arg::from(*text)));
        if args.len() != self.columns.len() {
            return Err(Failure::Unusable(format!("A row of {} cannot be read.", self.name)));
        }
        Ok(Write::one(self.insert, args))
    }
}

/// The rows of a table that were sent, so that afterwards only what changed is sent: of each its key, a hash of all of
/// it, and in which round it was last there.
#[derive(Default)]
pub(super) struct Sent {
    rows: HashMap<Key, (u64, u32)>,
    round: u32,
    last: Option<Arg>,
}

#[derive(PartialEq, Eq, Hash)]
enum Key {
    Id(Uuid),
    Name(String),
}

impl Sent {
    /// From the first row on again.
    pub(super) fn again(&mut self) {
        self.round += 1;
        self.last = None;
    }

    /// Where the next page of rows begins.
    pub(super) fn last(&self) -> Option<&Arg> {
        self.last.as_ref()
    }

    /// What there is to write for the rows of a page.
    pub(super) fn page(&mut self, table: &Table, rows: Vec<(Vec<Arg>, Arg)>) -> Result<Vec<Write>, Failure> {
        let (mut deletes, mut inserts) = (Vec::new(), Vec::new());
        for (row, place) in rows {
            let id = row.first().cloned().unwrap_or(Arg::Null(ArgKind::Unknown));
            let key = match &id {
                Arg::Uuid(id) => Key::Id(*id),
                Arg::Text(name) => Key::Name(name.clone().into_owned()),
                _ => return Err(Failure::Bug(format!("a row of {} has no key", table.name))),
            };
            let mut hasher = DefaultHasher::new();
            row.iter().for_each(|value| hash(value, &mut hasher));
            let hash = hasher.finish();
            self.last = Some(place);
            let sent = self.rows.insert(key, (hash, self.round));
            if sent.is_some_and(|(sent, _)| sent == hash) {
                continue;
            }
            if sent.is_some() {
                deletes.push(Write::one(table.delete, vec![id]));
            }
            inserts.push(Write::one(table.insert, row));
        }
        deletes.extend(inserts);
        Ok(deletes)
    }

    /// Removes the rows that were sent before and are not there any more.
    pub(super) fn gone(&mut self, table: &Table) -> Vec<Write> {
        let (mut gone, round) = (Vec::new(), self.round);
        self.rows.retain(|key, (_, seen)| {
            if *seen != round {
                let key = match key {
                    Key::Id(id) => Arg::Uuid(*id),
                    Key::Name(name) => Arg::Text(name.clone().into()),
                };
                gone.push(Write::one(table.delete, vec![key]));
            }
            *seen == round
        });
        gone
    }
}

fn hash(value: &Arg, hasher: &mut DefaultHasher) {
    std::mem::discriminant(value).hash(hasher);
    match value {
        Arg::Null(_) => {}
        Arg::Int(value) => value.hash(hasher),
        Arg::Text(value) => value.hash(hasher),
        Arg::Uuid(value) => value.hash(hasher),
        Arg::Bytes(value) => value.hash(hasher),
    }
}

/// Bytes and ids are marked, so that they do not become texts on the way.
fn packed(arg: Arg) -> Value {
    match arg {
        Arg::Null(_) => Value::Null,
        Arg::Int(number) => number.into(),
        Arg::Text(text) => text.into_owned().into(),
        Arg::Uuid(id) => serde_json::json!({ "b": BASE64.encode(id.as_bytes()) }),
        Arg::Bytes(bytes) => serde_json::json!({ "b": BASE64.encode(bytes) }),
    }
}

/// Sixteen bytes are an id in all of these tables; fingerprints and keys are longer.
fn id_or_bytes(arg: Arg) -> Arg {
    match arg {
        Arg::Bytes(bytes) => match Uuid::from_slice(&bytes) {
            Ok(id) => Arg::Uuid(id),
            Err(_) => Arg::Bytes(bytes),
        },
        other => other,
    }
}

fn unpacked(value: Value) -> Option<Arg> {
    Some(match value {
        Value::Null => Arg::Null(ArgKind::Unknown),
        Value::Number(number) => Arg::Int(number.as_i64()?),
        Value::String(text) => Arg::Text(text.into()),
        Value::Object(marked) => id_or_bytes(Arg::Bytes(BASE64.decode(marked.get("b")?.as_str()?).ok()?)),
        _ => return None,
    })
}
