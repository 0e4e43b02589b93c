//! What is read, and who is told of what was found.

use kernel::{Arg, TenantId, Timestamp};

use super::row::Row;
use crate::Failure;

/// One statement that reads: portable text, and its arguments.
pub type Query<'a> = (&'a str, Vec<Arg>);

/// Called with the number of a query and a row of its answer.
pub(crate) type Each<'a> = dyn FnMut(usize, &Row<'_>) -> Result<(), Failure> + Send + 'a;

/// Told a tenant that is behind, or when something of it is due.
pub(crate) type Found<'a> = dyn Fn(TenantId, Option<Timestamp>) + Send + Sync + 'a;
