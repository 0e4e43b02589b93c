//! The store, with a context small enough to keep in one's head: jars that hold coins.

mod embedded;
mod jars;
