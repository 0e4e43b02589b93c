//! Partners outside, behind ports: carriers and engines of taxes over REST, and an ERP over SOAP.
//!
//! **Vocabulary.** A *partner* is somebody else's service, as a shop configured it. A *carrier* is one that says what a
//! parcel costs and where it is. An *ERP* keeps the books of a business: a *sync* takes its products and its inventory
//! over, *page* by page, in two *stages*. A row that cannot be taken is a *reject*; a count that is lower than what is
//! promised to orders is a *conflict*. The *watermark* is the moment, by the ERP's clock, from which the next sync reads on.
//!
//! **Invariants.** Nobody outside is asked within a unit of work. What a page changes and how far the sync is are one
//! work, so no page has its effect twice, whoever crashed. A secret is kept sealed, is never shown, and goes to no other
//! address than the one that it was entered for. What a partner sends is untrusted: it is read within limits, without a
//! DTD, and no count of it goes below what is reserved. A partner that is down stops no shop from selling.
//!
//! **Deliberately absent.** Payments. Updating products that the shop describes itself: an ERP only adds drafts.

mod api;
mod carriers;
mod clients;
mod error;
mod ids;
mod module;
mod partners;
mod problems;
mod projector;
pub mod public;
mod refusal;
pub mod syncs;
mod taxes;

pub use carriers::tracking::{Track, Watch};
pub use clients::carrier::{Booking, Carrier, Milestone, Rate, Tracked, Trip};
pub use clients::rest::{Rest, RestCarrier};
pub use error::PartnerError;
pub use ids::{PartnerId, SyncId};
pub use module::{CONTEXT, MODULE, running};
pub use partners::partner::{Definition, Kind, Options, Partner};
pub use partners::partner_clients::Partners;
pub use refusal::{PROBLEMS, Refusal};
pub use syncs::intake::Intake;
pub use syncs::schedule::Schedule;
pub use syncs::sync::Sync;
pub use taxes::vies::Vies;
