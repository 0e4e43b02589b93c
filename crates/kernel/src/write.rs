//! A row change as data. A projector returns these; an engine runs them, in order, inside its one transaction.

use std::borrow::Cow;

use uuid::Uuid;

/// A value in a statement. Only what both databases keep alike.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    /// Nothing, where something of this kind could be.
    Null(ArgKind),
    Int(i64),
    Text(Cow<'static, str>),
    Uuid(Uuid),
    Bytes(Vec<u8>),
}

/// What kind of value an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgKind {
    /// Of a null that came from elsewhere.
    Unknown,
    Int,
    Text,
    Uuid,
    Bytes,
}

/// What can be an argument, and of which kind it is then.
pub trait AsArg: Into<Arg> {
    const KIND: ArgKind;
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

impl AsArg for i64 {
    const KIND: ArgKind = ArgKind::Int;
}

impl From<i64> for Arg {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl AsArg for u32 {
    const KIND: ArgKind = ArgKind::Int;
}

impl From<u32> for Arg {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl AsArg for bool {
    const KIND: ArgKind = ArgKind::Int;
}

impl From<bool> for Arg {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl AsArg for &'static str {
    const KIND: ArgKind = ArgKind::Text;
}

impl From<&'static str> for Arg {
    fn from(value: &'static str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl AsArg for String {
    const KIND: ArgKind = ArgKind::Text;
}

impl From<String> for Arg {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}

impl AsArg for &String {
    const KIND: ArgKind = ArgKind::Text;
}

impl From<&String> for Arg {
    fn from(value: &String) -> Self {
        Self::Text(Cow::Owned(value.clone()))
    }
}

impl AsArg for Uuid {
    const KIND: ArgKind = ArgKind::Uuid;
}

impl From<Uuid> for Arg {
    fn from(value: Uuid) -> Self {
        Self::Uuid(value)
    }
}

impl AsArg for Vec<u8> {
    const KIND: ArgKind = ArgKind::Bytes;
}

impl From<Vec<u8>> for Arg {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl<T: AsArg> From<Option<T>> for Arg {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null(T::KIND), Into::into)
    }
}

impl Arg {
    pub fn kind(&self) -> ArgKind {
        match self {
            Self::Null(kind) => *kind,
            Self::Int(_) => ArgKind::Int,
            Self::Text(_) => ArgKind::Text,
            Self::Uuid(_) => ArgKind::Uuid,
            Self::Bytes(_) => ArgKind::Bytes,
        }
    }
}

/// `args![order.id, 3, "placed"]`: the arguments of a statement, each turned into an [`Arg`].
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::Arg::from($value)),*] };
}
