//! Columns that hold JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Failure, Row};

/// Reads a column; nothing where it is empty.
pub(crate) fn written<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<Option<T>, Failure> {
    let Some(text) = row.get::<Option<String>>(column)? else { return Ok(None) };
    let read = serde_json::from_str(&text);
    read.map(Some).map_err(|error| Failure::Bug(format!("an order that was kept cannot be read: {error}")))
}

pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("an order has string keys and no failing serializers")
}
