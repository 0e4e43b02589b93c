//! The routes of connect.

pub mod partners;
pub mod syncs;
