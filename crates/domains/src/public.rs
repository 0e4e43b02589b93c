//! What domains tell everybody else.

use edge::published::{About, Example};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::{Uuid, uuid};

use crate::domain::DomainEvent;
use crate::proofs::place::ProofPlace;

edge::published! {
    /// What becomes of a domain of the shop's own.
    pub enum DomainTold of DomainEvent, on PlatformEvents {
        /// A domain is the shop's own, and the shop answers under it.
        Proven(DomainProven) = ("domain.proven", 1),
        /// The proof of a domain was not found.
        Missed(DomainMissed) = ("domain.missed", 1),
        /// The shop does not answer under a domain any more, for it is not shown to be its own.
        Lost(DomainLost) = ("domain.lost", 1),
        /// The shop gave up a domain.
        GivenUp(DomainGivenUp) = ("domain.given_up", 1),
    } = of_domain;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DomainProven {
    pub domain_id: Uuid,
    pub name: String,
    /// Where the proof was found.
    pub way: ProofPlace,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DomainMissed {
    pub domain_id: Uuid,
    /// What was found instead, in a sentence.
    pub found: String,
    /// Whether it brings a proven domain nearer to being lost.
    pub counts: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DomainLost {
    pub domain_id: Uuid,
    pub name: String,
    /// In a sentence.
    pub why: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DomainGivenUp {
    pub domain_id: Uuid,
    pub name: String,
}

fn of_domain(event: &DomainEvent, about: &About) -> Option<DomainTold> {
    let domain_id = about.id;
    Some(match event {
        DomainEvent::Claimed(_) => return None,
        DomainEvent::Proven(proven) => {
            DomainTold::Proven(DomainProven { domain_id, name: proven.name.clone(), way: proven.way })
        }
        DomainEvent::Missed(missed) => {
            DomainTold::Missed(DomainMissed { domain_id, found: missed.found.clone(), counts: missed.counts })
        }
        DomainEvent::Lost(lost) => {
            DomainTold::Lost(DomainLost { domain_id, name: lost.name.clone(), why: lost.why.clone() })
        }
        DomainEvent::GivenUp(given_up) => {
            DomainTold::GivenUp(DomainGivenUp { domain_id, name: given_up.name.clone() })
        }
    })
}

const DOMAIN: Uuid = uuid!("2c9d1f0e-7b8c-5d9e-8fb0-c1d2e3f40664");

fn a_name() -> String {
    "shop.example.com".into()
}

impl Example for DomainProven {
    fn example() -> Self {
        Self { domain_id: DOMAIN, name: a_name(), way: ProofPlace::Dns }
    }
}

impl Example for DomainMissed {
    fn example() -> Self {
        let found = "There is no TXT record at _galleria.shop.example.com.".into();
        Self { domain_id: DOMAIN, found, counts: true }
    }
}

impl Example for DomainLost {
    fn example() -> Self {
        let why = "There is no TXT record at _galleria.shop.example.com.".into();
        Self { domain_id: DOMAIN, name: a_name(), why }
    }
}

impl Example for DomainGivenUp {
    fn example() -> Self {
        Self { domain_id: DOMAIN, name: a_name() }
    }
}
