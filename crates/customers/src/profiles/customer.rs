//! The record of a customer, and the decisions about what it says of them.

use std::collections::BTreeSet;

use kernel::{Aggregate, Decide, Personal, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::book::Book;
use super::events::{
    Absorbed, AddressKept, AddressRemoved, Changed, CustomerEvent, Merged, Opened, Origin, Released, Why,
};
use super::person::Person;
use crate::{CustomerId, NoteId, Refusal};

/// The namespace in which the ids of records are made from the ids of customers, whose accounts have streams of their own.
const RECORDS: Uuid = Uuid::from_u128(0x7a41_9c0e_52d3_4f7b_b6a8_0c57_03e4_c0de);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    pub origin: Option<Origin>,
    pub person: Option<Personal<Person>>,
    #[serde(default)]
    pub book: Book,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub notes: BTreeSet<NoteId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<MergedInto>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub absorbed: BTreeSet<CustomerId>,
    pub opened_at: Option<Timestamp>,
    pub changed_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedInto {
    pub into: CustomerId,
    pub why: Why,
}

impl Aggregate for Customer {
    const KIND: &'static str = "customer";
    type Event = CustomerEvent;

    fn apply(&mut self, event: &CustomerEvent) {
        match event {
            CustomerEvent::Opened(Opened { origin, person, at, .. }) => {
                (self.origin, self.person) = (Some(*origin), Some(person.clone()));
                (self.opened_at, self.changed_at) = (Some(*at), Some(*at));
            }
            CustomerEvent::Changed(Changed { person, at, .. }) => {
                (self.person, self.changed_at) = (Some(person.clone()), Some(*at));
            }
            CustomerEvent::AddressKept(AddressKept { entry, address, delivery, billing, at, .. }) => {
                self.book.entries.insert(*entry, address.clone());
                let set = |which: &mut Option<_>, is: bool| match (is, *which == Some(*entry)) {
                    (true, _) => *which = Some(*entry),
                    (false, true) => *which = None,
                    (false, false) => {}
                };
                set(&mut self.book.delivery, *delivery);
                set(&mut self.book.billing, *billing);
                self.changed_at = Some(*at);
            }
            CustomerEvent::AddressRemoved(AddressRemoved { entry, at, .. }) => {
                self.book.entries.remove(entry);
                self.book.delivery = self.book.delivery.filter(|which| which != entry);
                self.book.billing = self.book.billing.filter(|which| which != entry);
                self.changed_at = Some(*at);
            }
            CustomerEvent::NoteWritten(written) => {
                self.notes.insert(written.note);
            }
            CustomerEvent::NoteRemoved(removed) => {
                self.notes.remove(&removed.note);
            }
            CustomerEvent::Merged(Merged { into, why, .. }) => {
                self.merged = Some(MergedInto { into: *into, why: *why });
            }
            CustomerEvent::TakenApart(_) => self.merged = None,
            CustomerEvent::Absorbed(Absorbed { other, .. }) => {
                self.absorbed.insert(*other);
            }
            CustomerEvent::Released(Released { other, .. }) => {
                self.absorbed.remove(other);
            }
        }
    }
}

impl Customer {
    /// The stream of a customer's record.
    pub fn stream(id: CustomerId) -> Uuid {
        Uuid::new_v5(&RECORDS, id.uuid().as_bytes())
    }

    /// What is known of them; nothing once they were erased.
    pub fn known(&self) -> Option<&Person> {
        self.person.as_ref()?.reveal()
    }
}

pub struct Open {
    pub customer: CustomerId,
    pub origin: Origin,
    pub person: Personal<Person>,
}

/// What is known of them from now on.
pub struct Change {
    pub customer: CustomerId,
    pub person: Person,
}

/// They sign in under this name, and their address is proven or not. What else is known of them stays.
pub struct FollowAccount {
    pub customer: CustomerId,
    pub name: String,
    /// When the address that they sign in with was shown to be theirs, as far as is known by now.
    pub proven_at: Option<Timestamp>,
}

type Decision = Result<Vec<CustomerEvent>, Refusal>;

impl Decide<Open> for Customer {
    type Refusal = Refusal;

    /// A record is opened once; who it is of is said afterwards.
    fn decide(&self, open: &Open, now: Timestamp) -> Decision {
        let Open { customer, origin, person } = open;
        let opened = Opened { customer: *customer, origin: *origin, person: person.clone(), at: now };
        Ok(if self.origin.is_some() { Vec::new() } else { vec![opened.into()] })
    }
}

impl Decide<Change> for Customer {
    type Refusal = Refusal;

    fn decide(&self, change: &Change, now: Timestamp) -> Decision {
        let Some(known) = self.known() else { return Err(Refusal::CustomerErased) };
        Ok(self.says(change.customer, known, change.person.clone(), now))
    }
}

impl Decide<FollowAccount> for Customer {
    type Refusal = Refusal;

    /// Of somebody who was erased nothing is written down again.
    fn decide(&self, follow: &FollowAccount, now: Timestamp) -> Decision {
        let Some(known) = self.known() else { return Ok(Vec::new()) };
        let mut person = Person { name: follow.name.clone(), ..known.clone() };
        for email in person.emails.iter_mut().filter(|email| email.signs_in) {
            email.proven_at = email.proven_at.or(follow.proven_at);
        }
        Ok(self.says(follow.customer, known, person, now))
    }
}

impl Customer {
    fn says(
        &self,
        customer: CustomerId,
        known: &Person,
        person: Person,
        now: Timestamp,
    ) -> Vec<CustomerEvent> {
        if *known == person {
            return Vec::new();
        }
        let subject = self.person.as_ref().map(Personal::subject).unwrap_or(customer.subject());
        vec![Changed { customer, person: Personal::new(subject, person), at: now }.into()]
    }
}
