//! Who a customer is, and who they belong to: records, organisations and segments.
//!
//! **Vocabulary.** The *record* of a customer says who they are, in their words and in the shop's; their *book* says where
//! they have things sent. A *guest* ordered without an account: the order names them by an id of its own, and all guests
//! under one address have one record. Two records of one person are *merged*: one goes into the other, and can be taken
//! out again. An *organisation* is a business that buys; its *members* are customers, each a *buyer*, an *approver*
//! or an *admin*. A *limit* is what a member may order without being asked. A *register* knows which VAT numbers are in use. A *segment* is a group of customers and
//! organisations, under a name; who belongs to it is decided by staff. The *standing* of a customer is all of that at one
//! moment, as prices and checkouts need it.
//!
//! **Invariants.** A record has the id of the account, when there is one. What a guest ordered becomes somebody's by an
//! address that was shown to be theirs and by nothing else, unless staff merge. No records are merged in a circle. What the
//! shop says of somebody, they are never shown. A customer is a member of one organisation at most: a stream for each customer decides it, so of two
//! that take them in at once one is refused. A segment's name is that of no other segment. A standing says which versions
//! it was read from, so that whoever relies on it can find out that it changed.
//!
//! **Deliberately absent.** Signing in: the accounts are identity's, and are heard of through a port. What is bought, and
//! what it costs.

mod api;
mod ids;
mod membership;
mod module;
mod organisation;
pub mod profiles;
mod projector;
pub mod public;
pub mod queries;
mod refusal;
mod segment;
mod segment_api;
pub mod use_cases;
mod vat_register;
mod views;

pub use ids::{BookEntryId, CustomerId, NoteId, OrganisationId, SegmentId};
pub use membership::Membership;
pub use module::{CONTEXT, MODULE, running};
pub use organisation::{BillingAddress, Details, Member, Organisation, Role, Status, Terms};
pub use places::VatNumber;
pub use refusal::{PROBLEMS, Refusal};
pub use segment::{Segment, SegmentName, SegmentTerms};
pub use vat_register::{NoRegister, Register, VatRegister};
