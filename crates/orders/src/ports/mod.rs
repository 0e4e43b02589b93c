//! The ports through which pricing asks other modules: memberships, carriers, and a tax service.

pub mod buyers;
pub mod carriers;
mod known_buyer;
pub mod tax_engine;

pub use known_buyer::{KnownAddress, KnownBuyer};

use std::sync::Arc;

use buyers::{Buyers, NoBuyers};
use carriers::{NoCarriers, Rates};
use tax_engine::{NoTaxes, TaxEngine};

/// The ports, as handlers receive them.
#[derive(Clone)]
pub struct Ports {
    pub rates: Arc<dyn Rates>,
    pub buyers: Arc<dyn Buyers>,
    pub taxes: Arc<dyn TaxEngine>,
}

impl Ports {
    /// Ports without anything behind them.
    pub fn none() -> Self {
        Self { rates: Arc::new(NoCarriers), buyers: Arc::new(NoBuyers), taxes: Arc::new(NoTaxes) }
    }
}
