//! The request body of a draft order.

use catalog::VariantId;
use kernel::{Check, Currency, Doubts, Percentage, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::agreement::{Agreed, OwnDelivery, OwnDiscount, OwnPrice};
use crate::checkout::CartDetails;
use crate::inputs::{NewAddress, NewLine};

/// A discount of more than so many percent is asked about.
pub(crate) const USUAL: u32 = 80;

/// What a shop puts together, for whom, and at which prices. Reasons and texts are read on the bill, as long as
/// whoever it is for is known.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDraft {
    /// A customer that the shop knows by their account.
    #[serde(default)]
    pub(super) customer_id: Option<Uuid>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[serde(default)]
    #[schema(min_length = 3, max_length = 40)]
    phone: Option<String>,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    company: Option<String>,
    #[serde(default)]
    shipping_address: Option<NewAddress>,
    /// The shipping address when left out.
    #[serde(default)]
    billing_address: Option<NewAddress>,
    /// Each of another thing.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub(super) lines: Vec<DraftLine>,
    /// Off the whole, after prices of its own.
    #[serde(default)]
    discount: Option<NewDiscount>,
    /// One of the shop's ways of delivery.
    #[serde(default)]
    pub(super) delivery_option_id: Option<Uuid>,
    /// Instead of one of the shop's.
    #[serde(default)]
    delivery: Option<OwnDelivery>,
    /// A number of the customer's own, for their books.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    purchase_order: Option<String>,
    /// Kept with the order.
    #[serde(default)]
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// The shop's own: a draft is in no other.
    #[serde(default)]
    currency: Option<String>,
    /// Whether what is improbable is meant, such as a discount of 90%.
    #[serde(default)]
    sure: bool,
}

/// A variant, by its id or its SKU, how many, and at what price if not at the list's.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftLine {
    #[schema(value_type = Option<Uuid>)]
    variant_id: Option<VariantId>,
    sku: Option<String>,
    #[schema(minimum = 1, maximum = 10_000, extensions(("x-write" = json!("how many of it, 1 to 10,000"))))]
    quantity: i64,
    /// What a piece costs, in minor units; what the price list says, when left out.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64, extensions(("x-money" = json!("currency")), ("x-write" = json!("it in minor units, 0 to 1,000,000,000,000"))))]
    unit_price: Option<i64>,
    /// Why it costs that, for the bill.
    #[serde(default)]
    #[schema(max_length = 100)]
    reason: Option<String>,
}

/// What is taken off the whole, after prices of its own: an amount, or a part of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDiscount {
    /// In minor units; never more than everything costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64, extensions(("x-money" = json!("currency")), ("x-write" = json!("it in minor units, 0 to 1,000,000,000,000"))))]
    amount: Option<i64>,
    /// Instead of an amount, with its sign: "12.5%".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "12.5%")]
    off: Option<Percentage>,
    /// As the bill says it.
    #[schema(min_length = 1, max_length = 100, extensions(("x-write" = json!("what it is for, in 1 to 100 letters"))))]
    text: String,
}

impl NewDiscount {
    pub(super) fn of(own: &OwnDiscount) -> Self {
        let off = own.basis_points.map(Percentage::of_basis_points);
        Self { amount: own.amount, off, text: own.text.clone() }
    }

    fn own(&self) -> OwnDiscount {
        let basis_points = self.off.and_then(Percentage::basis_points);
        OwnDiscount { amount: self.amount, basis_points, text: self.text.clone() }
    }

    fn check(&self, check: &mut Check) {
        let one = self.amount.is_some() != self.off.is_some();
        check.that(one, "/discount", "say an amount or off, and not both");
        let part = self.off.is_none_or(|off| off.basis_points().is_some_and(|points| points <= 10_000));
        check.that(part, "/discount/off", "up to 100%, with at most two digits behind the point");
    }
}

impl NewDraft {
    /// Everything that is wrong with it, at once.
    pub(super) fn check(&self, own: Currency) -> Result<(), Problem> {
        self.details().check()?;
        let mut check = Check::default();
        let same = self.currency.as_ref().is_none_or(|currency| currency == own.code());
        check.that(same, "/currency", format!("a draft is in {own}, as the shop is"));
        for (n, line) in self.lines.iter().enumerate() {
            line.line().check(&format!("/lines/{n}"), &mut check);
        }
        if let Some(discount) = &self.discount {
            discount.check(&mut check);
        }
        let one = self.delivery.is_none() || self.delivery_option_id.is_none();
        check.that(one, "/delivery", "choose a way of delivery or make one, and not both");
        check.done()?;
        let mut doubts = Doubts::default();
        if let Some(off) = self.discount.as_ref().and_then(|discount| discount.off) {
            let much = format!("it takes off {off}, which is more than {USUAL}%");
            doubts.that(!off.is_above(USUAL), "/discount/off", much);
        }
        doubts.done(self.sure)
    }

    /// Of the lines as they were found, each in its place.
    pub(super) fn agreed(&self, named: &[(VariantId, i64)]) -> Agreed {
        let prices = self.lines.iter().zip(named).filter_map(|(line, (variant, _))| {
            let reason = line.reason.as_deref().unwrap_or_default().trim().to_owned();
            Some(OwnPrice { variant: *variant, unit_price: line.unit_price?, reason })
        });
        let discount = self.discount.as_ref().map(NewDiscount::own);
        let delivery = self.delivery.clone();
        Agreed { prices: prices.collect(), discount, delivery }
    }

    pub(super) fn details(&self) -> CartDetails {
        CartDetails {
            email: self.email.clone(),
            name: self.name.clone(),
            phone: self.phone.clone(),
            company: self.company.clone(),
            shipping_address: self.shipping_address.clone(),
            billing_address: self.billing_address.clone(),
            purchase_order: self.purchase_order.clone(),
            note: self.note.clone(),
            ..CartDetails::default()
        }
    }
}

impl DraftLine {
    pub(super) fn line(&self) -> NewLine {
        NewLine { variant_id: self.variant_id, sku: self.sku.clone(), quantity: self.quantity }
    }
}
