//! What crosses contexts: the real binary, over both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod api;
mod approvals;
mod architecture;
mod breached;
mod catalog;
mod cli;
mod connect;
mod connect_erp;
mod csv;
mod domains;
mod drafts;
mod edge;
mod entry;
mod faults;
mod files;
mod guests;
mod histories;
mod identity;
mod isolation;
mod matrix;
mod organisations;
mod outside;
mod own_limits;
mod passkeys;
mod past;
mod payments;
mod people;
mod pictures;
mod privacy;
mod promotions;
mod same;
mod search;
mod selling;
mod services;
mod storefront;
mod stripe;
mod stripe_page;
mod tax_engines;
mod till;
mod tracking;
mod travel;
mod unpaid;
mod versions;
mod world;
