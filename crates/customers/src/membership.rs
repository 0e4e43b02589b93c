//! What one customer, or one organisation, belongs to. A stream for each, so that two who take somebody in at once cannot
//! both win, and so that a segment may have very many members without a state that grows with them.

use std::collections::BTreeSet;

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{OrganisationId, Refusal, SegmentId};

/// The namespace in which the ids of memberships are made from the ids of members, whose own streams are others.
const MEMBERSHIPS: Uuid = Uuid::from_u128(0x58a3_0e4b_91c6_4f0d_8d27_6be1_c0de_3c3c);

/// Prices are looked for by each of them.
pub const MOST_SEGMENTS: usize = 100;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    organisation: Option<OrganisationId>,
    segments: BTreeSet<SegmentId>,
}

/// What is in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SegmentMemberKind)]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    Customer,
    Organisation,
}

kernel::events! {
    pub enum MembershipEvent {
        Joined(Joined) = ("membership.joined", 1),
        Left(Left) = ("membership.left", 1),
        PutIn(PutIn) = ("membership.put_into_segment", 1),
        TakenOut(TakenOut) = ("membership.taken_out_of_segment", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    pub member: Uuid,
    pub organisation: OrganisationId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    pub member: Uuid,
    pub organisation: OrganisationId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutIn {
    pub member: Uuid,
    pub segment: SegmentId,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenOut {
    pub member: Uuid,
    pub segment: SegmentId,
}

impl MembershipEvent {
    pub fn member(&self) -> Uuid {
        match self {
            Self::Joined(event) => event.member,
            Self::Left(event) => event.member,
            Self::PutIn(event) => event.member,
            Self::TakenOut(event) => event.member,
        }
    }
}

impl Aggregate for Membership {
    const KIND: &'static str = "membership";
    type Event = MembershipEvent;

    fn apply(&mut self, event: &MembershipEvent) {
        match event {
            MembershipEvent::Joined(joined) => self.organisation = Some(joined.organisation),
            MembershipEvent::Left(_) => self.organisation = None,
            MembershipEvent::PutIn(put) => {
                self.segments.insert(put.segment);
            }
            MembershipEvent::TakenOut(taken) => {
                self.segments.remove(&taken.segment);
            }
        }
    }
}

pub struct Join {
    pub member: Uuid,
    pub organisation: OrganisationId,
}

pub struct Leave {
    pub member: Uuid,
    pub organisation: OrganisationId,
}

pub struct PutInto {
    pub member: Uuid,
    pub segment: SegmentId,
    pub kind: Kind,
}

pub struct TakeOut {
    pub member: Uuid,
    pub segment: SegmentId,
}

/// Takes them out of segments that were removed, when there is room for no more.
pub struct Tidy {
    pub member: Uuid,
    /// Those that were not removed.
    pub there: BTreeSet<SegmentId>,
}

impl Membership {
    /// The stream of a customer or an organisation.
    pub fn id(member: Uuid) -> Uuid {
        Uuid::new_v5(&MEMBERSHIPS, member.as_bytes())
    }
}

type Decision = Result<Vec<MembershipEvent>, Refusal>;

impl Decide<Join> for Membership {
    type Refusal = Refusal;

    fn decide(&self, command: &Join, _now: Timestamp) -> Decision {
        let Join { member, organisation } = *command;
        match self.organisation {
            None => Ok(vec![Joined { member, organisation }.into()]),
            Some(theirs) if theirs == organisation => Ok(Vec::new()),
            Some(_) => Err(Refusal::MemberElsewhere),
        }
    }
}

impl Decide<Leave> for Membership {
    type Refusal = Refusal;

    fn decide(&self, command: &Leave, _now: Timestamp) -> Decision {
        let Leave { member, organisation } = *command;
        let theirs = self.organisation == Some(organisation);
        Ok(if theirs { vec![Left { member, organisation }.into()] } else { Vec::new() })
    }
}

impl Decide<PutInto> for Membership {
    type Refusal = Refusal;

    fn decide(&self, command: &PutInto, _now: Timestamp) -> Decision {
        let PutInto { member, segment, kind } = *command;
        if self.segments.contains(&segment) {
            return Ok(Vec::new());
        }
        if self.segments.len() >= MOST_SEGMENTS {
            return Err(Refusal::TooManySegments);
        }
        Ok(vec![PutIn { member, segment, kind }.into()])
    }
}

impl Decide<TakeOut> for Membership {
    type Refusal = Refusal;

    fn decide(&self, command: &TakeOut, _now: Timestamp) -> Decision {
        let TakeOut { member, segment } = *command;
        let there = self.segments.contains(&segment);
        Ok(if there { vec![TakenOut { member, segment }.into()] } else { Vec::new() })
    }
}

impl Decide<Tidy> for Membership {
    type Refusal = Refusal;

    fn decide(&self, command: &Tidy, _now: Timestamp) -> Decision {
        if self.segments.len() < MOST_SEGMENTS {
            return Ok(Vec::new());
        }
        let gone = self.segments.difference(&command.there);
        Ok(gone.map(|segment| TakenOut { member: command.member, segment: *segment }.into()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    const NOW: Timestamp = Timestamp::from_micros(0);
    const ADA: Uuid = Uuid::from_u128(1);

    #[test]
    fn a_customer_belongs_to_one_organisation_until_they_leave_it() {
        let (one, other) = (OrganisationId::new(), OrganisationId::new());
        let mut member = given::<Membership>([Joined { member: ADA, organisation: one }.into()]);
        assert_eq!(member.when(&Join { member: ADA, organisation: one }, NOW), Ok(Vec::new()));
        assert_eq!(
            member.when(&Join { member: ADA, organisation: other }, NOW),
            Err(Refusal::MemberElsewhere)
        );
        assert_eq!(member.when(&Leave { member: ADA, organisation: other }, NOW), Ok(Vec::new()));
        member.0.apply(&Left { member: ADA, organisation: one }.into());
        assert_eq!(
            member.when(&Join { member: ADA, organisation: other }, NOW).map(|events| events.len()),
            Ok(1)
        );
    }

    #[test]
    fn whoever_is_in_a_segment_is_in_it_once_and_in_a_hundred_at_most() {
        let segment = SegmentId::new();
        let mut member = given::<Membership>([PutIn { member: ADA, segment, kind: Kind::Customer }.into()]);
        assert_eq!(member.when(&PutInto { member: ADA, segment, kind: Kind::Customer }, NOW), Ok(Vec::new()));
        while member.0.segments.len() < MOST_SEGMENTS {
            member.0.segments.insert(SegmentId::new());
        }
        let one_more = PutInto { member: ADA, segment: SegmentId::new(), kind: Kind::Customer };
        assert_eq!(member.when(&one_more, NOW), Err(Refusal::TooManySegments));
        let out = Ok(vec![TakenOut { member: ADA, segment }.into()]);
        assert_eq!(member.when(&TakeOut { member: ADA, segment }, NOW), out);
        let mut there = member.0.segments.clone();
        there.remove(&segment);
        assert_eq!(member.when(&Tidy { member: ADA, there }, NOW), out, "it was removed");
        assert_eq!(member.when(&Tidy { member: ADA, there: member.0.segments.clone() }, NOW), Ok(Vec::new()));
    }
}
