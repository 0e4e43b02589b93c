//! A cart: what somebody means to order, until they do.

mod approval;
mod commands;
mod contact;
mod draft;
mod drafting;
mod events;
mod guests;
mod merge;
mod projector;
pub mod queries;
mod state;
pub mod use_cases;

pub use approval::{Approve, AskApproval, Decline, Recall, may_approve};
pub use commands::{Add, ChooseDelivery, Describe, EnterCode, Fill, Open, Order, TakeOutCode};
pub use contact::{Contact, Told, Typed};
pub use draft::{Draft, Drafted, Invited, Withdrawn};
pub use drafting::{Draw, Invite, Withdraw};
pub use events::{
    ApprovalAsked, CartEvent, Claimed, CodeEntered, CodeTakenOut, Declined, DeliveryChosen, Described,
    LineAdded, LineChanged, LineRemoved, Merged, Opened, Ordered, Recalled,
};
pub use guests::Guests;
pub use merge::{Claim, Merge};
pub(crate) use projector::forget;
pub use state::{Cart, State};
