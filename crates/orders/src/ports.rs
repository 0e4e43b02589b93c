//! Whom the till asks beside the catalog and the rulebook.

use std::sync::Arc;

use crate::buyers::{Buyers, NoBuyers};
use crate::carriers::{NoCarriers, Rates};

/// As handlers get them.
#[derive(Clone)]
pub struct Ports {
    pub rates: Arc<dyn Rates>,
    pub buyers: Arc<dyn Buyers>,
}

impl Ports {
    /// Nobody answers.
    pub fn none() -> Self {
        Self { rates: Arc::new(NoCarriers), buyers: Arc::new(NoBuyers) }
    }
}
