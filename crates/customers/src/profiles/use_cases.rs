//! The use cases of customers' records.

use kernel::reservation::{GiveUp, Take};
use kernel::{Personal, Problem};
use store::problems::CONTENDED;
use store::work::Named;
use store::{Desk, Reply, Work};
use uuid::Uuid;

use super::accounts::AccountFacts;
use super::book::BookAddress;
use super::customer::{Change, Customer, FollowAccount, Open};
use super::events::{Origin, Why};
use super::guest::{Guest, Meet};
use super::held_address::{self, HeldAddress};
use super::keeping::{KeepAddress, KeepOrdered, RemoveAddress, RemoveNote, WriteNote};
use super::merging::{Absorb, MOST_ABSORBED, Merge, Release, TakeApart};
use super::person::{Email, Person, Phone, telling_digits};
use super::said::Said;
use super::views::{CustomerView, NoteView, Sight};
use crate::{BookEntryId, CustomerId, NoteId, Refusal};

/// Whom somebody changes, what version of them they saw, and what they may see of them. Whoever signs in and has no record
/// yet gets one.
#[derive(Debug, Clone)]
pub struct Mending {
    pub id: CustomerId,
    pub seen: Option<i64>,
    pub sight: Sight,
    pub account: Option<AccountFacts>,
}

impl Mending {
    fn named(&self) -> Named {
        Work::over::<Customer>([Customer::stream(self.id)]).about([self.id.subject()])
    }

    /// The record, opened when there is none; or "there is no such customer".
    fn begin<'a>(&self, desk: &'a mut Desk<'_>) -> Result<&'a Customer, Problem> {
        let stream = Customer::stream(self.id);
        match (&self.account, desk.find::<Customer>(stream).is_some()) {
            (_, true) => desk.expect_version::<Customer>(stream, self.seen)?,
            (Some(facts), false) => {
                desk.expect_version::<Customer>(stream, self.seen)?;
                open_for(desk, facts)?;
            }
            (None, false) => return Err(Problem::not_found("customer")),
        }
        desk.get::<Customer>(stream)
    }

    fn shown(&self, desk: &mut Desk<'_>, status: u16) -> Result<Reply, Problem> {
        let stream = Customer::stream(self.id);
        let version = desk.version::<Customer>(stream);
        let view = CustomerView::of_state(self.id, desk.get::<Customer>(stream)?, version, self.sight);
        Ok(Reply::json(status, &view).version(version))
    }
}

/// Writes a customer down whom the shop knows.
pub fn open(id: CustomerId, said: Said, email_index: Option<Uuid>) -> Work {
    let stream = Customer::stream(id);
    let held = email_index.map(held_address::id);
    let named = Work::over::<Customer>([stream]).and::<HeldAddress>(held).about([id.subject()]);
    named.decide(move |desk| {
        if let Some(held) = held {
            let or = |customer| Refusal::EmailKnown { customer };
            desk.ask::<HeldAddress, _>(held, &Take { by: id, or })?;
        }
        let person = said.person(&Person::default(), |field, text| desk.blind(field, text));
        let person = Personal::new(id.subject(), person);
        desk.ask::<Customer, _>(stream, &Open { customer: id, origin: Origin::Staff, person })?;
        let version = desk.version::<Customer>(stream);
        let view = CustomerView::of_state(id, desk.get::<Customer>(stream)?, version, Sight::Shops);
        Ok(Reply::json(201, &view).version(version).location(format!("/api/v1/customers/{id}")))
    })
}

/// Replaces what is known of a customer.
pub fn change(of: Mending, said: Said) -> Work {
    of.named().decide(move |desk| {
        let known = of.begin(desk)?.known().cloned().ok_or(Refusal::CustomerErased)?;
        let person = said.person(&known, |field, text| desk.blind(field, text));
        desk.ask::<Customer, _>(Customer::stream(of.id), &Change { customer: of.id, person })?;
        of.shown(desk, 200)
    })
}

/// An address of a book, and what it is used for when nobody says which.
#[derive(Debug, Clone)]
pub struct Kept {
    pub entry: BookEntryId,
    pub address: BookAddress,
    pub delivery: bool,
    pub billing: bool,
}

pub fn add_address(of: Mending, kept: Kept) -> Work {
    of.named().decide(move |desk| {
        of.begin(desk)?;
        keep(desk, of.id, &kept)?;
        let location = format!("/api/v1/customers/{}/addresses/{}", of.id, kept.entry);
        of.shown(desk, 201).map(|reply| reply.location(location))
    })
}

pub fn change_address(of: Mending, kept: Kept) -> Work {
    of.named().decide(move |desk| {
        if !of.begin(desk)?.book.entries.contains_key(&kept.entry) {
            return Err(Problem::not_found("address"));
        }
        keep(desk, of.id, &kept)?;
        of.shown(desk, 200)
    })
}

fn keep(desk: &mut Desk<'_>, customer: CustomerId, kept: &Kept) -> Result<(), Problem> {
    let Kept { entry, address, delivery, billing } = kept.clone();
    let address = Personal::new(customer.subject(), address.tidy());
    let keep = KeepAddress { customer, entry, address, delivery, billing };
    desk.ask::<Customer, _>(Customer::stream(customer), &keep)
}

pub fn remove_address(of: Mending, entry: BookEntryId) -> Work {
    of.named().decide(move |desk| {
        of.begin(desk)?;
        let remove = RemoveAddress { customer: of.id, entry };
        desk.ask::<Customer, _>(Customer::stream(of.id), &remove)?;
        Ok(Reply::nothing())
    })
}

pub fn write_note(of: Mending, note: NoteId, text: String) -> Work {
    of.named().decide(move |desk| {
        of.begin(desk)?;
        let sealed = Personal::new(of.id.subject(), text.clone());
        let write = WriteNote { customer: of.id, note, text: sealed };
        desk.ask::<Customer, _>(Customer::stream(of.id), &write)?;
        let author = desk.actor().to_string();
        let view = NoteView { id: note, text: text.clone(), author, written_at: desk.now() };
        Ok(Reply::json(201, &view))
    })
}

pub fn remove_note(of: Mending, note: NoteId) -> Work {
    of.named().decide(move |desk| {
        of.begin(desk)?;
        let remove = RemoveNote { customer: of.id, note };
        desk.ask::<Customer, _>(Customer::stream(of.id), &remove)?;
        Ok(Reply::nothing())
    })
}

/// Says that two records are one person's: this one goes into another, and both stay what they are.
pub fn merge(of: Mending, into: CustomerId) -> Work {
    let named = of.named().and::<Customer>([Customer::stream(into)]).about([into.subject()]);
    named.decide(move |desk| {
        of.begin(desk)?;
        let other = desk.find::<Customer>(Customer::stream(into));
        let other = other.ok_or_else(|| Problem::not_found("other customer"))?;
        let signs_in = other.origin == Some(Origin::Account);
        join(desk, of.id, into, Why::Staff, signs_in)?;
        of.shown(desk, 200)
    })
}

fn join(
    desk: &mut Desk<'_>,
    customer: CustomerId,
    into: CustomerId,
    why: Why,
    signs_in: bool,
) -> Result<(), Problem> {
    let merge = Merge { customer, into, why, signs_in };
    desk.ask::<Customer, _>(Customer::stream(customer), &merge)?;
    desk.ask::<Customer, _>(Customer::stream(into), &Absorb { customer: into, other: customer })
}

/// Takes a record out of the one, `from`, that it went into.
pub fn take_apart(of: Mending, from: Option<CustomerId>) -> Work {
    let named = of.named().and::<Customer>(from.map(Customer::stream));
    named.decide(move |desk| {
        let merged = of.begin(desk)?.merged.map(|merged| merged.into);
        if merged != from {
            return Err(moved());
        }
        if let Some(from) = from {
            let customer = of.id;
            desk.ask::<Customer, _>(Customer::stream(customer), &TakeApart { customer })?;
            let release = Release { customer: from, other: customer };
            desk.ask::<Customer, _>(Customer::stream(from), &release)?;
        }
        of.shown(desk, 200)
    })
}

/// Whoever signs in has a record, which says what their account does.
pub fn follow_account(facts: AccountFacts) -> Work {
    let (id, stream) = (facts.id, Customer::stream(facts.id));
    Work::over::<Customer>([stream]).about([id.subject()]).decide(move |desk| {
        if desk.is_erased(id.subject()) {
            return Ok(Reply::default());
        }
        open_for(desk, &facts)?;
        let AccountFacts { name, proven_at, .. } = facts.clone();
        desk.ask::<Customer, _>(stream, &FollowAccount { customer: id, name, proven_at })?;
        Ok(Reply::default())
    })
}

fn open_for(desk: &mut Desk<'_>, facts: &AccountFacts) -> Result<(), Problem> {
    let AccountFacts { id, name, email, proven_at, .. } = facts.clone();
    let index = desk.blind("email", &email);
    let emails = vec![Email { address: email, index, proven_at, signs_in: true }];
    let person = Personal::new(id.subject(), Person { name, emails, ..Person::default() });
    let open = Open { customer: id, origin: Origin::Account, person };
    desk.ask::<Customer, _>(Customer::stream(id), &open)
}

/// What an order says of whoever placed it.
#[derive(Debug, Clone)]
pub struct Ordered {
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub company: Option<String>,
    pub email_index: Uuid,
}

/// Whoever ordered as this guest is the customer whose record is kept for their address; it is opened when there is none.
/// Who that is was read before, as `record`.
pub fn meet_guest(guest: CustomerId, record: CustomerId, ordered: Ordered) -> Work {
    let (stream, met) = (Customer::stream(record), Guest::stream(guest));
    let held = held_address::id(ordered.email_index);
    let named = Work::over::<Customer>([stream]).and::<Guest>([met]).and::<HeldAddress>([held]);
    named.about([record.subject(), guest.subject()]).decide(move |desk| {
        if desk.is_erased(record.subject()) || desk.is_erased(guest.subject()) {
            return Ok(Reply::default());
        }
        let customer = record;
        desk.ask::<HeldAddress, _>(held, &Take { by: customer, or: |_| Refusal::EmailKnown { customer } })?;
        let person = Personal::new(record.subject(), ordered.person(desk));
        desk.ask::<Customer, _>(stream, &Open { customer, origin: Origin::Guest, person })?;
        desk.ask::<Guest, _>(met, &Meet { customer, guest })?;
        Ok(Reply::default())
    })
}

impl Ordered {
    fn person(&self, desk: &Desk<'_>) -> Person {
        let Self { name, email, phone, company, email_index } = self.clone();
        let phone = phone.map(|number| {
            let index = desk.blind("phone", &telling_digits(&number));
            Phone { number, index }
        });
        let emails = vec![Email { address: email, index: email_index, proven_at: None, signs_in: false }];
        Person { name, emails, phone, company, ..Person::default() }
    }
}

/// Where somebody who signs in had something sent stands in their book afterwards.
pub fn keep_ordered(facts: AccountFacts, entry: BookEntryId, address: BookAddress) -> Work {
    let (customer, stream) = (facts.id, Customer::stream(facts.id));
    Work::over::<Customer>([stream]).about([customer.subject()]).decide(move |desk| {
        if desk.is_erased(customer.subject()) {
            return Ok(Reply::default());
        }
        open_for(desk, &facts)?;
        let address = Personal::new(customer.subject(), address.tidy());
        desk.ask::<Customer, _>(stream, &KeepOrdered { customer, entry, address })?;
        Ok(Reply::default())
    })
}

/// The record of those who did not sign in under an address goes into that of whoever has shown that it is theirs. What
/// cannot be is left: nobody is there to be told.
pub fn prove(record: CustomerId, into: CustomerId) -> Work {
    let streams = [record, into].map(Customer::stream);
    Work::over::<Customer>(streams).about([record.subject(), into.subject()]).decide(move |desk| {
        let apart = |state: &Customer| state.merged.is_none() && state.known().is_some();
        let mut may = |id: CustomerId| {
            let state = desk.find::<Customer>(Customer::stream(id));
            state.is_some_and(|state| apart(state) && state.absorbed.len() < MOST_ABSORBED)
        };
        if record != into && may(record) && may(into) {
            join(desk, record, into, Why::Proven, true)?;
        }
        Ok(Reply::default())
    })
}

/// The addresses that a record held are free again: whoever it was of was erased.
pub fn give_up(id: CustomerId, held: Vec<Uuid>) -> Work {
    Work::over::<HeldAddress>(held.iter().copied()).decide(move |desk| {
        for address in &held {
            desk.ask::<HeldAddress, _>(*address, &GiveUp(id))?;
        }
        Ok(Reply::default())
    })
}

fn moved() -> Problem {
    CONTENDED
        .says("This record was being merged just now, so nothing was done. Try again in a moment.")
        .after(1)
}
