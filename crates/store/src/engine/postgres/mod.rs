//! One database for many tenants: a schema a context, row-level security on every table.
//!
//! The application signs in with a role that owns nothing. Each transaction begins with the tenant's setting, and the
//! policies do the rest: no statement names a tenant. The setting is local to the transaction, so a pooler may hand
//! the connection to anyone afterwards.

mod arrival;
mod commit;
mod committers;
mod connect;
mod database;
mod failure;
mod folding;
mod notify;
mod one_sync;
mod pipeline;
mod plan;
mod schema;
mod statistics;
mod waiting;

pub(crate) use self::arrival::Arrival;
pub(crate) use self::database::Database;
pub(super) use self::database::of_stream;
pub(crate) use self::folding::Folding;
pub use self::schema::prepare_server;
