//! Payment providers: which ones a shop uses, and how each is talked to.

pub(crate) mod provider;
pub(crate) mod provider_client;
pub(crate) mod queries;
pub(crate) mod rest;
mod signature;
pub(crate) mod stripe;
