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

pub mod cell;
mod clock;
mod commit_signal;
pub mod context;
pub mod engine;
mod failure;
pub mod keys;
pub mod log;
pub mod past;
pub mod privacy;
pub mod problems;
mod reading;
pub mod registry;
pub mod relay;
mod select;
mod threads;
pub mod travel;
mod vault;
pub mod verify;
pub mod work;

pub use cell::{Cell, PastScope, Tenant};
pub use clock::Clock;
pub use context::{Context, Migration, People, Stream};
pub use engine::{Column, Folder, Opening, Query, Row, Server, prepare_server};
pub use failure::Failure;
pub use keys::{Keeper, KeyFile, TenantKeys};
pub use past::Moment;
pub use reading::Reading;
pub use registry::{Key, Origin, Registry, TenantRecord, TenantStatus};
pub use select::{Select, marks};
pub use work::{After, Asked, Desk, Done, Guard, Left, Once, Reply, Work};
