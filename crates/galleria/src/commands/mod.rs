//! What each command does.

pub mod account;
pub mod backup;
pub mod demo;
pub mod demo_theme;
pub mod history;
pub mod keys;
pub mod lookup;
pub mod migrate;
pub mod move_files;
pub mod move_tenant;
pub mod privacy;
pub mod products;
pub mod progress;
pub mod relay;
pub mod restore;
pub mod sandbox_payments;
pub mod search;
pub mod sentences;
pub mod service;
pub mod sweep;
pub mod tenant;
pub mod tenant_access;
pub mod tenant_key;
pub mod verify;
