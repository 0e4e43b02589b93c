//! A provider that moves no money, to try things out with.

pub mod ledger;
pub mod provider;
pub mod server;
pub mod settings;

pub use ledger::Ledger;
pub use provider::{Addresses, CHALLENGES, Sandbox};
pub use server::serve;
pub use settings::Settings;
