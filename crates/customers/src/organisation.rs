//! An organisation: its terms, its members, and the decisions about both.

use std::collections::BTreeMap;

use kernel::{Aggregate, Decide, Personal, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Refusal;

/// The state of an organisation holds its members, so there is an end to them.
pub const MOST_MEMBERS: usize = 1000;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    pub terms: Option<Terms>,
    pub members: BTreeMap<Uuid, Member>,
    /// What the register said of its VAT number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat: Option<VatChecked>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub status: Status,
    pub purchase_order_required: bool,
    /// What a member may order without being asked, in minor units of the shop's currency; any amount when there is none.
    pub approval_limit: Option<i64>,
    /// An organisation may be one person, so what it is called, and what tax offices and letters need, is sealed under the
    /// organisation's id.
    pub details: Personal<Details>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<BillingAddress>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BillingAddress {
    #[schema(min_length = 1, max_length = 200)]
    pub line1: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub line2: Option<String>,
    #[schema(min_length = 1, max_length = 100)]
    pub city: String,
    /// As the country writes it; left out where there are none.
    #[serde(default)]
    pub postal_code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub region: Option<String>,
    /// Two letters, ISO 3166-1: IE.
    pub country: String,
}

/// A closed organisation keeps its members, and nobody buys for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OrganisationStatus)]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    #[default]
    Open,
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub role: Role,
    /// Instead of the organisation's. An approver says yes up to it, too.
    pub approval_limit: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MemberRole)]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    Buyer,
    Approver,
    Admin,
}

impl BillingAddress {
    /// As it is kept.
    pub(crate) fn tidy(&self) -> Self {
        let postal_code = places::tidy_postal_code(&self.country, &self.postal_code);
        Self { postal_code, ..self.clone() }
    }
}

kernel::events! {
    pub enum OrganisationEvent {
        Made(Made) = ("organisation.made", 2),
        Changed(Changed) = ("organisation.changed", 2),
        MemberSet(MemberSet) = ("organisation.member_set", 1),
        MemberRemoved(MemberRemoved) = ("organisation.member_removed", 1),
        VatChecked(VatChecked) = ("organisation.vat_checked", 1),
    }
    upcast = up;
}

/// In the first schema it was called in clear what it is called. Of one that was erased since it is not told any more.
fn up(_: &str, _: i32, mut data: Value) -> Value {
    let name = data["terms"]["name"].take();
    if let Some(details) =
        data.pointer_mut("/terms/details/$personal/value").filter(|known| known.is_object())
    {
        details["name"] = name;
    }
    data
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    pub terms: Terms,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub terms: Terms,
    /// Whether what was known of its VAT number was known of another one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub vat_unchecked: bool,
}

/// Somebody is a member from now on, or in another way than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberSet {
    pub customer: Uuid,
    pub member: Member,
    /// Whether they were none before.
    pub new: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRemoved {
    pub customer: Uuid,
}

/// What the register said of its VAT number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VatChecked {
    pub registered: bool,
    pub at: Timestamp,
}

impl Aggregate for Organisation {
    const KIND: &'static str = "organisation";
    type Event = OrganisationEvent;

    fn apply(&mut self, event: &OrganisationEvent) {
        match event {
            OrganisationEvent::Made(Made { terms }) => self.terms = Some(terms.clone()),
            OrganisationEvent::Changed(Changed { terms, vat_unchecked }) => {
                self.terms = Some(terms.clone());
                self.vat = self.vat.filter(|_| !vat_unchecked);
            }
            OrganisationEvent::VatChecked(checked) => self.vat = Some(*checked),
            OrganisationEvent::MemberSet(MemberSet { customer, member, .. }) => {
                self.members.insert(*customer, *member);
            }
            OrganisationEvent::MemberRemoved(removed) => {
                self.members.remove(&removed.customer);
            }
        }
    }
}

pub struct Make(pub Terms);

pub struct Change(pub Terms);

pub struct SetMember {
    pub customer: Uuid,
    pub member: Member,
    /// The member who arranges it; nobody when the shop does.
    pub by: Option<Uuid>,
}

pub struct RemoveMember {
    pub customer: Uuid,
}

/// What the register answered about the VAT number that it has.
pub struct SayVat {
    pub registered: bool,
}

type Decision = Result<Vec<OrganisationEvent>, Refusal>;

impl Terms {
    pub(crate) fn vat_id(&self) -> Option<&str> {
        self.details.reveal()?.vat_id.as_deref()
    }
}

impl Organisation {
    fn vat_id(&self) -> Option<&str> {
        self.terms.as_ref()?.vat_id()
    }

    /// Whether this customer arranges things for the organisation.
    pub fn is_run_by(&self, customer: Uuid) -> bool {
        self.members.get(&customer).is_some_and(|member| member.role == Role::Admin)
    }

    /// Nobody lifts their own limit, or gives away more than they have.
    fn may_give(&self, by: Uuid, customer: Uuid, member: Member) -> Result<(), Refusal> {
        if by == customer {
            return Err(Refusal::OwnMembership);
        }
        let Some(limit) = self.members.get(&by).and_then(|own| own.approval_limit) else { return Ok(()) };
        let usual = self.terms.as_ref().and_then(|terms| terms.approval_limit);
        // Whoever says yes without a limit of their own says yes to any amount.
        let given = member.approval_limit.or(usual.filter(|_| member.role == Role::Buyer));
        match given {
            Some(given) if given <= limit => Ok(()),
            _ => Err(Refusal::BeyondOwnLimit { limit }),
        }
    }
}

impl Decide<Make> for Organisation {
    type Refusal = Refusal;

    fn decide(&self, command: &Make, _now: Timestamp) -> Decision {
        Ok(vec![Made { terms: command.0.clone() }.into()])
    }
}

impl Decide<Change> for Organisation {
    type Refusal = Refusal;

    fn decide(&self, command: &Change, _now: Timestamp) -> Decision {
        let terms = command.0.clone();
        if self.terms.as_ref() == Some(&terms) {
            return Ok(Vec::new());
        }
        let vat_unchecked = self.vat.is_some() && self.vat_id() != terms.vat_id();
        Ok(vec![Changed { terms, vat_unchecked }.into()])
    }
}

impl Decide<SayVat> for Organisation {
    type Refusal = Refusal;

    fn decide(&self, command: &SayVat, now: Timestamp) -> Decision {
        Ok(vec![VatChecked { registered: command.registered, at: now }.into()])
    }
}

impl Decide<SetMember> for Organisation {
    type Refusal = Refusal;

    fn decide(&self, command: &SetMember, _now: Timestamp) -> Decision {
        let SetMember { customer, member, by } = *command;
        let known = self.members.get(&customer);
        if known == Some(&member) {
            return Ok(Vec::new());
        }
        if let Some(by) = by {
            self.may_give(by, customer, member)?;
        }
        let new = known.is_none();
        if new && self.terms.as_ref().is_some_and(|terms| terms.status == Status::Closed) {
            return Err(Refusal::OrganisationClosed);
        }
        if new && self.members.len() >= MOST_MEMBERS {
            return Err(Refusal::OrganisationFull);
        }
        Ok(vec![MemberSet { customer, member, new }.into()])
    }
}

impl Decide<RemoveMember> for Organisation {
    type Refusal = Refusal;

    fn decide(&self, command: &RemoveMember, _now: Timestamp) -> Decision {
        let customer = command.customer;
        let known = self.members.contains_key(&customer);
        Ok(if known { vec![MemberRemoved { customer }.into()] } else { Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SubjectId;
    use kernel::aggregate::given;

    const NOW: Timestamp = Timestamp::from_micros(0);
    const ADA: Uuid = Uuid::from_u128(1);

    fn terms(status: Status) -> Terms {
        let details = Personal::new(SubjectId(Uuid::nil()), Details::default());
        Terms { status, purchase_order_required: false, approval_limit: None, details }
    }

    fn member(role: Role) -> Member {
        Member { role, approval_limit: Some(5000) }
    }

    #[test]
    fn what_an_organisation_was_called_in_clear_is_its_own() {
        let read = |details: Value| {
            let data = serde_json::json!({ "terms": {
                "name": "Quay Hotels", "status": "open", "purchase_order_required": false, "approval_limit": null,
                "details": { "$personal": { "subject": ADA, "value": details } },
            } });
            match <OrganisationEvent as kernel::Event>::decode("organisation.made", 1, &data.to_string())
                .unwrap()
            {
                OrganisationEvent::Made(made) => made.terms.details.reveal().cloned(),
                other => panic!("{other:?}"),
            }
        };
        let details = read(serde_json::json!({ "vat_id": "IE6388047V" })).unwrap();
        assert_eq!((details.name.as_str(), details.vat_id.as_deref()), ("Quay Hotels", Some("IE6388047V")));
        assert_eq!(read(Value::Null), None);
    }

    #[test]
    fn a_closed_organisation_takes_nobody_in_and_its_members_can_still_be_changed() {
        let closed = given::<Organisation>([
            Made { terms: terms(Status::Closed) }.into(),
            MemberSet { customer: ADA, member: member(Role::Buyer), new: true }.into(),
        ]);
        let new = SetMember { customer: Uuid::from_u128(2), member: member(Role::Buyer), by: None };
        assert_eq!(closed.when(&new, NOW), Err(Refusal::OrganisationClosed));
        let known = SetMember { customer: ADA, member: member(Role::Admin), by: None };
        assert_eq!(
            closed.when(&known, NOW),
            Ok(vec![MemberSet { customer: ADA, member: member(Role::Admin), new: false }.into()])
        );
    }

    #[test]
    fn whoever_arranges_things_gives_no_more_than_they_have_and_nothing_to_themselves() {
        let (bob, limited) =
            (Uuid::from_u128(2), Terms { approval_limit: Some(6000), ..terms(Status::Open) });
        let set = |customer, member| MemberSet { customer, member, new: true }.into();
        let known = given::<Organisation>([
            Made { terms: limited }.into(),
            set(ADA, member(Role::Admin)),
            set(bob, member(Role::Buyer)),
        ]);
        let give = |customer, role, approval_limit| {
            let member = Member { role, approval_limit };
            known.when(&SetMember { customer, member, by: Some(ADA) }, NOW).map(|events| events.len())
        };
        assert_eq!(give(ADA, Role::Admin, None), Err(Refusal::OwnMembership));
        assert_eq!(give(ADA, Role::Admin, Some(5000)), Ok(0), "nothing changes");
        assert_eq!(give(bob, Role::Approver, Some(5000)), Ok(1));
        for (role, limit) in [(Role::Buyer, Some(5001)), (Role::Buyer, None), (Role::Approver, None)] {
            assert_eq!(give(bob, role, limit), Err(Refusal::BeyondOwnLimit { limit: 5000 }));
        }
        let free =
            SetMember { customer: ADA, member: Member { role: Role::Admin, approval_limit: None }, by: None };
        assert_eq!(known.when(&free, NOW).map(|events| events.len()), Ok(1), "the shop may");
    }

    #[test]
    fn a_full_organisation_takes_nobody_in() {
        let mut full = given::<Organisation>([Made { terms: terms(Status::Open) }.into()]);
        for number in 0..MOST_MEMBERS as u128 {
            full.0.members.insert(Uuid::from_u128(number), member(Role::Buyer));
        }
        let one_more = SetMember { customer: Uuid::max(), member: member(Role::Buyer), by: None };
        assert_eq!(full.when(&one_more, NOW), Err(Refusal::OrganisationFull));
        let known = SetMember { customer: ADA, member: member(Role::Admin), by: None };
        assert_eq!(full.when(&known, NOW).map(|events| events.len()), Ok(1));
    }

    #[test]
    fn whoever_is_removed_twice_is_removed_once() {
        let set = MemberSet { customer: ADA, member: member(Role::Admin), new: true };
        let mut one = given::<Organisation>([Made { terms: terms(Status::Open) }.into(), set.into()]);
        assert!(one.0.is_run_by(ADA));
        let removed = one.when(&RemoveMember { customer: ADA }, NOW).unwrap();
        assert_eq!(removed.len(), 1);
        one.0.apply(&removed[0]);
        assert_eq!(one.when(&RemoveMember { customer: ADA }, NOW), Ok(Vec::new()));
        assert!(!one.0.is_run_by(ADA));
    }
}
