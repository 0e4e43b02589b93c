//! Customers as they are shown, to themselves and to the shop.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Personal, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::accounts::AccountFacts;
use super::book::BookAddress;
use super::customer::Customer;
use super::events::{Origin, Why};
use super::person::{Email, Person};
use crate::{BookEntryId, CustomerId, NoteId};

/// Who looks at a customer: the shop sees what it says of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    Theirs,
    Shops,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustomerRecord)]
pub struct CustomerView {
    #[schema(value_type = Uuid)]
    pub id: CustomerId,
    #[schema(inline)]
    pub origin: Origin,
    /// Empty once they were erased.
    pub name: String,
    /// The first is the one that they are written to at.
    pub emails: Vec<EmailView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// By its tag: de-AT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Their address book.
    pub addresses: Vec<BookEntry>,
    /// Words that the shop puts to them; for staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marks: Option<BTreeSet<String>>,
    /// What other systems call them, by the name of the system; for staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_ids: Option<BTreeMap<String, String>>,
    /// The record that this one went into, and why; for staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(inline)]
    pub merged: Option<MergedView>,
    /// The records that went into this one; for staff.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>)]
    pub absorbed: Vec<CustomerId>,
    /// What is known of them was erased.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
    pub version: i64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustomerEmailAddress)]
pub struct EmailView {
    pub address: String,
    /// When it was shown to be theirs; absent as long as it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub proven_at: Option<Timestamp>,
    /// Whether they sign in with it.
    pub signs_in: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BookEntry {
    #[schema(value_type = Uuid)]
    pub id: BookEntryId,
    pub address: BookAddress,
    /// Whether it is the one for deliveries when nobody says which.
    pub default_delivery: bool,
    pub default_billing: bool,
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct MergedView {
    #[schema(value_type = Uuid)]
    pub into: CustomerId,
    #[schema(inline)]
    pub because: Why,
}

/// A customer in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerSummary {
    #[schema(value_type = Uuid)]
    pub id: CustomerId,
    #[schema(inline)]
    pub origin: Origin,
    pub name: String,
    pub email: String,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    pub version: i64,
}

/// What the shop wrote down of a customer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustomerNote)]
pub struct NoteView {
    #[schema(value_type = Uuid)]
    pub id: NoteId,
    pub text: String,
    /// Who wrote it.
    pub author: String,
    #[schema(value_type = String, format = DateTime)]
    pub written_at: Timestamp,
}

/// What stands around a person in a record.
pub(super) struct Around {
    pub(super) id: CustomerId,
    pub(super) origin: Origin,
    pub(super) merged: Option<MergedView>,
    pub(super) opened_at: Timestamp,
    pub(super) changed_at: Timestamp,
    pub(super) version: i64,
}

impl CustomerView {
    pub(super) fn of(
        around: Around,
        person: Option<Person>,
        addresses: Vec<BookEntry>,
        absorbed: Vec<CustomerId>,
        sight: Sight,
    ) -> Self {
        let Around { id, origin, merged, opened_at, changed_at, version } = around;
        let erased = person.is_none();
        let Person { name, emails, phone, company, language, time_zone, marks, external_ids } =
            person.unwrap_or_default();
        let shops = sight == Sight::Shops;
        Self {
            id,
            origin,
            name,
            emails: emails.into_iter().map(EmailView::of).collect(),
            phone: phone.map(|phone| phone.number),
            company,
            language,
            time_zone,
            addresses,
            marks: shops.then_some(marks),
            external_ids: shops.then_some(external_ids),
            merged: merged.filter(|_| shops),
            absorbed: if shops { absorbed } else { Vec::new() },
            erased,
            opened_at,
            changed_at,
            version,
        }
    }

    /// As the state of a record says it.
    pub(super) fn of_state(id: CustomerId, state: &Customer, version: i64, sight: Sight) -> Self {
        let book = &state.book;
        let address = |(entry, address): (&BookEntryId, &Personal<BookAddress>)| {
            Some(BookEntry {
                id: *entry,
                address: address.reveal()?.clone(),
                default_delivery: book.delivery == Some(*entry),
                default_billing: book.billing == Some(*entry),
            })
        };
        let addresses = book.entries.iter().filter_map(address).collect();
        let since = Timestamp::from_micros(0);
        let around = Around {
            id,
            origin: state.origin.unwrap_or(Origin::Account),
            merged: state.merged.map(|merged| MergedView { into: merged.into, because: merged.why }),
            opened_at: state.opened_at.unwrap_or(since),
            changed_at: state.changed_at.unwrap_or(since),
            version,
        };
        let absorbed = state.absorbed.iter().copied().collect();
        Self::of(around, state.known().cloned(), addresses, absorbed, sight)
    }

    /// Of whoever signs in and has no record yet: it is made when something is said of them.
    pub(super) fn of_account(facts: &AccountFacts, sight: Sight) -> Self {
        let AccountFacts { id, name, email, proven_at, opened_at } = facts.clone();
        let person = Person { name, ..Person::default() };
        let around = Around {
            id,
            origin: Origin::Account,
            merged: None,
            opened_at,
            changed_at: opened_at,
            version: 0,
        };
        let mut view = Self::of(around, Some(person), Vec::new(), Vec::new(), sight);
        view.emails = vec![EmailView { address: email, proven_at, signs_in: true }];
        view
    }
}

impl EmailView {
    fn of(email: Email) -> Self {
        let Email { address, proven_at, signs_in, .. } = email;
        Self { address, proven_at, signs_in }
    }
}
