//! The store, with a context small enough to keep in one's head: jars that hold coins.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod arriving;
mod embedded;
mod every_tenant;
mod jars;
mod killed;
mod moving;
mod privacy;
mod readers;
mod relay;
mod rolling;
mod statistics;
mod stories;
mod together;
mod travel;
mod upgraded;
mod world;
