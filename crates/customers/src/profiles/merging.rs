//! Decisions about two records of one person. The record that is kept and the one that goes into it decide together, in one
//! unit of work: neither may belong to another, so there is never a circle.

use kernel::{Decide, Timestamp};

use super::customer::{Customer, MergedInto};
use super::events::{Absorbed, CustomerEvent, Merged, Origin, Released, TakenApart, Why};
use crate::{CustomerId, Refusal};

/// The state of a customer holds which records went into it, so there is an end to them.
pub const MOST_ABSORBED: usize = 100;

/// This record goes into another.
pub struct Merge {
    pub customer: CustomerId,
    pub into: CustomerId,
    pub why: Why,
    /// Whether whoever the other record is of signs in.
    pub signs_in: bool,
}

/// The other goes into this record.
pub struct Absorb {
    pub customer: CustomerId,
    pub other: CustomerId,
}

/// This record is taken out of the one that it went into.
pub struct TakeApart {
    pub customer: CustomerId,
}

/// The other side of `TakeApart`.
pub struct Release {
    pub customer: CustomerId,
    pub other: CustomerId,
}

type Decision = Result<Vec<CustomerEvent>, Refusal>;

impl Decide<Merge> for Customer {
    type Refusal = Refusal;

    fn decide(&self, merge: &Merge, now: Timestamp) -> Decision {
        let Merge { customer, into, why, signs_in } = *merge;
        if customer == into {
            return Err(Refusal::MergedWithItself);
        }
        match self.merged {
            Some(before) if before.into == into => return Ok(Vec::new()),
            Some(before) => return Err(Refusal::AlreadyMerged { into: before.into }),
            None => {}
        }
        self.known().ok_or(Refusal::CustomerErased)?;
        if self.origin == Some(Origin::Account) && !signs_in {
            return Err(Refusal::MergeTheOtherWay);
        }
        Ok(vec![Merged { customer, into, why, at: now }.into()])
    }
}

impl Decide<Absorb> for Customer {
    type Refusal = Refusal;

    fn decide(&self, absorb: &Absorb, now: Timestamp) -> Decision {
        let Absorb { customer, other } = *absorb;
        if self.absorbed.contains(&other) {
            return Ok(Vec::new());
        }
        if let Some(MergedInto { into, .. }) = self.merged {
            return Err(Refusal::AlreadyMerged { into });
        }
        self.known().ok_or(Refusal::CustomerErased)?;
        if self.absorbed.len() >= MOST_ABSORBED {
            return Err(Refusal::TooManyMerged);
        }
        Ok(vec![Absorbed { customer, other, at: now }.into()])
    }
}

impl Decide<TakeApart> for Customer {
    type Refusal = Refusal;

    fn decide(&self, apart: &TakeApart, now: Timestamp) -> Decision {
        match self.merged {
            None => Ok(Vec::new()),
            Some(MergedInto { why: Why::Proven, .. }) => Err(Refusal::MergeProven),
            Some(MergedInto { into, .. }) => {
                Ok(vec![TakenApart { customer: apart.customer, from: into, at: now }.into()])
            }
        }
    }
}

impl Decide<Release> for Customer {
    type Refusal = Refusal;

    fn decide(&self, release: &Release, now: Timestamp) -> Decision {
        let Release { customer, other } = *release;
        let theirs = self.absorbed.contains(&other);
        Ok(if theirs { vec![Released { customer, other, at: now }.into()] } else { Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles::events::Opened;
    use crate::profiles::person::Person;
    use kernel::aggregate::{Given, given};
    use kernel::{Aggregate, Personal};

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn record(customer: CustomerId, origin: Origin) -> Given<Customer> {
        let person = Personal::new(customer.subject(), Person::default());
        given([Opened { customer, origin, person, at: NOW }.into()])
    }

    fn merge(customer: CustomerId, into: CustomerId) -> Merge {
        Merge { customer, into, why: Why::Staff, signs_in: false }
    }

    fn apply(given: &mut Given<Customer>, events: &[CustomerEvent]) {
        events.iter().for_each(|event| given.0.apply(event));
    }

    #[test]
    fn records_are_never_merged_in_a_circle() {
        let (one, two, three) = (CustomerId::new(), CustomerId::new(), CustomerId::new());
        let (mut first, mut second) = (record(one, Origin::Guest), record(two, Origin::Staff));
        let merged = first.when(&merge(one, two), NOW).unwrap();
        apply(&mut first, &merged);
        let absorbed = second.when(&Absorb { customer: two, other: one }, NOW).unwrap();
        apply(&mut second, &absorbed);
        // What it went into does not go into it, for that would have to take it in.
        assert_eq!(
            first.when(&Absorb { customer: one, other: two }, NOW),
            Err(Refusal::AlreadyMerged { into: two })
        );
        assert_eq!(first.when(&merge(one, three), NOW), Err(Refusal::AlreadyMerged { into: two }));
        assert_eq!(first.when(&merge(one, one), NOW), Err(Refusal::MergedWithItself));
        // Saying it twice changes nothing.
        assert_eq!(first.when(&merge(one, two), NOW), Ok(vec![]));
        assert_eq!(second.when(&Absorb { customer: two, other: one }, NOW), Ok(vec![]));
    }

    #[test]
    fn whoever_signs_in_goes_into_nobody_who_does_not() {
        let (one, two) = (CustomerId::new(), CustomerId::new());
        let account = record(one, Origin::Account);
        assert_eq!(account.when(&merge(one, two), NOW), Err(Refusal::MergeTheOtherWay));
        assert!(account.when(&Merge { signs_in: true, ..merge(one, two) }, NOW).is_ok());
    }

    #[test]
    fn what_somebody_said_is_taken_apart_and_what_was_proven_is_not() {
        let (one, two) = (CustomerId::new(), CustomerId::new());
        let mut first = record(one, Origin::Guest);
        assert_eq!(first.when(&TakeApart { customer: one }, NOW), Ok(vec![]), "it is apart");
        apply(&mut first, &[Merged { customer: one, into: two, why: Why::Staff, at: NOW }.into()]);
        let apart = first.when(&TakeApart { customer: one }, NOW).unwrap();
        assert_eq!(apart, [TakenApart { customer: one, from: two, at: NOW }.into()]);
        apply(&mut first, &apart);
        apply(&mut first, &[Merged { customer: one, into: two, why: Why::Proven, at: NOW }.into()]);
        assert_eq!(first.when(&TakeApart { customer: one }, NOW), Err(Refusal::MergeProven));
    }
}
