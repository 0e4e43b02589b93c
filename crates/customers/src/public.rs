//! What organisations and segments tell everybody else. Money is in minor units of the shop's currency.

use edge::published::{About, Example, Theirs};
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::{Uuid, uuid};

use crate::membership::{Kind, MembershipEvent};
use crate::organisation::{BillingAddress, Details, OrganisationEvent, Role, Status, Terms};
use crate::segment::{SegmentEvent, SegmentTerms};

edge::published! {
    /// What becomes of an organisation.
    pub enum OrganisationTold of OrganisationEvent, on CustomerEvents {
        /// An organisation was made.
        Made(OrganisationMade) = ("organisation.made", 1),
        /// An organisation was changed.
        Changed(OrganisationChanged) = ("organisation.changed", 1),
        /// A member of an organisation was added or changed.
        MemberSet(OrganisationMemberSet) = ("organisation.member_set", 1),
        /// A member was removed from an organisation.
        MemberRemoved(OrganisationMemberRemoved) = ("organisation.member_removed", 1),
        /// The register said whether an organisation's VAT number is in use.
        VatChecked(OrganisationVatChecked) = ("organisation.vat_checked", 1),
    } = of_organisation;
}

edge::published! {
    /// What a customer or an organisation belongs to.
    pub enum MembershipTold of MembershipEvent, on CustomerEvents {
        /// A customer joined an organisation.
        Joined(MembershipMoved) = ("membership.joined", 1),
        /// A customer left an organisation.
        Left(MembershipMoved) = ("membership.left", 1),
        /// A customer or an organisation was put into a segment.
        PutIn(MembershipPutIn) = ("membership.put_into_segment", 1),
        /// A customer or an organisation was taken out of a segment.
        TakenOut(MembershipTakenOut) = ("membership.taken_out_of_segment", 1),
    } = of_membership;
}

edge::published! {
    /// The groups that prices and promotions are for.
    pub enum SegmentTold of SegmentEvent, on CustomerEvents {
        /// A segment was made.
        Made(SegmentDescribed) = ("segment.made", 1),
        /// A segment was changed.
        Changed(SegmentDescribed) = ("segment.changed", 1),
        /// A segment was removed.
        Removed(SegmentRemoved) = ("segment.removed", 1),
    } = of_segment;
}

/// On which terms an organisation buys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrganisationTerms {
    pub status: Status,
    /// Whether every order needs a number of the organisation's own.
    pub purchase_order_required: bool,
    /// What a member may order without being asked; any amount when nothing is said.
    pub approval_limit: Option<i64>,
    /// An organisation may be one person, so who it is is theirs.
    pub details: Theirs<OrganisationDetails>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrganisationDetails {
    pub name: String,
    pub vat_id: Option<String>,
    pub billing_address: Option<BillingAddress>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrganisationMade {
    pub organisation_id: Uuid,
    pub terms: OrganisationTerms,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrganisationChanged {
    pub organisation_id: Uuid,
    pub terms: OrganisationTerms,
    /// Whether what the register said was about another VAT number, so that nothing is known of this one.
    pub vat_unchecked: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrganisationMemberSet {
    pub organisation_id: Uuid,
    pub customer_id: Uuid,
    pub role: Role,
    /// Instead of the organisation's. An approver says yes up to it, too.
    pub approval_limit: Option<i64>,
    /// Whether they were none before.
    pub new: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrganisationMemberRemoved {
    pub organisation_id: Uuid,
    pub customer_id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrganisationVatChecked {
    pub organisation_id: Uuid,
    /// Whether the number is in use.
    pub registered: bool,
    #[schema(value_type = String, format = DateTime)]
    pub checked_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MembershipMoved {
    pub customer_id: Uuid,
    pub organisation_id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MembershipPutIn {
    /// A customer or an organisation.
    pub member_id: Uuid,
    pub kind: Kind,
    pub segment_id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MembershipTakenOut {
    /// A customer or an organisation.
    pub member_id: Uuid,
    pub segment_id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SegmentDescribed {
    pub segment_id: Uuid,
    /// By which price lists and promotions mean it.
    pub name: String,
    /// For whom it is, in a sentence.
    pub about: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SegmentRemoved {
    pub segment_id: Uuid,
}

fn of_organisation(event: &OrganisationEvent, about: &About) -> Option<OrganisationTold> {
    let organisation_id = about.id;
    Some(match event {
        OrganisationEvent::Made(made) => {
            let terms = OrganisationTerms::of(&made.terms);
            OrganisationTold::Made(OrganisationMade { organisation_id, terms })
        }
        OrganisationEvent::Changed(changed) => {
            let (terms, vat_unchecked) = (OrganisationTerms::of(&changed.terms), changed.vat_unchecked);
            OrganisationTold::Changed(OrganisationChanged { organisation_id, terms, vat_unchecked })
        }
        OrganisationEvent::MemberSet(set) => OrganisationTold::MemberSet(OrganisationMemberSet {
            organisation_id,
            customer_id: set.customer,
            role: set.member.role,
            approval_limit: set.member.approval_limit,
            new: set.new,
        }),
        OrganisationEvent::MemberRemoved(removed) => {
            let customer_id = removed.customer;
            OrganisationTold::MemberRemoved(OrganisationMemberRemoved { organisation_id, customer_id })
        }
        OrganisationEvent::VatChecked(checked) => OrganisationTold::VatChecked(OrganisationVatChecked {
            organisation_id,
            registered: checked.registered,
            checked_at: checked.at,
        }),
    })
}

/// The stream has an id of its own, so each event says whose it is.
fn of_membership(event: &MembershipEvent, _: &About) -> Option<MembershipTold> {
    Some(match event {
        MembershipEvent::Joined(joined) => MembershipTold::Joined(MembershipMoved {
            customer_id: joined.member,
            organisation_id: joined.organisation.uuid(),
        }),
        MembershipEvent::Left(left) => MembershipTold::Left(MembershipMoved {
            customer_id: left.member,
            organisation_id: left.organisation.uuid(),
        }),
        MembershipEvent::PutIn(put) => MembershipTold::PutIn(MembershipPutIn {
            member_id: put.member,
            kind: put.kind,
            segment_id: put.segment.uuid(),
        }),
        MembershipEvent::TakenOut(taken) => MembershipTold::TakenOut(MembershipTakenOut {
            member_id: taken.member,
            segment_id: taken.segment.uuid(),
        }),
    })
}

fn of_segment(event: &SegmentEvent, about: &About) -> Option<SegmentTold> {
    let segment_id = about.id;
    Some(match event {
        SegmentEvent::Made(made) => SegmentTold::Made(SegmentDescribed::of(segment_id, &made.terms)),
        SegmentEvent::Changed(changed) => {
            SegmentTold::Changed(SegmentDescribed::of(segment_id, &changed.terms))
        }
        SegmentEvent::Removed(_) => SegmentTold::Removed(SegmentRemoved { segment_id }),
    })
}

impl OrganisationTerms {
    fn of(terms: &Terms) -> Self {
        Self {
            status: terms.status,
            purchase_order_required: terms.purchase_order_required,
            approval_limit: terms.approval_limit,
            details: Theirs(terms.details.reveal().map(OrganisationDetails::of)),
        }
    }
}

impl OrganisationDetails {
    fn of(details: &Details) -> Self {
        let Details { name, vat_id, billing_address } = details.clone();
        Self { name, vat_id, billing_address }
    }
}

impl SegmentDescribed {
    fn of(segment_id: Uuid, terms: &SegmentTerms) -> Self {
        let SegmentTerms { name, about } = terms.clone();
        Self { segment_id, name, about }
    }
}

const MILL: Uuid = uuid!("01934a01-6b7c-7d8e-9fa0-3c6d8e0f2a65");
const ADA: Uuid = uuid!("01934a00-1f2e-7c3d-8b4a-2e5f7a9c1d54");
const TRADE: Uuid = uuid!("01934640-9f8e-7d6c-8b5a-4f3e2d1c0bdc");

fn some_terms() -> OrganisationTerms {
    let address = BillingAddress {
        line1: "3 Mill Lane".into(),
        line2: None,
        city: "Cork".into(),
        postal_code: "T12 X2AB".into(),
        region: None,
        country: "IE".into(),
    };
    let (name, vat_id) = ("Mill Street Hotels".into(), Some("IE6388047V".into()));
    OrganisationTerms {
        status: Status::Open,
        purchase_order_required: true,
        approval_limit: Some(50_000),
        details: Theirs(Some(OrganisationDetails { name, vat_id, billing_address: Some(address) })),
    }
}

impl Example for OrganisationMade {
    fn example() -> Self {
        Self { organisation_id: MILL, terms: some_terms() }
    }
}

impl Example for OrganisationChanged {
    fn example() -> Self {
        Self { organisation_id: MILL, terms: some_terms(), vat_unchecked: false }
    }
}

impl Example for OrganisationMemberSet {
    fn example() -> Self {
        let (organisation_id, customer_id) = (MILL, ADA);
        Self { organisation_id, customer_id, role: Role::Buyer, approval_limit: Some(20_000), new: true }
    }
}

impl Example for OrganisationMemberRemoved {
    fn example() -> Self {
        Self { organisation_id: MILL, customer_id: ADA }
    }
}

impl Example for OrganisationVatChecked {
    fn example() -> Self {
        // 2026-05-03T14:00:00Z
        let checked_at = Timestamp::from_micros(1_777_816_800_000_000);
        Self { organisation_id: MILL, registered: true, checked_at }
    }
}

impl Example for MembershipMoved {
    fn example() -> Self {
        Self { customer_id: ADA, organisation_id: MILL }
    }
}

impl Example for MembershipPutIn {
    fn example() -> Self {
        Self { member_id: MILL, kind: Kind::Organisation, segment_id: TRADE }
    }
}

impl Example for MembershipTakenOut {
    fn example() -> Self {
        Self { member_id: MILL, segment_id: TRADE }
    }
}

impl Example for SegmentDescribed {
    fn example() -> Self {
        let about = Some("Whoever sells on what they buy.".into());
        Self { segment_id: TRADE, name: "trade".into(), about }
    }
}

impl Example for SegmentRemoved {
    fn example() -> Self {
        Self { segment_id: TRADE }
    }
}
