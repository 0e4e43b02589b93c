//! A domain: state, events, and the decisions about it.

use std::time::Duration;

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Refusal;
use crate::proofs::place::ProofPlace;
use crate::proofs::prover::Looked;

/// On so many days a proven domain's proof may be missed before the domain is lost.
const MISSES: u32 = 3;

/// A miss so soon after another one is the same: somebody may ask for a check again and again.
const APART: Duration = Duration::from_secs(20 * 3600);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    claim: Option<Claim>,
    proven: bool,
    misses: u32,
    missed_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Claim {
    name: String,
    token: String,
}

kernel::events! {
    pub enum DomainEvent {
        Claimed(Claimed) = ("domain.claimed", 1),
        Proven(Proven) = ("domain.proven", 1),
        Missed(Missed) = ("domain.missed", 1),
        Lost(Lost) = ("domain.lost", 1),
        GivenUp(GivenUp) = ("domain.given_up", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    pub name: String,
    /// What the proof holds. It is no secret: it is put where everybody can read it.
    pub token: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proven {
    pub name: String,
    pub way: ProofPlace,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// What was found instead, in a sentence.
    pub found: String,
    /// Whether it brings a proven domain nearer to being lost.
    pub counts: bool,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    pub name: String,
    pub why: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenUp {
    pub name: String,
    pub at: Timestamp,
}

impl Aggregate for Domain {
    const KIND: &'static str = "domain";
    type Event = DomainEvent;

    fn apply(&mut self, event: &DomainEvent) {
        match event {
            DomainEvent::Claimed(Claimed { name, token, .. }) => {
                let claim = Claim { name: name.clone(), token: token.clone() };
                *self = Self { claim: Some(claim), ..Self::default() };
            }
            DomainEvent::Proven(_) => (self.proven, self.misses, self.missed_at) = (true, 0, None),
            DomainEvent::Missed(missed) if missed.counts => {
                (self.misses, self.missed_at) = (self.misses + 1, Some(missed.at));
            }
            DomainEvent::Missed(_) => {}
            DomainEvent::Lost(_) => (self.proven, self.misses, self.missed_at) = (false, 0, None),
            DomainEvent::GivenUp(_) => *self = Self::default(),
        }
    }
}

pub struct Stake {
    pub name: String,
    pub token: String,
}

impl Decide<Stake> for Domain {
    type Refusal = Refusal;

    /// Claiming twice is claiming once: the first token stays, for it may stand in DNS already.
    fn decide(&self, stake: &Stake, now: Timestamp) -> Result<Vec<DomainEvent>, Refusal> {
        let Stake { name, token } = stake;
        Ok(match self.claim {
            Some(_) => Vec::new(),
            None => vec![Claimed { name: name.clone(), token: token.clone(), at: now }.into()],
        })
    }
}

/// What was found for a token.
pub struct Check {
    pub token: String,
    pub looked: Looked,
}

impl Decide<Check> for Domain {
    type Refusal = Refusal;

    fn decide(&self, Check { token, looked }: &Check, now: Timestamp) -> Result<Vec<DomainEvent>, Refusal> {
        // Claimed anew while we looked: what was found says nothing about the new claim.
        let claim = self.claim.as_ref().filter(|claim| claim.token == *token).ok_or(Refusal::Unknown)?;
        let name = claim.name.clone();
        if let Some(way) = looked.there {
            let known = self.proven && self.misses == 0;
            return Ok(if known { Vec::new() } else { vec![Proven { name, way, at: now }.into()] });
        }
        let counts = self.proven && looked.sure && self.missed_at.is_none_or(|last| now.since(last) >= APART);
        let found = looked.told.clone();
        let mut events = vec![Missed { found: found.clone(), counts, at: now }.into()];
        if counts && self.misses + 1 >= MISSES {
            events.push(Lost { name, why: found, at: now }.into());
        }
        Ok(events)
    }
}

/// Another shop was quicker.
pub struct Yield;

impl Decide<Yield> for Domain {
    type Refusal = Refusal;

    fn decide(&self, _: &Yield, now: Timestamp) -> Result<Vec<DomainEvent>, Refusal> {
        let why = "Another shop has proven this domain first.".to_owned();
        Ok(match &self.claim {
            Some(claim) if self.proven => vec![Lost { name: claim.name.clone(), why, at: now }.into()],
            _ => Vec::new(),
        })
    }
}

pub struct GiveUp;

impl Decide<GiveUp> for Domain {
    type Refusal = Refusal;

    fn decide(&self, _: &GiveUp, now: Timestamp) -> Result<Vec<DomainEvent>, Refusal> {
        let claim = self.claim.as_ref().ok_or(Refusal::Unknown)?;
        Ok(vec![GivenUp { name: claim.name.clone(), at: now }.into()])
    }
}

#[cfg(test)]
mod tests {
    use kernel::aggregate::given;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn claimed(token: &str) -> DomainEvent {
        Claimed { name: "shop.example".into(), token: token.into(), at: NOW }.into()
    }

    fn proven() -> DomainEvent {
        Proven { name: "shop.example".into(), way: ProofPlace::Dns, at: NOW }.into()
    }

    fn check(token: &str, there: Option<ProofPlace>, sure: bool) -> Check {
        Check { token: token.into(), looked: Looked { there, sure, told: "Nothing is there.".into() } }
    }

    fn kinds(events: &[DomainEvent]) -> Vec<&'static str> {
        events.iter().map(kernel::Event::kind).collect()
    }

    #[test]
    fn claiming_twice_keeps_the_token_that_may_stand_in_dns_already() {
        let stake = || Stake { name: "shop.example".into(), token: "second".into() };
        assert!(given::<Domain>([claimed("first")]).when(&stake(), NOW).unwrap().is_empty());
        let given_up = GivenUp { name: "shop.example".into(), at: NOW }.into();
        let anew = given::<Domain>([claimed("first"), given_up]).when(&stake(), NOW).unwrap();
        assert_eq!(anew, [claimed("second")]);
    }

    #[test]
    fn a_proof_for_a_claim_before_this_one_proves_nothing() {
        let domain = || given::<Domain>([claimed("now")]);
        assert_eq!(domain().when(&check("before", Some(ProofPlace::Dns), true), NOW), Err(Refusal::Unknown));
        assert_eq!(
            kinds(&domain().when(&check("now", Some(ProofPlace::Dns), true), NOW).unwrap()),
            ["domain.proven"]
        );
    }

    #[test]
    fn a_proof_that_is_found_again_is_no_event() {
        let again =
            given::<Domain>([claimed("t"), proven()]).when(&check("t", Some(ProofPlace::Dns), true), NOW);
        assert_eq!(again, Ok(Vec::new()));
    }

    #[test]
    fn a_domain_is_lost_after_three_days_without_its_proof_and_not_after_three_checks() {
        let mut happened = vec![claimed("t"), proven()];
        let day = Duration::from_secs(24 * 3600);
        for (after, sure, expected) in [
            (day, true, &["domain.missed"][..]),
            (day, true, &["domain.missed"]),
            (day, true, &["domain.missed"]),
            (2 * day, false, &["domain.missed"]),
            (2 * day, true, &["domain.missed"]),
            (3 * day, true, &["domain.missed", "domain.lost"]),
        ] {
            let events =
                given::<Domain>(happened.clone()).when(&check("t", None, sure), NOW.plus(after)).unwrap();
            assert_eq!(kinds(&events), expected, "{after:?}");
            happened.extend(events);
        }
        let back =
            given::<Domain>(happened).when(&check("t", Some(ProofPlace::Page), true), NOW.plus(4 * day));
        assert_eq!(kinds(&back.unwrap()), ["domain.proven"]);
    }

    #[test]
    fn a_proof_that_is_back_in_time_makes_good_what_was_missed() {
        let missed = |at| Missed { found: String::new(), counts: true, at };
        let (day, two) = (Duration::from_secs(86_400), Duration::from_secs(2 * 86_400));
        let happened = [claimed("t"), proven(), missed(NOW).into(), missed(NOW.plus(day)).into(), proven()];
        let next = given::<Domain>(happened).when(&check("t", None, true), NOW.plus(two)).unwrap();
        assert_eq!(kinds(&next), ["domain.missed"]);
    }
}
