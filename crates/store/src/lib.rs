//! Where a tenant's facts are kept, and the one way to change them.
//!
//! **Vocabulary.** A *cell* is a database in which tenants live. A *tenant* handle sees one tenant and nothing else.
//! A *work* (unit of work) names the streams that it needs and decides over them; its *desk* is where they lie open.
//! The *log* holds every event of a tenant under a gapless *position* in commit order. A *lane* is the queue in which
//! one tenant's works wait to be committed together.
//!
//! **Invariants.** A reply that was given is durable. Events, states, table writes and the kept reply of a work are
//! committed together or not at all. Table writes come from projectors only, and a replay of the log writes the same
//! rows. No statement outside `engine/` names a tenant or a database product.
//!
//! **Deliberately absent.** HTTP, and any I/O to the outside while a work is decided.

mod bell;
pub mod cell;
pub mod context;
mod desk;
pub mod doors;
pub mod engine;
mod failure;
mod form;
mod hosts;
pub mod keys;
mod lane;
mod loaded;
pub mod log;
pub mod migrate;
mod nonces;
pub mod past;
pub mod privacy;
pub mod problems;
pub mod registry;
pub mod relay;
mod replay;
mod seal;
mod select;
pub mod travel;
pub mod usage;
mod vault;
pub mod verify;
pub mod verify_job;
pub mod work;

pub use cell::Query;
pub use cell::{Cell, Clock, Tenant};
pub use context::{Context, Migration, People, Stream};
pub use desk::Desk;
pub use doors::Origin;
pub use engine::{Column, Folder, Opening, Row, Server};
pub use failure::Failure;
pub use keys::{Keeper, KeyFile, TenantKeys};
pub use past::{Moment, Of};
pub use registry::{Key, Registry, TenantRecord, TenantStatus};
pub use select::{Select, marks};
pub use work::{Asked, Done, Guard, Once, Reply, Work};

/// Does something long, much of which is computing, on a thread where it holds up nobody.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl Future<Output = Result<T, Failure>> + Send + 'static,
) -> Result<T, Failure> {
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(work))
        .await
        .unwrap_or_else(|_| Err(Failure::Bug("something long panicked".into())))
}
