//! Accounts: the people who sign in, their addresses, and what is stored about them.

pub(crate) mod account;
pub(crate) mod actor;
pub(crate) mod address;
pub(crate) mod check;
pub(crate) mod event;
pub(crate) mod letter;
pub(crate) mod person;
pub mod queries;
pub(crate) mod use_cases;

pub use use_cases::rename;
