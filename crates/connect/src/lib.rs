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

mod carrier;
mod engine;
mod erp;
mod error;
mod health;
mod intake;
mod memory;
mod module;
mod page;
mod partner;
mod partner_api;
mod partners;
mod problems;
mod projector;
pub mod public;
pub mod queries;
mod rates;
mod refusal;
mod rest;
mod schedule;
mod security;
mod soap;
mod sync;
mod sync_api;
mod taxes;
mod tracking;
mod vies;
mod works;
mod xml;

kernel::ids! {
    PartnerId;
    SyncId;
}

pub use carrier::{Booking, Carrier, Milestone, Rate, Tracked, Trip};
pub use error::PartnerError;
pub use intake::Intake;
pub use module::{MODULE, running};
pub use partner::{Definition, Kind, Options, Partner};
pub use partners::Partners;
pub use refusal::{PROBLEMS, Refusal};
pub use rest::{Rest, RestCarrier};
pub use schedule::Schedule;
pub use sync::Sync;
pub use tracking::{Track, Watch};
pub use vies::Vies;

pub const CONTEXT: store::Context = store::Context {
    name: "connect",
    migrations: store::migrations!["0001_connect"],
    streams: &[store::Stream::of::<Partner>(), store::Stream::of::<Intake>()],
    // What businesses tell each other of their goods is nobody's personal data.
    people: store::People::NOBODY,
    form: 0,
};
