//! What records of customers tell everybody else. What the shop writes down of somebody stays in the shop.

use std::collections::BTreeMap;

use edge::published::{About, Example, Theirs};
use kernel::{Personal, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::{Uuid, uuid};

use super::book::BookAddress;
use super::events::{CustomerEvent, Origin, Why};
use super::guest::GuestEvent;
use super::person::{Email, Person};

edge::published! {
    /// What becomes of the record of a customer.
    pub enum CustomerTold of CustomerEvent, on CustomerEvents {
        /// The shop has a record of a customer.
        Opened(CustomerOpened) = ("customer.opened", 1),
        /// What is known of a customer was changed.
        Changed(CustomerChanged) = ("customer.changed", 1),
        /// An address was put into a customer's book, or changed there.
        AddressKept(CustomerAddressKept) = ("customer.address_kept", 1),
        /// An address was removed from a customer's book.
        AddressRemoved(CustomerAddressRemoved) = ("customer.address_removed", 1),
        /// A record went into another one: both are one person's.
        Merged(CustomerMerged) = ("customer.merged", 1),
        /// A record was taken out of the one that it had gone into.
        TakenApart(CustomerTakenApart) = ("customer.taken_apart", 1),
    } = of_customer;
}

edge::published! {
    /// Who ordered without an account.
    pub enum GuestTold of GuestEvent, on CustomerEvents {
        /// A guest who ordered belongs to the record that is kept for their address.
        Met(CustomerGuestMet) = ("customer.guest_met", 1),
    } = of_guest;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomerOpened {
    pub customer_id: Uuid,
    pub origin: Origin,
    pub person: Theirs<CustomerPerson>,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
}

/// Who a customer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomerPerson {
    pub name: String,
    /// The first is the one that they are written to at.
    pub emails: Vec<CustomerEmail>,
    pub phone: Option<String>,
    pub company: Option<String>,
    pub language: Option<String>,
    pub time_zone: Option<String>,
    /// What other systems call them, by the name of the system.
    pub external_ids: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomerEmail {
    pub address: String,
    /// When it was shown to be theirs.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub proven_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomerChanged {
    pub customer_id: Uuid,
    pub person: Theirs<CustomerPerson>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomerAddressKept {
    pub customer_id: Uuid,
    pub address_id: Uuid,
    pub address: Theirs<BookAddress>,
    /// Whether it was not there before.
    pub new: bool,
    pub default_delivery: bool,
    pub default_billing: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomerAddressRemoved {
    pub customer_id: Uuid,
    pub address_id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomerMerged {
    pub customer_id: Uuid,
    /// Whose record is kept.
    pub into: Uuid,
    pub because: Why,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomerTakenApart {
    pub customer_id: Uuid,
    pub from: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomerGuestMet {
    pub customer_id: Uuid,
    /// By what the order names them.
    pub guest_id: Uuid,
}

fn of_customer(event: &CustomerEvent, _: &About) -> Option<CustomerTold> {
    match event {
        CustomerEvent::Opened(opened) => Some(CustomerTold::Opened(CustomerOpened {
            customer_id: opened.customer.uuid(),
            origin: opened.origin,
            person: CustomerPerson::of(&opened.person),
            opened_at: opened.at,
        })),
        CustomerEvent::Changed(changed) => {
            let (customer_id, person) = (changed.customer.uuid(), CustomerPerson::of(&changed.person));
            Some(CustomerTold::Changed(CustomerChanged { customer_id, person }))
        }
        CustomerEvent::AddressKept(kept) => Some(CustomerTold::AddressKept(CustomerAddressKept {
            customer_id: kept.customer.uuid(),
            address_id: kept.entry.uuid(),
            address: Theirs(kept.address.reveal().cloned()),
            new: kept.new,
            default_delivery: kept.delivery,
            default_billing: kept.billing,
        })),
        CustomerEvent::AddressRemoved(removed) => {
            let (customer_id, address_id) = (removed.customer.uuid(), removed.entry.uuid());
            Some(CustomerTold::AddressRemoved(CustomerAddressRemoved { customer_id, address_id }))
        }
        CustomerEvent::Merged(merged) => {
            let (customer_id, into, because) = (merged.customer.uuid(), merged.into.uuid(), merged.why);
            Some(CustomerTold::Merged(CustomerMerged { customer_id, into, because }))
        }
        CustomerEvent::TakenApart(apart) => {
            let (customer_id, from) = (apart.customer.uuid(), apart.from.uuid());
            Some(CustomerTold::TakenApart(CustomerTakenApart { customer_id, from }))
        }
        CustomerEvent::NoteWritten(_)
        | CustomerEvent::NoteRemoved(_)
        | CustomerEvent::Absorbed(_)
        | CustomerEvent::Released(_) => None,
    }
}

fn of_guest(event: &GuestEvent, _: &About) -> Option<GuestTold> {
    let GuestEvent::Met(met) = event;
    let (customer_id, guest_id) = (met.customer.uuid(), met.guest.uuid());
    Some(GuestTold::Met(CustomerGuestMet { customer_id, guest_id }))
}

impl CustomerPerson {
    fn of(person: &Personal<Person>) -> Theirs<Self> {
        Theirs(person.reveal().cloned().map(|known| {
            let Person { name, emails, phone, company, language, time_zone, external_ids, .. } = known;
            let email = |Email { address, proven_at, .. }| CustomerEmail { address, proven_at };
            let emails = emails.into_iter().map(email).collect();
            let phone = phone.map(|phone| phone.number);
            Self { name, emails, phone, company, language, time_zone, external_ids }
        }))
    }
}

const ADA: Uuid = uuid!("01934a00-1f2e-7c3d-8b4a-2e5f7a9c1d54");
const GUEST: Uuid = uuid!("01934a00-4b7d-7e55-9c31-6d2f8e0b3a76");
const HOME: Uuid = uuid!("01934a00-77aa-7f10-8b5e-4f6a9c2d1e87");

// 2026-05-03T14:00:00Z
const THEN: Timestamp = Timestamp::from_micros(1_777_816_800_000_000);

fn ada() -> Theirs<CustomerPerson> {
    let emails = vec![CustomerEmail { address: "ada@example.com".into(), proven_at: Some(THEN) }];
    Theirs(Some(CustomerPerson {
        name: "Ada Lovelace".into(),
        emails,
        phone: Some("+353 21 427 1000".into()),
        company: None,
        language: Some("en-IE".into()),
        time_zone: Some("Europe/Dublin".into()),
        external_ids: BTreeMap::from([("erp".to_owned(), "4711".to_owned())]),
    }))
}

impl Example for CustomerOpened {
    fn example() -> Self {
        Self { customer_id: ADA, origin: Origin::Account, person: ada(), opened_at: THEN }
    }
}

impl Example for CustomerChanged {
    fn example() -> Self {
        Self { customer_id: ADA, person: ada() }
    }
}

impl Example for CustomerAddressKept {
    fn example() -> Self {
        let address = BookAddress {
            name: None,
            company: None,
            phone: None,
            line1: "3 Mill Lane".into(),
            line2: None,
            city: "Cork".into(),
            postal_code: "T12 X2AB".into(),
            region: None,
            country: "IE".into(),
        };
        Self {
            customer_id: ADA,
            address_id: HOME,
            address: Theirs(Some(address)),
            new: true,
            default_delivery: true,
            default_billing: true,
        }
    }
}

impl Example for CustomerAddressRemoved {
    fn example() -> Self {
        Self { customer_id: ADA, address_id: HOME }
    }
}

impl Example for CustomerMerged {
    fn example() -> Self {
        Self { customer_id: GUEST, into: ADA, because: Why::Proven }
    }
}

impl Example for CustomerTakenApart {
    fn example() -> Self {
        Self { customer_id: GUEST, from: ADA }
    }
}

impl Example for CustomerGuestMet {
    fn example() -> Self {
        Self { customer_id: ADA, guest_id: GUEST }
    }
}
