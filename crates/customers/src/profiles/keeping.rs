//! Decisions about a customer's address book and the shop's notes.

use kernel::{Decide, Personal, Timestamp};

use super::book::BookAddress;
use super::customer::Customer;
use super::events::{AddressKept, AddressRemoved, CustomerEvent, NoteRemoved, NoteWritten};
use crate::{BookEntryId, CustomerId, NoteId, Refusal};

/// The state of a customer holds which notes there are, so there is an end to them.
pub const MOST_NOTES: usize = 500;

/// Puts an address into the book, or writes another in its place.
pub struct KeepAddress {
    pub customer: CustomerId,
    pub entry: BookEntryId,
    pub address: Personal<BookAddress>,
    pub delivery: bool,
    pub billing: bool,
}

/// Where an order went stands in the book afterwards, if it does not by then and there is room.
pub struct KeepOrdered {
    pub customer: CustomerId,
    pub entry: BookEntryId,
    pub address: Personal<BookAddress>,
}

pub struct RemoveAddress {
    pub customer: CustomerId,
    pub entry: BookEntryId,
}

pub struct WriteNote {
    pub customer: CustomerId,
    pub note: NoteId,
    pub text: Personal<String>,
}

pub struct RemoveNote {
    pub customer: CustomerId,
    pub note: NoteId,
}

type Decision = Result<Vec<CustomerEvent>, Refusal>;

impl Decide<KeepAddress> for Customer {
    type Refusal = Refusal;

    fn decide(&self, keep: &KeepAddress, now: Timestamp) -> Decision {
        self.known().ok_or(Refusal::CustomerErased)?;
        let before = self.book.entries.get(&keep.entry);
        if before.is_none() && self.book.is_full() {
            return Err(Refusal::BookFull);
        }
        let first = self.book.entries.is_empty();
        let (delivery, billing) = (keep.delivery || first, keep.billing || first);
        let is = |which: Option<BookEntryId>| which == Some(keep.entry);
        let same = before == Some(&keep.address)
            && (delivery, billing) == (is(self.book.delivery), is(self.book.billing));
        if same {
            return Ok(Vec::new());
        }
        let KeepAddress { customer, entry, address, .. } = keep;
        let (customer, entry, address, new) = (*customer, *entry, address.clone(), before.is_none());
        Ok(vec![AddressKept { customer, entry, address, new, delivery, billing, at: now }.into()])
    }
}

impl Decide<KeepOrdered> for Customer {
    type Refusal = Refusal;

    fn decide(&self, keep: &KeepOrdered, now: Timestamp) -> Decision {
        let there = keep.address.reveal().is_none_or(|address| self.book.knows(address));
        if there || self.book.is_full() || self.known().is_none() {
            return Ok(Vec::new());
        }
        let KeepOrdered { customer, entry, address } = keep;
        let (customer, entry, address, first) =
            (*customer, *entry, address.clone(), self.book.entries.is_empty());
        let kept =
            AddressKept { customer, entry, address, new: true, delivery: first, billing: first, at: now };
        Ok(vec![kept.into()])
    }
}

impl Decide<RemoveAddress> for Customer {
    type Refusal = Refusal;

    fn decide(&self, remove: &RemoveAddress, now: Timestamp) -> Decision {
        let RemoveAddress { customer, entry } = *remove;
        let there = self.book.entries.contains_key(&entry);
        Ok(if there { vec![AddressRemoved { customer, entry, at: now }.into()] } else { Vec::new() })
    }
}

impl Decide<WriteNote> for Customer {
    type Refusal = Refusal;

    fn decide(&self, write: &WriteNote, now: Timestamp) -> Decision {
        self.known().ok_or(Refusal::CustomerErased)?;
        if self.notes.contains(&write.note) {
            return Ok(Vec::new());
        }
        if self.notes.len() >= MOST_NOTES {
            return Err(Refusal::TooManyNotes);
        }
        let WriteNote { customer, note, text } = write;
        let (customer, note, text) = (*customer, *note, text.clone());
        Ok(vec![NoteWritten { customer, note, text, at: now }.into()])
    }
}

impl Decide<RemoveNote> for Customer {
    type Refusal = Refusal;

    fn decide(&self, remove: &RemoveNote, _: Timestamp) -> Decision {
        let RemoveNote { customer, note } = *remove;
        let there = self.notes.contains(&note);
        Ok(if there { vec![NoteRemoved { customer, note }.into()] } else { Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles::book::MOST_ADDRESSES;
    use crate::profiles::events::{Opened, Origin};
    use crate::profiles::person::Person;
    use kernel::aggregate::{Given, given};

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn quay(line1: &str) -> BookAddress {
        BookAddress {
            name: None,
            company: None,
            phone: None,
            line1: line1.into(),
            line2: None,
            city: "Cork".into(),
            postal_code: "T12 X2AB".into(),
            region: None,
            country: "IE".into(),
        }
    }

    fn known(customer: CustomerId) -> Given<Customer> {
        let person = Personal::new(customer.subject(), Person::default());
        given([Opened { customer, origin: Origin::Account, person, at: NOW }.into()])
    }

    fn keep(customer: CustomerId, entry: BookEntryId, line1: &str) -> KeepAddress {
        let address = Personal::new(customer.subject(), quay(line1));
        KeepAddress { customer, entry, address, delivery: false, billing: false }
    }

    fn and_then(given: &mut Given<Customer>, events: &[CustomerEvent]) {
        events.iter().for_each(|event| kernel::Aggregate::apply(&mut given.0, event));
    }

    #[test]
    fn the_first_address_is_the_one_for_everything_until_another_is() {
        let (ada, home, work) = (CustomerId::new(), BookEntryId::new(), BookEntryId::new());
        let mut book = known(ada);
        let kept = book.when(&keep(ada, home, "1 Quay"), NOW).unwrap();
        and_then(&mut book, &kept);
        assert_eq!((book.0.book.delivery, book.0.book.billing), (Some(home), Some(home)));
        let kept = book.when(&KeepAddress { delivery: true, ..keep(ada, work, "2 Quay") }, NOW).unwrap();
        and_then(&mut book, &kept);
        assert_eq!((book.0.book.delivery, book.0.book.billing), (Some(work), Some(home)));
        let again = KeepAddress { delivery: true, ..keep(ada, work, "2 Quay") };
        assert_eq!(book.when(&again, NOW), Ok(vec![]), "it is so already");
        let removed = book.when(&RemoveAddress { customer: ada, entry: work }, NOW).unwrap();
        and_then(&mut book, &removed);
        assert_eq!((book.0.book.delivery, book.0.book.billing), (None, Some(home)));
        assert_eq!(book.when(&RemoveAddress { customer: ada, entry: work }, NOW), Ok(vec![]));
    }

    #[test]
    fn where_an_order_went_is_kept_once_and_a_full_book_takes_no_more() {
        let ada = CustomerId::new();
        let mut book = known(ada);
        let ordered = |line1: &str| {
            let address = Personal::new(ada.subject(), quay(line1));
            KeepOrdered { customer: ada, entry: BookEntryId::new(), address }
        };
        let kept = book.when(&ordered("1 Quay"), NOW).unwrap();
        and_then(&mut book, &kept);
        assert_eq!(book.when(&ordered("1 QUAY "), NOW), Ok(vec![]), "it is the same door");
        while !book.0.book.is_full() {
            let kept = book.when(&ordered(&format!("{} Quay", book.0.book.entries.len() + 1)), NOW).unwrap();
            and_then(&mut book, &kept);
        }
        assert_eq!(book.0.book.entries.len(), MOST_ADDRESSES);
        assert_eq!(book.when(&ordered("99 Quay"), NOW), Ok(vec![]));
        assert_eq!(book.when(&keep(ada, BookEntryId::new(), "99 Quay"), NOW), Err(Refusal::BookFull));
    }

    #[test]
    fn nothing_is_written_down_of_whoever_was_erased() {
        let ada = CustomerId::new();
        let gone: Personal<Person> =
            serde_json::from_value(serde_json::json!({ "$personal": { "subject": ada, "sealed": "AA" } }))
                .unwrap();
        let record =
            given::<Customer>([
                Opened { customer: ada, origin: Origin::Account, person: gone, at: NOW }.into()
            ]);
        assert_eq!(record.when(&keep(ada, BookEntryId::new(), "1 Quay"), NOW), Err(Refusal::CustomerErased));
        let text = Personal::new(ada.subject(), "pays late".to_owned());
        let note = WriteNote { customer: ada, note: NoteId::new(), text };
        assert_eq!(record.when(&note, NOW), Err(Refusal::CustomerErased));
    }
}
