//! What happens to the record of a customer, as the log keeps it.

use kernel::{Personal, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use super::book::BookAddress;
use super::person::Person;
use crate::{BookEntryId, CustomerId, NoteId};

kernel::events! {
    pub enum CustomerEvent {
        Opened(Opened) = ("customer.opened", 1),
        Changed(Changed) = ("customer.changed", 1),
        AddressKept(AddressKept) = ("customer.address_kept", 1),
        AddressRemoved(AddressRemoved) = ("customer.address_removed", 1),
        NoteWritten(NoteWritten) = ("customer.note_written", 1),
        NoteRemoved(NoteRemoved) = ("customer.note_removed", 1),
        Merged(Merged) = ("customer.merged", 1),
        Absorbed(Absorbed) = ("customer.absorbed", 1),
        TakenApart(TakenApart) = ("customer.taken_apart", 1),
        Released(Released) = ("customer.released", 1),
    }
}

/// How the shop came to know somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CustomerOrigin)]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Origin {
    /// They have an account and sign in.
    Account,
    /// They ordered without one. All that is ordered under one address, as long as it is nobody's, is one guest's.
    Guest,
    /// The shop wrote them down.
    Staff,
}

/// Why two records are one person's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MergedBecause)]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Why {
    /// An e-mail address of the one was shown to be the other's.
    Proven,
    /// Somebody of the shop said so.
    Staff,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub customer: CustomerId,
    pub origin: Origin,
    pub person: Personal<Person>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub customer: CustomerId,
    pub person: Personal<Person>,
    pub at: Timestamp,
}

/// An address stands in the book from now on, or reads otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressKept {
    pub customer: CustomerId,
    pub entry: BookEntryId,
    pub address: Personal<BookAddress>,
    /// Whether it was not there before.
    pub new: bool,
    /// Whether it is the one for deliveries, or for bills, when nobody says which.
    pub delivery: bool,
    pub billing: bool,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressRemoved {
    pub customer: CustomerId,
    pub entry: BookEntryId,
    pub at: Timestamp,
}

/// What the shop writes down of a customer and never shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteWritten {
    pub customer: CustomerId,
    pub note: NoteId,
    pub text: Personal<String>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteRemoved {
    pub customer: CustomerId,
    pub note: NoteId,
}

/// This record is another's, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    pub customer: CustomerId,
    pub into: CustomerId,
    pub why: Why,
    pub at: Timestamp,
}

/// The other side of `Merged`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absorbed {
    pub customer: CustomerId,
    pub other: CustomerId,
    pub at: Timestamp,
}

/// This record is one of its own again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenApart {
    pub customer: CustomerId,
    pub from: CustomerId,
    pub at: Timestamp,
}

/// The other side of `TakenApart`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    pub customer: CustomerId,
    pub other: CustomerId,
    pub at: Timestamp,
}
