//! Writes the tables of organisations, memberships and segments.

use kernel::{Envelope, Projector, SubjectId, Word, Write, args};

use crate::membership::{Membership, MembershipEvent};
use crate::organisation::{Changed, Made, Organisation, OrganisationEvent, Terms, VatChecked};
use crate::segment::{self, Segment, SegmentEvent};

impl Projector for Organisation {
    fn project(event: &Envelope<&OrganisationEvent>) -> Vec<Write> {
        let (id, version) = (event.stream_id, event.version);
        let changed =
            || Write::one("update organisations set version = $2 where id = $1", args![id, version]);
        match event.data {
            OrganisationEvent::Made(Made { terms }) => vec![Write::one(
                "insert into organisations (id, version, name, status, purchase_order_required, approval_limit, details) values ($1, $2, $3, $4, $5, $6, $7)",
                args![
                    id,
                    version,
                    name(terms),
                    terms.status.as_str(),
                    terms.purchase_order_required,
                    terms.approval_limit,
                    details(terms)
                ],
            )],
            OrganisationEvent::Changed(Changed { terms, vat_unchecked }) => {
                let mut writes = vec![Write::one(
                    "update organisations set version = $2, name = $3, status = $4, purchase_order_required = $5, approval_limit = $6, details = $7 where id = $1",
                    args![
                        id,
                        version,
                        name(terms),
                        terms.status.as_str(),
                        terms.purchase_order_required,
                        terms.approval_limit,
                        details(terms)
                    ],
                )];
                if *vat_unchecked {
                    let sql =
                        "update organisations set vat_registered = null, vat_checked_at = null where id = $1";
                    writes.push(Write::one(sql, args![id]));
                }
                writes
            }
            OrganisationEvent::VatChecked(VatChecked { registered, at }) => vec![Write::one(
                "update organisations set version = $2, vat_registered = $3, vat_checked_at = $4 where id = $1",
                args![id, version, *registered, *at],
            )],
            OrganisationEvent::MemberSet(set) => {
                let sql = match set.new {
                    true => {
                        "insert into organisation_members (organisation_id, customer_id, role, approval_limit) values ($1, $2, $3, $4)"
                    }
                    false => {
                        "update organisation_members set role = $3, approval_limit = $4 where organisation_id = $1 and customer_id = $2"
                    }
                };
                let member = &set.member;
                let values = args![id, set.customer, member.role.as_str(), member.approval_limit];
                vec![changed(), Write::one(sql, values)]
            }
            OrganisationEvent::MemberRemoved(removed) => vec![
                changed(),
                Write::one(
                    "delete from organisation_members where organisation_id = $1 and customer_id = $2",
                    args![id, removed.customer],
                ),
            ],
        }
    }
}

impl Projector for Membership {
    fn project(event: &Envelope<&MembershipEvent>) -> Vec<Write> {
        let (id, version) = (event.stream_id, event.version);
        let member = event.data.member();
        let mut writes = vec![match version {
            1 => Write::one(
                "insert into memberships (id, version, member_id) values ($1, $2, $3)",
                args![id, version, member],
            ),
            _ => Write::one("update memberships set version = $2 where id = $1", args![id, version]),
        }];
        match event.data {
            MembershipEvent::Joined(_) | MembershipEvent::Left(_) => {}
            MembershipEvent::PutIn(put) => writes.push(Write::one(
                "insert into segment_members (segment_id, member_id, kind) values ($1, $2, $3)",
                args![put.segment, member, put.kind.as_str()],
            )),
            // Of one that was removed, nothing is there any more.
            MembershipEvent::TakenOut(taken) => writes.push(Write::any(
                "delete from segment_members where segment_id = $1 and member_id = $2",
                args![taken.segment, member],
            )),
        }
        writes
    }
}

impl Projector for Segment {
    fn project(event: &Envelope<&SegmentEvent>) -> Vec<Write> {
        let (id, version) = (event.stream_id, event.version);
        match event.data {
            SegmentEvent::Made(segment::Made { terms }) => vec![Write::one(
                "insert into segments (id, version, name, about) values ($1, $2, $3, $4)",
                args![id, version, &terms.name, terms.about.clone()],
            )],
            SegmentEvent::Changed(segment::Changed { terms }) => vec![Write::one(
                "update segments set version = $2, name = $3, about = $4 where id = $1",
                args![id, version, &terms.name, terms.about.clone()],
            )],
            SegmentEvent::Removed(_) => vec![
                Write::any("delete from segment_members where segment_id = $1", args![id]),
                Write::one("delete from segments where id = $1", args![id]),
            ],
        }
    }
}

fn name(terms: &Terms) -> String {
    terms.details.reveal().map(|known| known.name.clone()).unwrap_or_default()
}

fn details(terms: &Terms) -> Option<String> {
    let known = terms.details.reveal()?;
    Some(serde_json::to_string(known).expect("details have string keys and no failing serializers"))
}

pub(crate) fn forget(subject: SubjectId) -> Vec<Write> {
    vec![Write::any("update organisations set name = '', details = null where id = $1", args![subject])]
}
