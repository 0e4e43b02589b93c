//! A segment: a name that price lists and promotions use. Who is in it is told by each member's own stream.

use kernel::{Aggregate, Decide, Projector, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Refusal, SegmentId};

/// The namespace in which the ids of names are made.
const NAMES: Uuid = Uuid::from_u128(0x2f6c_91d4_7c1e_4b5a_9d10_5a1e_c0de_0b2b);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    pub terms: Option<SegmentTerms>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentTerms {
    /// By which price lists ("groups") and promotions ("segments") mean it: small letters, digits, - and _.
    #[schema(pattern = "^[a-z0-9_-]{1,100}$", extensions(("x-write" = json!("1 to 100 small letters, digits, - or _"))))]
    pub name: String,
    /// For whom it is, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub about: Option<String>,
}

kernel::events! {
    pub enum SegmentEvent {
        Made(Made) = ("segment.made", 1),
        Changed(Changed) = ("segment.changed", 1),
        Removed(Removed) = ("segment.removed", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    pub terms: SegmentTerms,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub terms: SegmentTerms,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {}

impl Aggregate for Segment {
    const KIND: &'static str = "segment";
    type Event = SegmentEvent;

    fn apply(&mut self, event: &SegmentEvent) {
        self.terms = match event {
            SegmentEvent::Made(Made { terms }) | SegmentEvent::Changed(Changed { terms }) => {
                Some(terms.clone())
            }
            SegmentEvent::Removed(_) => None,
        };
    }
}

pub struct Make(pub SegmentTerms);

pub struct Change(pub SegmentTerms);

pub struct Remove;

impl Decide<Make> for Segment {
    type Refusal = Refusal;

    fn decide(&self, command: &Make, _now: Timestamp) -> Result<Vec<SegmentEvent>, Refusal> {
        Ok(vec![Made { terms: command.0.clone() }.into()])
    }
}

impl Decide<Change> for Segment {
    type Refusal = Refusal;

    fn decide(&self, command: &Change, _now: Timestamp) -> Result<Vec<SegmentEvent>, Refusal> {
        let same = self.terms.as_ref() == Some(&command.0);
        Ok(if same { Vec::new() } else { vec![Changed { terms: command.0.clone() }.into()] })
    }
}

impl Decide<Remove> for Segment {
    type Refusal = Refusal;

    fn decide(&self, _: &Remove, _now: Timestamp) -> Result<Vec<SegmentEvent>, Refusal> {
        Ok(self.terms.iter().map(|_| Removed {}.into()).collect())
    }
}

kernel::reservation! {
    /// The right to a segment's name.
    pub struct SegmentName = "segment_name";

    pub enum SegmentNameEvent {
        Taken { segment: SegmentId } = ("segment_name.taken", 1),
        GivenUp {} = ("segment_name.given_up", 1),
    }
}

impl SegmentName {
    pub fn id(name: &str) -> Uuid {
        Uuid::new_v5(&NAMES, name.as_bytes())
    }
}

impl Projector for SegmentName {}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Check;

    #[test]
    fn a_name_is_written_as_it_is_typed_into_a_promotion() {
        let fits = |name: &str| {
            let mut check = Check::default();
            edge::check_limits(&SegmentTerms { name: name.into(), about: None }, "", &mut check);
            check.done().is_ok()
        };
        assert!(fits("trade-2026") && !fits("Trade") && !fits("") && !fits("key accounts"));
    }
}
