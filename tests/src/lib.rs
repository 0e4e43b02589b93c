//! The parts that tests start: real servers, each on a free loopback port in a folder of its own, stopped when dropped.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so by panicking"
)]

pub mod ahead;
pub mod browser;
pub mod client;
pub mod issuer;
pub mod names;
pub mod partner;
pub mod ports;
pub mod postgres;
pub mod record;
pub mod redis;
pub mod server;
pub mod shim;
pub mod template;
pub mod tools;
mod waiting;
pub mod wire;

pub use ahead::Ahead;
pub use browser::Browser;
pub use client::{Answer, Client};
pub use issuer::Issuer;
pub use names::Names;
pub use partner::Partner;
pub use ports::free_port;
pub use postgres::{PgBouncer, Postgres};
pub use redis::Redis;
pub use server::{Cell, Server};
pub use tools::tool;
pub use waiting::{PATIENCE, eventually, read_until, read_within, until};
pub use wire::{Traffic, Wire};

use std::path::PathBuf;

/// The key file that all tests of this machine share; what it locks is made up.
pub fn key_file() -> PathBuf {
    let path = std::env::temp_dir().join("galleria-tests.keys");
    if !path.exists() {
        let made = tempfile::tempdir_in(std::env::temp_dir()).unwrap();
        let beside = made.path().join("keys");
        let output = server::galleria(&["keys", "new", &beside.display().to_string()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // Whoever of many tests comes first has made it.
        let _ = std::fs::hard_link(&beside, &path);
    }
    path
}

/// The binary under test: built beside the test that is running.
pub fn binary() -> PathBuf {
    let mut folder = std::env::current_exe().unwrap();
    while folder.pop() {
        let binary = folder.join("galleria");
        if binary.is_file() {
            return binary;
        }
    }
    panic!("there is no galleria binary beside the tests; build it with: cargo build --workspace");
}

/// Whether the long form of the fault tests was asked for.
pub fn long() -> bool {
    std::env::var("GALLERIA_FAULTS").is_ok_and(|form| form == "long")
}
