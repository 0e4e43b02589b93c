//! A row change as data. A projector returns these; an engine runs them, in order, inside its one transaction.

use std::borrow::Cow;

use uuid::Uuid;

/// A value in a statement. Only what both databases keep alike.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    Null,
    Int(i64),
    Text(Cow<'static, str>),
    Uuid(Uuid),
    Bytes(Vec<u8>),
}

/// How many rows a statement must touch. A different number is a bug, and undoes the whole unit of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    Exactly(u64),
    Any,
}

/// One statement. Its text is portable, names no tenant, and marks arguments as `$1`, `$2`, …
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    pub sql: &'static str,
    pub args: Vec<Arg>,
    pub rows: Rows,
}

impl Write {
    /// A statement that touches exactly one row.
    pub fn one(sql: &'static str, args: impl Into<Vec<Arg>>) -> Self {
        Self { sql, args: args.into(), rows: Rows::Exactly(1) }
    }

    /// A statement that may touch any number of rows.
    pub fn any(sql: &'static str, args: impl Into<Vec<Arg>>) -> Self {
        Self { sql, args: args.into(), rows: Rows::Any }
    }
}

impl From<i64> for Arg {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u32> for Arg {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<bool> for Arg {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<&'static str> for Arg {
    fn from(value: &'static str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Arg {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}

impl From<&String> for Arg {
    fn from(value: &String) -> Self {
        Self::Text(Cow::Owned(value.clone()))
    }
}

impl From<Uuid> for Arg {
    fn from(value: Uuid) -> Self {
        Self::Uuid(value)
    }
}

impl From<Vec<u8>> for Arg {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl<T: Into<Arg>> From<Option<T>> for Arg {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// `args![order.id, 3, "placed"]`: the arguments of a statement, each turned into an [`Arg`].
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::Arg::from($value)),*] };
}
