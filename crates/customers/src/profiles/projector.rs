//! Writes the tables of customers' records.

use std::collections::BTreeSet;

use kernel::{Envelope, Personal, Projector, SubjectId, Word, Write, args};

use uuid::Uuid;

use super::book::BookAddress;
use super::customer::Customer;
use super::events::{AddressKept, Changed, CustomerEvent, NoteWritten, Opened};
use super::guest::{Guest, GuestEvent};
use super::held_address::{HeldAddress, HeldAddressEvent};
use super::person::{Person, words};
use crate::{BookEntryId, CustomerId};

impl Projector for Customer {
    fn project(event: &Envelope<&CustomerEvent>) -> Vec<Write> {
        let version = event.version;
        let moved = |customer: CustomerId| {
            Write::one("update customers set version = $2 where id = $1", args![customer, version])
        };
        let changed = |customer: CustomerId, at| {
            let sql = "update customers set version = $2, changed_at = $3 where id = $1";
            Write::one(sql, args![customer, version, at])
        };
        match event.data {
            CustomerEvent::Opened(opened) => opened_writes(opened, version),
            CustomerEvent::Changed(changed) => changed_writes(changed, version),
            CustomerEvent::AddressKept(kept) => {
                let mut writes = vec![changed(kept.customer, kept.at)];
                writes.extend(kept_writes(kept));
                writes
            }
            CustomerEvent::AddressRemoved(removed) => {
                let entry = removed.entry;
                vec![
                    changed(removed.customer, removed.at),
                    no_word_of(removed.customer, entry),
                    Write::any("delete from customer_addresses where id = $1", args![entry]),
                ]
            }
            CustomerEvent::NoteWritten(NoteWritten { customer, note, text, at }) => {
                let mut writes = vec![moved(*customer)];
                if let Some(text) = text.reveal() {
                    writes.push(Write::one(
                        "insert into customer_notes (id, customer_id, text, author, written_at) values ($1, $2, $3, $4, $5)",
                        args![*note, *customer, text, event.actor.to_string(), *at],
                    ));
                }
                writes
            }
            CustomerEvent::NoteRemoved(removed) => vec![
                moved(removed.customer),
                Write::any("delete from customer_notes where id = $1", args![removed.note]),
            ],
            CustomerEvent::Merged(merged) => vec![Write::one(
                "update customers set version = $2, merged_into = $3, merged_because = $4 where id = $1",
                args![merged.customer, version, merged.into, merged.why.as_str()],
            )],
            CustomerEvent::TakenApart(apart) => vec![Write::one(
                "update customers set version = $2, merged_into = null, merged_because = null where id = $1",
                args![apart.customer, version],
            )],
            CustomerEvent::Absorbed(absorbed) => vec![moved(absorbed.customer)],
            CustomerEvent::Released(released) => vec![moved(released.customer)],
        }
    }
}

fn opened_writes(opened: &Opened, version: i64) -> Vec<Write> {
    let Opened { customer, origin, person, at } = opened;
    let known = person.reveal();
    let mut writes = vec![Write::one(
        "insert into customers (id, version, origin, name, email, phone_index, person, opened_at, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        args![
            *customer,
            version,
            origin.as_str(),
            name(known),
            email(known),
            phone_index(known),
            text(person),
            *at
        ],
    )];
    writes.extend(found_by(*customer, known));
    writes
}

fn changed_writes(changed: &Changed, version: i64) -> Vec<Write> {
    let Changed { customer, person, at } = changed;
    let known = person.reveal();
    let mut writes = vec![Write::one(
        "update customers set version = $2, name = $3, email = $4, phone_index = $5, person = $6, changed_at = $7 where id = $1",
        args![*customer, version, name(known), email(known), phone_index(known), text(person), *at],
    )];
    writes.extend(nothing_finds(*customer));
    writes.extend(found_by(*customer, known));
    writes
}

/// Everything by which a customer is found but their address book.
fn found_by(customer: CustomerId, known: Option<&Person>) -> Vec<Write> {
    let Some(person) = known else { return Vec::new() };
    let words = person.words().into_iter().map(|word| word_of(customer, customer.into(), word));
    let emails = person.emails.iter().map(|email| {
        Write::one(
            "insert into customer_emails (customer_id, email_index, proven_at) values ($1, $2, $3)",
            args![customer, email.index, email.proven_at],
        )
    });
    let marks = person.marks.iter().map(|mark| {
        Write::one("insert into customer_marks (customer_id, mark) values ($1, $2)", args![customer, mark])
    });
    let ids = person.external_ids.iter().map(|(system, value)| {
        Write::one(
            "insert into customer_external_ids (customer_id, system, value) values ($1, $2, $3)",
            args![customer, system, value],
        )
    });
    words.chain(emails).chain(marks).chain(ids).collect()
}

fn nothing_finds(customer: CustomerId) -> [Write; 4] {
    [
        Write::any("delete from customer_words where customer_id = $1 and source = $1", args![customer]),
        Write::any("delete from customer_emails where customer_id = $1", args![customer]),
        Write::any("delete from customer_marks where customer_id = $1", args![customer]),
        Write::any("delete from customer_external_ids where customer_id = $1", args![customer]),
    ]
}

fn kept_writes(kept: &AddressKept) -> Vec<Write> {
    let AddressKept { customer, entry, address, new, delivery, billing, .. } = kept;
    let Some(address) = address.reveal() else { return Vec::new() };
    let mut writes = Vec::new();
    if *delivery {
        let sql =
            "update customer_addresses set delivery = 0 where customer_id = $1 and id <> $2 and delivery = 1";
        writes.push(Write::any(sql, args![*customer, *entry]));
    }
    if *billing {
        let sql =
            "update customer_addresses set billing = 0 where customer_id = $1 and id <> $2 and billing = 1";
        writes.push(Write::any(sql, args![*customer, *entry]));
    }
    let sql = match new {
        true => {
            "insert into customer_addresses (id, customer_id, address, delivery, billing) values ($1, $2, $3, $4, $5)"
        }
        false => {
            "update customer_addresses set address = $3, delivery = $4, billing = $5 where id = $1 and customer_id = $2"
        }
    };
    let json = serde_json::to_string(address).expect("an address has string keys and no failing serializers");
    writes.push(Write::one(sql, args![*entry, *customer, json, *delivery, *billing]));
    if !new {
        writes.push(no_word_of(*customer, *entry));
    }
    writes.extend(address_words(address).into_iter().map(|word| word_of(*customer, (*entry).into(), word)));
    writes
}

fn address_words(address: &BookAddress) -> BTreeSet<String> {
    let BookAddress { name, company, line1, line2, city, postal_code, .. } = address;
    let some = [name, company, line2].into_iter().flatten();
    some.chain([line1, city, postal_code]).flat_map(|text| words(text)).collect()
}

fn word_of(customer: CustomerId, source: Uuid, word: String) -> Write {
    Write::one(
        "insert into customer_words (customer_id, source, word) values ($1, $2, $3)",
        args![customer, source, word],
    )
}

fn no_word_of(customer: CustomerId, entry: BookEntryId) -> Write {
    Write::any("delete from customer_words where customer_id = $1 and source = $2", args![customer, entry])
}

fn name(known: Option<&Person>) -> String {
    known.map(|person| person.name.clone()).unwrap_or_default()
}

fn email(known: Option<&Person>) -> String {
    known.and_then(Person::email).unwrap_or_default().to_owned()
}

fn phone_index(known: Option<&Person>) -> Option<Uuid> {
    Some(known?.phone.as_ref()?.index)
}

fn text(person: &Personal<Person>) -> Option<String> {
    let known = person.reveal()?;
    Some(serde_json::to_string(known).expect("a person has string keys and no failing serializers"))
}

impl Projector for Guest {
    fn project(event: &Envelope<&GuestEvent>) -> Vec<Write> {
        let GuestEvent::Met(met) = event.data;
        vec![Write::one(
            "insert into customer_guests (guest_id, customer_id) values ($1, $2)",
            args![met.guest, met.customer],
        )]
    }
}

impl Projector for HeldAddress {
    fn project(event: &Envelope<&HeldAddressEvent>) -> Vec<Write> {
        let id = event.stream_id;
        vec![match event.data {
            HeldAddressEvent::Taken(taken) => Write::one(
                "insert into held_addresses (id, customer_id) values ($1, $2)",
                args![id, taken.customer],
            ),
            HeldAddressEvent::GivenUp(_) => Write::one("delete from held_addresses where id = $1", args![id]),
        }]
    }
}

/// That there was a customer, and which records are theirs, stays.
pub(crate) fn forget(subject: SubjectId) -> Vec<Write> {
    let mut writes = vec![
        Write::any("delete from customer_words where customer_id = $1", args![subject]),
        Write::any("delete from customer_addresses where customer_id = $1", args![subject]),
        Write::any("delete from customer_notes where customer_id = $1", args![subject]),
        Write::any(
            "update customers set name = '', email = '', phone_index = null, person = null where id = $1",
            args![subject],
        ),
    ];
    writes.extend(nothing_finds(CustomerId(subject.uuid())));
    writes
}
