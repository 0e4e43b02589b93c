//! One row of an answer, whichever database it came from.

use kernel::{Arg, ArgKind, Currency, Timestamp, Word};
use rusqlite::types::ValueRef;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::Failure;

/// A row, read by the place of its column: `row.get::<Uuid>(0)?`.
pub struct Row<'a>(pub(super) Raw<'a>);

pub(super) enum Raw<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl Row<'_> {
    pub fn get<T: Column>(&self, index: usize) -> Result<T, Failure> {
        T::read(self, index)
    }

    pub fn word<W: Word>(&self, index: usize) -> Result<W, Failure> {
        self.maybe_word::<W>(index)?.ok_or_else(|| Failure::Bug(format!("column {index} is null")))
    }

    pub fn maybe_word<W: Word>(&self, index: usize) -> Result<Option<W>, Failure> {
        let Some(word) = self.get::<Option<String>>(index)? else { return Ok(None) };
        let known = W::named(&word);
        known.map(Some).ok_or_else(|| unreadable(index, &format!("{word:?} is none of its words")))
    }
}

/// A type that a column can be read as.
pub trait Column: Sized {
    fn read(row: &Row<'_>, index: usize) -> Result<Self, Failure>;
}

macro_rules! column {
    ($($type:ty),+) => {$(
        impl Column for $type {
            fn read(row: &Row<'_>, index: usize) -> Result<Self, Failure> {
                Option::<$type>::read(row, index)?.ok_or_else(|| Failure::Bug(format!("column {index} is null")))
            }
        }

        impl Column for Option<$type> {
            fn read(row: &Row<'_>, index: usize) -> Result<Self, Failure> {
                match &row.0 {
                    Raw::Sqlite(row) => row.get(index).map_err(|error| unreadable(index, &error)),
                    Raw::Postgres(row) => row.try_get(index).map_err(|error| unreadable(index, &error)),
                }
            }
        }
    )+};
}

column!(i64, String, Uuid, Vec<u8>);

impl Column for bool {
    fn read(row: &Row<'_>, index: usize) -> Result<Self, Failure> {
        match &row.0 {
            Raw::Sqlite(row) => row.get(index).map_err(|error| unreadable(index, &error)),
            // A condition is a boolean there, a kept flag a bigint in both.
            Raw::Postgres(row) => match row.try_get::<_, bool>(index) {
                Ok(value) => Ok(value),
                Err(_) => row
                    .try_get::<_, i64>(index)
                    .map(|value| value != 0)
                    .map_err(|error| unreadable(index, &error)),
            },
        }
    }
}

impl Column for Timestamp {
    fn read(row: &Row<'_>, index: usize) -> Result<Self, Failure> {
        row.get(index).map(Self::from_micros)
    }
}

impl Column for Option<Timestamp> {
    fn read(row: &Row<'_>, index: usize) -> Result<Self, Failure> {
        Ok(row.get::<Option<i64>>(index)?.map(Timestamp::from_micros))
    }
}

impl Column for Currency {
    fn read(row: &Row<'_>, index: usize) -> Result<Self, Failure> {
        row.get::<String>(index)?.parse().map_err(|error| unreadable(index, &error))
    }
}

fn unreadable(index: usize, error: &dyn std::fmt::Display) -> Failure {
    Failure::Bug(format!("column {index} cannot be read: {error}"))
}

impl Row<'_> {
    /// The column, whatever its type.
    pub(crate) fn value(&self, index: usize) -> Result<Arg, Failure> {
        match &self.0 {
            Raw::Sqlite(row) => Ok(match row.get_ref(index).map_err(|error| unreadable(index, &error))? {
                ValueRef::Null => Arg::Null(ArgKind::Unknown),
                ValueRef::Integer(value) => Arg::Int(value),
                ValueRef::Text(bytes) => Arg::Text(String::from_utf8_lossy(bytes).into_owned().into()),
                ValueRef::Blob(bytes) => Arg::Bytes(bytes.to_vec()),
                ValueRef::Real(_) => return Err(Failure::Bug(format!("column {index} holds a float"))),
            }),
            Raw::Postgres(row) => {
                let wrong = |error| unreadable(index, &error);
                Ok(match *row.columns()[index].type_() {
                    Type::INT8 => row.try_get::<_, Option<i64>>(index).map_err(wrong)?.into(),
                    Type::UUID => row.try_get::<_, Option<Uuid>>(index).map_err(wrong)?.into(),
                    Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(index).map_err(wrong)?.into(),
                    _ => row.try_get::<_, Option<String>>(index).map_err(wrong)?.into(),
                })
            }
        }
    }

    /// The column as bytes that are the same for the same value in either database, for comparing rows.
    pub(crate) fn canonical(&self, index: usize, into: &mut Vec<u8>) -> Result<(), Failure> {
        match &self.0 {
            Raw::Sqlite(row) => match row.get_ref(index).map_err(|error| unreadable(index, &error))? {
                ValueRef::Null => into.push(b'0'),
                ValueRef::Integer(value) => append(into, b'i', &value.to_be_bytes()),
                ValueRef::Text(bytes) => append(into, b't', bytes),
                ValueRef::Blob(bytes) => append(into, b'b', bytes),
                ValueRef::Real(_) => return Err(Failure::Bug(format!("column {index} holds a float"))),
            },
            Raw::Postgres(row) => {
                let wrong = |error| unreadable(index, &error);
                match *row.columns()[index].type_() {
                    Type::INT8 => match row.try_get::<_, Option<i64>>(index).map_err(wrong)? {
                        Some(value) => append(into, b'i', &value.to_be_bytes()),
                        None => into.push(b'0'),
                    },
                    Type::UUID => match row.try_get::<_, Option<Uuid>>(index).map_err(wrong)? {
                        Some(value) => append(into, b'b', value.as_bytes()),
                        None => into.push(b'0'),
                    },
                    Type::BYTEA => match row.try_get::<_, Option<&[u8]>>(index).map_err(wrong)? {
                        Some(value) => append(into, b'b', value),
                        None => into.push(b'0'),
                    },
                    _ => match row.try_get::<_, Option<&str>>(index).map_err(wrong)? {
                        Some(value) => append(into, b't', value.as_bytes()),
                        None => into.push(b'0'),
                    },
                }
            }
        }
        Ok(())
    }
}

fn append(into: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    into.push(kind);
    into.extend((bytes.len() as u64).to_be_bytes());
    into.extend(bytes);
}
