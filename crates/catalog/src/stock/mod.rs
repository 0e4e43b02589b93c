//! Stock: how much of a variant there is, in which locations, and how much of it is reserved.

pub(crate) mod api;
mod events;
mod expired_holds;
pub mod hold;
mod location;
mod policy;
mod projector;
pub(crate) mod queries;
mod reservations;
mod state;
#[cfg(test)]
mod tests;
pub(crate) mod use_cases;

pub use events::{
    Adjusted, Configured, Held, HoldClaimed, HoldReleased, HoldsLapsed, Low, Opened, Released, Reserved,
    Shipped, StockEvent, Taken, Transferred,
};
pub(crate) use expired_holds::EndExpiredHolds;
pub(crate) use hold::Hold;
pub use location::{Location, Place, PlaceEvent};
pub use policy::Policy;
pub use queries::StockReading;
pub use reservations::{ClaimHold, Release, ReleaseHold, Reserve, Ship, ShipFrom};
pub(crate) use state::minute;
pub use state::{Adjust, Configure, MOST, Open, Stock, Transfer};
