//! The port through which a way of delivery is priced by whoever carries the parcels.
//!
//! Orders know no carrier: they know an id, and what is answered under it. A carrier that says nothing costs nobody an
//! order, for then the usual price of the way of delivery is taken.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use kernel::Currency;
use store::Tenant;
use uuid::Uuid;

use crate::order::Address;

/// A parcel and where it goes. No name and no street: a price needs neither.
#[derive(Debug, Clone)]
pub struct Parcel {
    pub weight_grams: i64,
    /// In minor units of the currency.
    pub worth: i64,
    pub currency: Currency,
    pub country: String,
    pub postal_code: String,
}

/// One of a carrier's services, with its price in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    pub service: String,
    pub price: i64,
}

/// Quotes the prices of carriers. It is asked before the unit of work, and answers within seconds.
pub trait Rates: Send + Sync + 'static {
    /// What these carriers offer for a parcel. One that does not answer is missing; one that does not go there offers
    /// nothing.
    fn offered<'a>(
        &'a self,
        tenant: &'a Tenant,
        carriers: &'a [Uuid],
        parcel: &'a Parcel,
    ) -> Pin<Box<dyn Future<Output = HashMap<Uuid, Vec<Offered>>> + Send + 'a>>;
}

/// No carrier answers.
pub struct NoCarriers;

impl Rates for NoCarriers {
    fn offered<'a>(
        &'a self,
        _: &'a Tenant,
        _: &'a [Uuid],
        _: &'a Parcel,
    ) -> Pin<Box<dyn Future<Output = HashMap<Uuid, Vec<Offered>>> + Send + 'a>> {
        Box::pin(std::future::ready(HashMap::new()))
    }
}

impl Parcel {
    pub fn to(address: &Address, weight_grams: i64, worth: i64, currency: Currency) -> Self {
        let (country, postal_code) = (address.country.clone(), address.postal_code.clone());
        Self { weight_grams, worth, currency, country, postal_code }
    }
}
