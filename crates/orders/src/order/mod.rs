//! An order: what it is, what happens to it, and how one follows from the other.

mod advance;
mod customer;
mod events;
mod goods;
mod line;
mod parcel;
pub(crate) mod place;
mod state;
mod terms;

pub use advance::Advance;
pub use customer::{Address, Customer, Person};
pub use events::{
    Cancelled, Confirmed, Credited, Delivered, Edited, MoneyMoved, OrderEvent, Packed, PartlyShipped, Placed,
    ReturnClosed, ReturnOpened, ReturnReceived, Returned, Shipped,
};
pub use line::{Line, NumberedLine, Part, Pieces};
pub use parcel::{Label, ParcelSeen, ParcelSent, ParcelState, Watched};
pub use place::Place;
pub use state::Order;
pub use terms::{ChosenDelivery, ForOrganisation, OWN_DELIVERY, OnBehalf, Redeemed, Terms, Words};
pub(crate) use terms::{DELIVERY, DISCOUNT, OFF, PRICE};
