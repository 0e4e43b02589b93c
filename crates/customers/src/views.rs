//! Organisations and segments as they are shown.

use kernel::{Currency, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::organisation::{BillingAddress, Member, Role, Status, Terms, VatChecked};
use crate::{Details, OrganisationId, SegmentId, SegmentTerms};

#[derive(Debug, Serialize, ToSchema)]
pub struct OrganisationView {
    #[schema(value_type = Uuid)]
    pub id: OrganisationId,
    pub name: String,
    #[schema(inline)]
    pub status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vat_id: Option<String>,
    /// What the register said of it, once it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(inline)]
    pub vat_check: Option<VatCheck>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<BillingAddress>,
    /// Whether every order needs a number of the organisation's own.
    pub purchase_order_required: bool,
    /// What a member may order without being asked; any amount when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub approval_limit: Option<i64>,
    pub currency: String,
    pub members: Vec<MemberView>,
    pub version: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct VatCheck {
    /// Whether the number is in use. If so, taxes with a reverse charge are the organisation's own to pay.
    pub registered: bool,
    #[schema(value_type = String, format = DateTime)]
    pub checked_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MemberView {
    pub customer_id: Uuid,
    #[schema(inline)]
    pub role: Role,
    /// Instead of the organisation's; an approver says yes up to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub approval_limit: Option<i64>,
    pub currency: String,
}

impl OrganisationView {
    pub fn of(
        id: OrganisationId,
        version: i64,
        (terms, vat): (&Terms, Option<VatChecked>),
        members: impl Iterator<Item = (Uuid, Member)>,
        currency: Currency,
    ) -> Self {
        let Terms { status, purchase_order_required, approval_limit, details } = terms.clone();
        let Details { name, vat_id, billing_address } = details.reveal().cloned().unwrap_or_default();
        let currency = currency.code().to_owned();
        let member = |(customer_id, member): (Uuid, Member)| MemberView {
            customer_id,
            role: member.role,
            approval_limit: member.approval_limit,
            currency: currency.clone(),
        };
        let members = members.map(member).collect();
        Self {
            id,
            name,
            status,
            vat_id,
            vat_check: vat.map(|VatChecked { registered, at }| VatCheck { registered, checked_at: at }),
            billing_address,
            purchase_order_required,
            approval_limit,
            currency,
            members,
            version,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SegmentView {
    #[schema(value_type = Uuid)]
    pub(crate) id: SegmentId,
    #[serde(flatten)]
    pub(crate) terms: SegmentTerms,
    pub(crate) version: i64,
}

impl SegmentView {
    pub(crate) fn of(id: SegmentId, version: i64, terms: SegmentTerms) -> Self {
        Self { id, terms, version }
    }
}
