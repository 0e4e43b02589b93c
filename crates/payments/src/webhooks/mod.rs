//! Webhooks: what providers tell of their own accord.

pub mod received_webhook;
pub mod use_cases;
