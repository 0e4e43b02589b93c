//! How often somebody may ask, and from where.
//!
//! **Vocabulary.** A *limit* is a pace and how much of it may come at once. A *key* is who is counted. A *limiter*
//! counts, in this process or over a Redis that all processes share, and gives a *verdict*. A *debt* is what a key has
//! used up and time has not yet given back. *Proxies* are the machines whose word about a client's address is believed.
//!
//! **Invariants.** A key never gets more than its burst at once, nor more than its pace over time; rounding is always to
//! the side of less. Memory has an upper bound, and filling it resets nobody who is over a limit and locks nobody out.
//! An address that an untrusted machine claims is never believed. When Redis is away, answers come from this process,
//! within the budget, and Redis is not asked again before it is found to be well.
//!
//! **Deliberately absent.** HTTP, the clock (`now` is passed in, as the time since 1970 or any other fixed moment), which
//! limits there are and to whom they apply, and a Redis Cluster.

mod address;
mod errors;
mod gcra;
mod headers;
mod key;
mod limit;
mod limiter;
mod memory;
mod networks;
mod proxies;
mod shared;

pub use address::network_of;
pub use errors::{LimitsError, NetworkMistake};
pub use headers::headers;
pub use key::{Key, Kind};
pub use limit::{Limit, Verdict};
pub use limiter::Limiter;
pub use memory::Memory;
pub use networks::Networks;
pub use proxies::{Proxies, Speaks};
pub use shared::SharedOptions;
