//! What each of the binary's own commands does.

pub mod backup;
pub mod demo;
pub mod demo_theme;
pub mod keys;
pub mod lookup;
pub mod migrate;
pub mod move_files;
pub mod move_tenant;
pub mod own;
pub mod progress;
pub mod restore;
pub mod serve;
pub mod sweep;
pub mod tenant;
pub mod tenant_access;
pub mod tenant_key;
pub mod verify;
