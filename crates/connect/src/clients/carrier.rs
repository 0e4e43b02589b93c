//! The port to whoever carries parcels.

use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

use crate::PartnerError;

/// A parcel and its way. No name and no street: a price needs neither.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trip {
    pub weight_grams: i64,
    /// In minor units of the currency.
    pub worth: i64,
    pub currency: String,
    pub from_country: String,
    pub from_postal_code: String,
    pub to_country: String,
    pub to_postal_code: String,
}

/// What a carrier asks for one of its services.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Rate {
    pub service: String,
    /// In minor units.
    pub price: i64,
    pub currency: String,
}

/// A parcel that is to be carried.
#[derive(Debug, Clone, Serialize)]
pub struct Booking {
    /// Booked twice under one reference, it is one parcel.
    pub reference: String,
    pub service: String,
    #[serde(flatten)]
    pub trip: Trip,
}

/// Where a parcel is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tracked {
    pub number: String,
    /// announced, under_way, delivered or lost.
    pub state: String,
    #[serde(default)]
    pub milestones: Vec<Milestone>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Milestone {
    /// As RFC 3339 writes it.
    pub at: String,
    pub text: String,
}

pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, PartnerError>> + Send + 'a>>;

/// Somebody who carries parcels. Nothing here is called within a unit of work.
pub trait Carrier: Send + Sync {
    /// Whether it answers, and takes our key.
    fn check(&self) -> Asked<'_, ()>;

    /// What it asks for a parcel, by service; nothing when it does not go there.
    fn rates<'a>(&'a self, trip: &'a Trip) -> Asked<'a, Vec<Rate>>;

    /// Orders the carrying; answers the number under which it is tracked.
    fn book<'a>(&'a self, booking: &'a Booking) -> Asked<'a, String>;

    fn track<'a>(&'a self, number: &'a str) -> Asked<'a, Tracked>;
}
