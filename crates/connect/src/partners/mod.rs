//! Partners as a shop configured them, and how they are reached.

pub mod answer_cache;
pub mod health;
pub mod partner;
pub mod partner_clients;
pub mod queries;
pub mod use_cases;
