//! The use cases of organisations and segments.

use kernel::reservation::{GiveUp, Take};
use kernel::{Currency, Problem, SubjectId};
use store::problems::CONTENDED;
use store::{Desk, Reply, Work};
use uuid::Uuid;

use crate::membership::{Join, Kind, Leave, PutInto, TakeOut, Tidy};
use crate::organisation::{Change, Make, Member, RemoveMember, SayVat, SetMember, Terms};
use crate::queries::{InSegments, Seen};
use crate::segment::{self, SegmentName};
use crate::views::{OrganisationView, SegmentView};
use crate::{Membership, Organisation, OrganisationId, Refusal, Segment, SegmentId, SegmentTerms};

pub fn make_organisation(id: OrganisationId, terms: Terms, currency: Currency) -> Work {
    Work::over::<Organisation>([id]).about([SubjectId(id.uuid())]).decide(move |desk| {
        desk.ask::<Organisation, _>(id, &Make(terms.clone()))?;
        let location = format!("/api/v1/organisations/{id}");
        shown(desk, 201, id, currency).map(|reply| reply.location(location))
    })
}

pub fn change_organisation(id: OrganisationId, seen: i64, terms: Terms, currency: Currency) -> Work {
    Work::over::<Organisation>([id]).about([SubjectId(id.uuid())]).decide(move |desk| {
        desk.get::<Organisation>(id)?;
        desk.expect_version::<Organisation>(id, Some(seen))?;
        if desk.is_erased(SubjectId(id.uuid())) {
            return Err(Refusal::OrganisationErased.into());
        }
        desk.ask::<Organisation, _>(id, &Change(terms.clone()))?;
        shown(desk, 200, id, currency)
    })
}

/// Takes somebody in, or changes what they are. A customer may change those who are members of the organisation that
/// they arrange things for, though not themselves; anybody else's is none to them.
pub fn set_member(
    id: OrganisationId,
    seen: Option<i64>,
    by: Option<Uuid>,
    customer: Uuid,
    member: Member,
    currency: Currency,
) -> Work {
    let membership = Membership::id(customer);
    let named = Work::over::<Organisation>([id]).and::<Membership>([membership]);
    named.about([SubjectId(id.uuid())]).decide(move |desk| {
        let organisation = desk.get::<Organisation>(id)?;
        if by.is_some_and(|by| !organisation.is_run_by(by)) {
            return Err(Problem::not_found("organisation"));
        }
        if by.is_some() && !organisation.members.contains_key(&customer) {
            return Err(Problem::not_found("member"));
        }
        desk.expect_version::<Organisation>(id, seen)?;
        desk.ask::<Membership, _>(membership, &Join { member: customer, organisation: id })?;
        desk.ask::<Organisation, _>(id, &SetMember { customer, member, by })?;
        shown(desk, 200, id, currency)
    })
}

/// Writes down what the register said of the number that the organisation had in the version `read`.
pub fn say_vat(id: OrganisationId, read: i64, registered: bool, currency: Currency) -> Work {
    Work::over::<Organisation>([id]).decide(move |desk| {
        desk.get::<Organisation>(id)?;
        desk.expect_version::<Organisation>(id, Some(read))?;
        desk.ask::<Organisation, _>(id, &SayVat { registered })?;
        shown(desk, 200, id, currency)
    })
}

pub fn remove_member(id: OrganisationId, seen: Option<i64>, customer: Uuid) -> Work {
    let membership = Membership::id(customer);
    Work::over::<Organisation>([id]).and::<Membership>([membership]).decide(move |desk| {
        desk.get::<Organisation>(id)?;
        desk.expect_version::<Organisation>(id, seen)?;
        desk.ask::<Organisation, _>(id, &RemoveMember { customer })?;
        desk.ask::<Membership, _>(membership, &Leave { member: customer, organisation: id })?;
        Ok(Reply::nothing())
    })
}

pub fn make_segment(id: SegmentId, terms: SegmentTerms) -> Work {
    let name = SegmentName::id(&terms.name);
    Work::over::<Segment>([id]).and::<SegmentName>([name]).decide(move |desk| {
        take(desk, name, id)?;
        desk.ask::<Segment, _>(id, &segment::Make(terms.clone()))?;
        let view = SegmentView::of(id, 1, terms.clone());
        Ok(Reply::json(201, &view).version(1).location(format!("/api/v1/segments/{id}")))
    })
}

/// `name` is what it was called in the version `read`.
pub fn change_segment(id: SegmentId, seen: i64, (name, read): (&str, i64), terms: SegmentTerms) -> Work {
    let (old, new) = (SegmentName::id(name), SegmentName::id(&terms.name));
    Work::over::<Segment>([id]).and::<SegmentName>([old, new]).decide(move |desk| {
        known(desk, id, Some(seen))?;
        desk.expect_version::<Segment>(id, Some(read))?;
        take(desk, new, id)?;
        if new != old {
            desk.ask::<SegmentName, _>(old, &GiveUp(id))?;
        }
        desk.ask::<Segment, _>(id, &segment::Change(terms.clone()))?;
        let version = desk.version::<Segment>(id);
        Ok(Reply::json(200, &SegmentView::of(id, version, terms.clone())).version(version))
    })
}

/// `name` is what it was called in the version `read`.
pub fn remove_segment(id: SegmentId, seen: Option<i64>, (name, read): (&str, i64)) -> Work {
    let name = SegmentName::id(name);
    Work::over::<Segment>([id]).and::<SegmentName>([name]).decide(move |desk| {
        known(desk, id, seen)?;
        desk.expect_version::<Segment>(id, Some(read))?;
        desk.ask::<Segment, _>(id, &segment::Remove)?;
        desk.ask::<SegmentName, _>(name, &GiveUp(id))?;
        Ok(Reply::nothing())
    })
}

/// Puts a customer or an organisation into a segment. Which of the two it is, its id says. Whoever is in as many as they
/// may be leaves those that were removed.
pub fn put_into_segment(id: SegmentId, member: Uuid, seen: InSegments) -> Work {
    let membership = Membership::id(member);
    let named = Work::over::<Segment>([id]).and::<Membership>([membership]).and::<Organisation>([member]);
    named.decide(move |desk| {
        known(desk, id, None)?;
        let organisation = desk.find::<Organisation>(member).is_some();
        let kind = if organisation { Kind::Organisation } else { Kind::Customer };
        if desk.version::<Membership>(membership) == seen.version {
            desk.ask::<Membership, _>(membership, &Tidy { member, there: seen.segments.clone() })?;
        }
        desk.ask::<Membership, _>(membership, &PutInto { member, segment: id, kind })?;
        Ok(Reply::nothing())
    })
}

pub fn take_out_of_segment(id: SegmentId, member: Uuid) -> Work {
    let membership = Membership::id(member);
    Work::over::<Segment>([id]).and::<Membership>([membership]).decide(move |desk| {
        known(desk, id, None)?;
        desk.ask::<Membership, _>(membership, &TakeOut { member, segment: id })?;
        Ok(Reply::nothing())
    })
}

/// Refuses when what somebody belonged to has changed since it was read. It comes before the work that relies on it.
pub fn still(seen: Seen) -> Work {
    let Seen { mut memberships, organisations, segments } = seen;
    memberships.iter_mut().for_each(|(member, _)| *member = Membership::id(*member));
    let named = Work::over::<Membership>(memberships.iter().map(|(id, _)| *id));
    let named = named.and::<Organisation>(organisations.iter().map(|(id, _)| *id));
    let named = named.and::<Segment>(segments.iter().map(|(id, _)| *id));
    named.decide(move |desk| {
        let holds = memberships.iter().all(|(id, version)| desk.version::<Membership>(*id) == *version)
            && organisations.iter().all(|(id, version)| desk.version::<Organisation>(*id) == *version)
            && segments.iter().all(|(id, version)| desk.version::<Segment>(*id) == *version);
        if holds { Ok(Reply::nothing()) } else { Err(moved()) }
    })
}

fn take(desk: &mut Desk<'_>, name: Uuid, by: SegmentId) -> Result<(), Problem> {
    desk.ask::<SegmentName, _>(name, &Take { by, or: |_| Refusal::SegmentNameTaken })
}

fn moved() -> Problem {
    let detail = "What this customer belongs to was being changed just now, so nothing was ordered. Try again in a moment.";
    CONTENDED.says(detail).after(1)
}

fn known(desk: &mut Desk<'_>, id: SegmentId, seen: Option<i64>) -> Result<(), Problem> {
    let there = desk.get::<Segment>(id)?.terms.is_some();
    if !there {
        return Err(Problem::not_found("segment"));
    }
    desk.expect_version::<Segment>(id, seen)
}

fn shown(desk: &mut Desk<'_>, status: u16, id: OrganisationId, currency: Currency) -> Result<Reply, Problem> {
    let version = desk.version::<Organisation>(id);
    let organisation = desk.get::<Organisation>(id)?;
    let terms = organisation.terms.as_ref().ok_or_else(Problem::bug)?;
    let members = organisation.members.iter().map(|(customer, member)| (*customer, *member));
    let view = OrganisationView::of(id, version, (terms, organisation.vat), members, currency);
    Ok(Reply::json(status, &view).version(version))
}
