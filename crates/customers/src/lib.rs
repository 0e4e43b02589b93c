//! Who a customer belongs to: organisations and segments.
//!
//! **Vocabulary.** An *organisation* is a business that buys; its *members* are customers, each a *buyer*, an *approver*
//! or an *admin*. A *limit* is what a member may order without being asked. A *register* knows which VAT numbers are in use. A *segment* is a group of customers and
//! organisations, under a name; who belongs to it is decided by staff. The *standing* of a customer is all of that at one
//! moment, as prices and checkouts need it.
//!
//! **Invariants.** A customer is a member of one organisation at most: a stream for each customer decides it, so of two
//! that take them in at once one is refused. A segment's name is that of no other segment. A standing says which versions
//! it was read from, so that whoever relies on it can find out that it changed.
//!
//! **Deliberately absent.** Who somebody is: a member is the id of an account, and the accounts are identity's. What is
//! bought, and what it costs.

mod api;
mod ids;
mod membership;
mod module;
mod organisation;
mod projector;
pub mod public;
pub mod queries;
mod refusal;
mod segment;
mod segment_api;
pub mod use_cases;
mod vat_register;
mod views;

pub use ids::{OrganisationId, SegmentId};
pub use membership::Membership;
pub use module::{CONTEXT, MODULE, running};
pub use organisation::{BillingAddress, Details, Member, Organisation, Role, Status, Terms};
pub use places::VatNumber;
pub use refusal::{PROBLEMS, Refusal};
pub use segment::{Segment, SegmentName, SegmentTerms};
pub use vat_register::{NoRegister, Register, VatRegister};
