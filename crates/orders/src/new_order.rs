//! An order as somebody asks for it, and what it comes to.

use catalog::OfferBy;
use kernel::{Check, Currency, Problem, SubjectId, Timestamp, boxed};
use serde::Deserialize;
use store::Tenant;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::inputs::{NewAddress, NewLine};
use crate::order::Person;
use crate::till::{Receipt, Wanted};
use crate::use_cases::Buyer;
use crate::{Ports, Refusal};

/// What is ordered, by whom, and where it goes.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    pub customer: NewCustomer,
    pub shipping_address: NewAddress,
    #[schema(min_items = 1, max_items = 200)]
    pub lines: Vec<NewLine>,
    #[schema(max_length = 2000)]
    pub note: Option<String>,
    /// The shipping address when left out.
    #[serde(default)]
    pub billing_address: Option<NewAddress>,
    /// What the customer typed to pay less.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub codes: Vec<String>,
    #[serde(default)]
    pub delivery_option_id: Option<Uuid>,
    /// A number of the customer's own, for their books.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub purchase_order: Option<String>,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomer {
    /// The customer's id; left out for a guest.
    pub id: Option<Uuid>,
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    pub email: String,
    #[schema(min_length = 3, max_length = 40)]
    pub phone: Option<String>,
}

impl NewOrder {
    /// Everything that is wrong with it beside the limits of its schema, at once.
    pub fn check(&self) -> Result<(), Problem> {
        let mut check = Check::default();
        check.that(
            kernel::is_email(&self.customer.email),
            "/customer/email",
            "write an e-mail address as name@example.com",
        );
        self.shipping_address.check("/shipping_address", &mut check);
        if let Some(address) = &self.billing_address {
            address.check("/billing_address", &mut check);
        }
        for (n, line) in self.lines.iter().enumerate() {
            line.check(&format!("/lines/{n}"), &mut check);
        }
        check.done()
    }

    /// What it comes to. A line that is not sold, and a way of delivery that does not go there, is refused.
    #[boxed]
    pub async fn ring_up(
        &self,
        tenant: &Tenant,
        ports: &Ports,
        currency: Currency,
        now: Timestamp,
        afresh: bool,
    ) -> Result<Receipt, Problem> {
        let lines: Vec<(OfferBy, i64)> = self.lines.iter().map(|line| (line.by(), line.quantity)).collect();
        let to = self.shipping_address.address();
        let wanted = Wanted {
            lines: &lines,
            codes: &self.codes,
            delivery: self.delivery_option_id,
            to: Some(&to),
            customer: self.customer.id,
            buyer: self.customer.id,
            currency,
            now,
            first: 1,
            promoted: true,
            agreed: None,
        };
        let receipt = Receipt::ring_up(tenant, ports, &wanted, afresh).await?;
        receipt.must_be_sold(|n| format!("/lines/{n}/{}", self.lines[n].named_by()))?;
        let mut check = Check::default();
        check.that(!receipt.misdirected, "/delivery_option_id", "choose a way of delivery that goes there");
        check.done()?;
        Ok(receipt)
    }

    /// Refuses what a member of an organisation may not order in this way.
    pub(crate) fn must_be_theirs_alone(&self, receipt: &Receipt) -> Result<(), Problem> {
        let Some(organisation) = &receipt.standing.organisation else { return Ok(()) };
        let mut check = Check::default();
        let numbered = !organisation.purchase_order_required || self.purchase_order.is_some();
        check.that(
            numbered,
            "/purchase_order",
            "give the purchase order's number; your organisation needs one",
        );
        check.done()?;
        match organisation.limit {
            Some(limit) if receipt.ledger().total() > limit => Err(Refusal::ApprovalNeeded { limit }.into()),
            _ => Ok(()),
        }
    }

    /// Who orders: a customer, or somebody made up for a guest.
    pub fn buyer(&self) -> Buyer {
        let Self { customer, shipping_address, note, purchase_order, .. } = self;
        let address = shipping_address.address();
        let billing = self.billing_address.as_ref().map(NewAddress::address);
        let person = Person {
            name: customer.name.clone(),
            email: customer.email.clone(),
            email_index: None,
            phone: customer.phone.clone(),
            billing_address: billing.filter(|billing| *billing != address),
            address,
            company: None,
            purchase_order: purchase_order.clone(),
        };
        let subject = customer.id.map_or_else(SubjectId::new, SubjectId);
        Buyer { subject, person, note: note.clone(), cart: None, approved_by: None }
    }
}
