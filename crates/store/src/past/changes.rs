//! What of one aggregate differs between two moments, row by row.

use std::collections::BTreeMap;

use base64::Engine as _;
use kernel::{Arg, Problem, boxed};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::as_of::Moment;
use crate::cell::PastScope;
use crate::{Failure, Tenant};

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
    #[boxed]
    pub async fn changes(&self, id: Uuid, from: Moment, to: Moment) -> Result<Vec<Change>, Problem> {
        let (before, after) =
            (self.as_of(from, PastScope::Stream(id)).await?, self.as_of(to, PastScope::Stream(id)).await?);
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
        Arg::Null(_) => Value::Null,
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
