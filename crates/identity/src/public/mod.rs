//! What identity tells everybody else. Nothing with which somebody signs in is in it: no password, key, code or token.

pub mod accounts;
pub mod examples;
pub mod notices;
pub mod providers;
pub mod roles;
pub mod services;
