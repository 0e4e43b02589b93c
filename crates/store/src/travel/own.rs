//! The store's own rows of a tenant, as they travel.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use kernel::{Arg, Write};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Failure;
use crate::engine::Row;

/// A table of the store's own, and its columns in the order in which they travel.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) select: &'static str,
    insert: &'static str,
    columns: usize,
}

/// Replies, so that what was asked before the journey is not done again after it; cursors without their fence, which
/// belongs to the cell they leave; dead letters; jobs, as if nobody held them.
pub(super) const TABLES: [Table; 4] = [
    Table {
        name: "replies",
        select: "select key, fingerprint, status, body, version, location, created from replies",
        insert: "insert into replies (key, fingerprint, status, body, version, location, created) values ($1, $2, $3, $4, $5, $6, $7)",
        columns: 7,
    },
    Table {
        name: "cursors",
        select: "select subscriber, position from cursors",
        insert: "insert into cursors (subscriber, position, fence, attempts, retry_at) values ($1, $2, 0, 0, 0)",
        columns: 2,
    },
    Table {
        name: "dead_letters",
        select: "select id, subscriber, position, event, kind, attempts, problem, parked from dead_letters",
        insert: "insert into dead_letters (id, subscriber, position, event, kind, attempts, problem, parked) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        columns: 8,
    },
    Table {
        name: "jobs",
        select: "select id, name, args, state, due, every, attempts, done, total, note, problem, created, started, ended from jobs",
        insert: "insert into jobs (id, name, args, state, due, every, attempts, done, total, note, problem, created, started, ended, fence, leased_until) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, 0)",
        columns: 14,
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
        let values = (0..self.columns).map(|index| row.value(index).map(packed)).collect::<Result<_, _>>()?;
        Ok(OwnRow { table: self.name.to_owned(), values })
    }

    pub(super) fn named(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }

    pub(super) fn write(&self, row: OwnRow) -> Result<Write, Failure> {
        let args: Vec<Arg> = row.values.into_iter().map(unpacked).collect::<Option<_>>().unwrap_or_default();
        if args.len() != self.columns {
            return Err(Failure::Unusable(format!("A row of {} cannot be read.", self.name)));
        }
        Ok(Write::one(self.insert, args))
    }
}

/// Bytes and ids are marked, so that they do not become texts on the way.
fn packed(arg: Arg) -> Value {
    match arg {
        Arg::Null => Value::Null,
        Arg::Int(number) => number.into(),
        Arg::Text(text) => text.into_owned().into(),
        Arg::Uuid(id) => serde_json::json!({ "b": BASE64.encode(id.as_bytes()) }),
        Arg::Bytes(bytes) => serde_json::json!({ "b": BASE64.encode(bytes) }),
    }
}

/// Sixteen bytes are an id in all of these tables; a fingerprint is longer.
fn unpacked(value: Value) -> Option<Arg> {
    Some(match value {
        Value::Null => Arg::Null,
        Value::Number(number) => Arg::Int(number.as_i64()?),
        Value::String(text) => Arg::Text(text.into()),
        Value::Object(marked) => {
            let bytes = BASE64.decode(marked.get("b")?.as_str()?).ok()?;
            match uuid::Uuid::from_slice(&bytes) {
                Ok(id) => Arg::Uuid(id),
                Err(_) => Arg::Bytes(bytes),
            }
        }
        _ => return None,
    })
}
