//! Whom the till asks beside the catalog and the rulebook.

use std::sync::Arc;

use crate::buyers::{Buyers, NoBuyers};
use crate::carriers::{NoCarriers, Rates};
use crate::tax_engine::{NoTaxes, TaxEngine};

/// As handlers get them.
#[derive(Clone)]
pub struct Ports {
    pub rates: Arc<dyn Rates>,
    pub buyers: Arc<dyn Buyers>,
    pub taxes: Arc<dyn TaxEngine>,
}

impl Ports {
    /// Nobody answers.
    pub fn none() -> Self {
        Self { rates: Arc::new(NoCarriers), buyers: Arc::new(NoBuyers), taxes: Arc::new(NoTaxes) }
    }
}
