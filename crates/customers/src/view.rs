//! An organisation as it is shown.

use kernel::Currency;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::organisation::{BillingAddress, Member, Role, Status, Terms};
use crate::{Details, OrganisationId};

#[derive(Debug, Serialize, ToSchema)]
pub struct OrganisationView {
    #[schema(value_type = Uuid)]
    pub id: OrganisationId,
    pub name: String,
    #[schema(inline)]
    pub status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vat_id: Option<String>,
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
        terms: &Terms,
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
            billing_address,
            purchase_order_required,
            approval_limit,
            currency,
            members,
            version,
        }
    }
}
