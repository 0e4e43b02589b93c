//! A cart as it is shown: what is in it, what it costs today, and what an order of it still needs.

use std::collections::HashMap;

use catalog::stock::StockReading;
use catalog::{OfferBy, VariantId};
use kernel::{FieldProblem, Problem, Timestamp, boxed};
use serde::Serialize;
use store::Tenant;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Ports;
use crate::cart::Contact;
use crate::cart::queries::{CartState, KeptCart};
use crate::order::{Address, Line};
use crate::ports::buyers::OrganisationFacts;
use crate::problems::CART_UNFINISHED;
use crate::till::{Receipt, Wanted};
use crate::views::BillView;

#[derive(Serialize, ToSchema)]
pub struct CartView {
    pub id: Uuid,
    pub state: CartState,
    /// For whom it is bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<CartOrganisation>,
    /// Whether somebody else must say yes before it is ordered.
    pub needs_approval: bool,
    /// Why somebody said no when they were asked last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decline_reason: Option<String>,
    /// What was made of it: an order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Uuid>,
    /// Where what was in it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<Uuid>,
    /// Whether the shop put it together: what is in it stays as it is.
    pub draft: bool,
    pub currency: String,
    pub lines: Vec<CartLine>,
    #[serde(flatten)]
    pub contact: Contact,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_option_id: Option<Uuid>,
    /// How it can be delivered; empty until there is an address.
    pub delivery_options: Vec<DeliveryChoice>,
    pub codes: Vec<String>,
    /// What became of each promotion and each code.
    pub promotions: Vec<PromotionLine>,
    pub bill: BillView,
    /// What is to be said of its taxes, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_note: Option<&'static str>,
    /// What an order of it still needs; it can be ordered when this is empty.
    pub missing: Vec<Missing>,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    pub version: i64,
}

/// The organisation that a cart is bought for.
#[derive(Serialize, ToSchema)]
pub struct CartOrganisation {
    pub id: Uuid,
    pub name: String,
    /// Whether it needs a number of the organisation's own.
    pub purchase_order_required: bool,
}

#[derive(Serialize, ToSchema)]
pub struct CartLine {
    /// Its number in the bill; absent when it is not sold any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    #[schema(value_type = Uuid)]
    pub variant_id: VariantId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_id: Option<Uuid>,
    pub sku: String,
    pub title: String,
    pub quantity: i64,
    /// In minor units.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub unit_price: i64,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub total: i64,
    /// What keeps it from being ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shortage: Option<Shortage>,
    /// The same for a person, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Why a line cannot be ordered as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Shortage {
    NotSold,
    SoldOut,
    Few { available: i64 },
}

#[derive(Serialize, ToSchema)]
pub struct DeliveryChoice {
    pub id: Uuid,
    pub name: String,
    pub takes: String,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub price: i64,
    /// What is to be said of the price, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
}

#[derive(Serialize, ToSchema)]
pub struct PromotionLine {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promotion_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What the shop calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub applied: bool,
    /// What became of it: applied, unknown_code, not_yet, over, used_up, used_by_customer, first_order_only, no_destination,
    /// no_shipping, too_few_pieces, too_little, outdone and the like.
    pub outcome: &'static str,
    /// How many pieces more it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_quantity: Option<i64>,
    /// What more it takes in the cart, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub missing_amount: Option<i64>,
    /// What it takes off.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub amount: i64,
    /// Why, or why not, in a sentence.
    pub text: String,
}

/// Something that an order still needs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Missing {
    pub pointer: String,
    pub detail: String,
}

/// A cart with what it comes to at this moment.
pub struct Priced {
    pub kept: KeptCart,
    pub receipt: Receipt,
    stocks: HashMap<VariantId, i64>,
}

impl Priced {
    /// By what is true now: somebody is shown it, or agreed to what they were shown.
    #[boxed]
    pub async fn new(
        tenant: &Tenant,
        ports: &Ports,
        kept: KeptCart,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        Self::by(tenant, ports, kept, now, true).await
    }

    /// The same; without `afresh` by the prices and rules that this node remembers, for whoever holds their work to them.
    pub(super) async fn by(
        tenant: &Tenant,
        ports: &Ports,
        kept: KeptCart,
        now: Timestamp,
        afresh: bool,
    ) -> Result<Self, Problem> {
        let lines: Vec<(OfferBy, i64)> =
            kept.lines.iter().map(|(variant, quantity)| (OfferBy::Variant(*variant), *quantity)).collect();
        let wanted = Wanted {
            lines: &lines,
            codes: &kept.codes,
            delivery: kept.delivery,
            to: kept.contact.shipping_address.as_ref(),
            customer: Some(kept.subject.uuid()),
            buyer: kept.buyer(),
            currency: kept.currency,
            now,
            first: 1,
            promoted: true,
            agreed: kept.draft.as_ref().map(|draft| &draft.agreed),
        };
        let variants: Vec<VariantId> = kept.lines.iter().map(|(variant, _)| *variant).collect();
        let mut stocks = StockReading::new(&variants, now);
        let receipt = Receipt::ring_up_beside(tenant, ports, &wanted, afresh, Some(&mut stocks)).await?;
        Ok(Self { kept, receipt, stocks: stocks.sellable })
    }

    /// The organisation that must say yes before this is ordered: it costs more than the buyer may order unasked.
    pub fn approved_by(&self) -> Option<Uuid> {
        let organisation = self.receipt.standing.organisation.as_ref()?;
        let beyond = organisation.limit.is_some_and(|limit| self.receipt.ledger().total() > limit);
        beyond.then_some(organisation.id)
    }

    /// Refuses to order what is not whole.
    pub fn must_be_whole(&self) -> Result<(), Problem> {
        self.must_be_whole_but("")
    }

    /// The same, but for what is said at one place.
    pub fn must_be_whole_but(&self, pointer: &str) -> Result<(), Problem> {
        let missing: Vec<Missing> =
            self.missing().into_iter().filter(|missing| missing.pointer != pointer).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let fields = missing.into_iter().map(|Missing { pointer, detail }| FieldProblem { pointer, detail });
        let Problem { detail, fields, .. } = Problem::invalid(fields.collect());
        Err(Problem { fields, ..CART_UNFINISHED.says(detail) })
    }

    /// Who orders and where it goes, once nothing is missing.
    pub fn person(&self) -> crate::Person {
        let Contact {
            email, name, phone, company, shipping_address, billing_address, purchase_order, ..
        } = self.kept.contact.clone();
        crate::Person {
            name: name.unwrap_or_default(),
            email: email.unwrap_or_default(),
            email_index: None,
            phone,
            address: shipping_address.unwrap_or_else(Address::nowhere),
            billing_address,
            company,
            purchase_order,
        }
    }

    fn missing(&self) -> Vec<Missing> {
        let mut missing = Vec::new();
        let mut need = |holds: bool, pointer: &str, detail: &str| {
            if !holds {
                missing.push(Missing { pointer: pointer.to_owned(), detail: detail.to_owned() });
            }
        };
        let contact = &self.kept.contact;
        need(!self.kept.lines.is_empty(), "/lines", "put something into the cart");
        need(contact.email.is_some(), "/email", "give an e-mail address");
        need(contact.name.is_some(), "/name", "give a name");
        need(contact.shipping_address.is_some(), "/shipping_address", "give an address");
        let organisation = self.receipt.standing.organisation.as_ref();
        let numbered = self.kept.contact.purchase_order.is_some();
        let asks = organisation.is_some_and(|known| known.purchase_order_required);
        need(
            numbered || !asks,
            "/purchase_order",
            "give the purchase order's number; your organisation needs one",
        );
        let to = contact.shipping_address.as_ref();
        if let Some((pointer, detail)) = to.and_then(|to| self.receipt.undelivered(to)) {
            need(false, pointer, detail);
        }
        for (n, (variant, quantity)) in self.kept.lines.iter().enumerate() {
            if let Some(shortage) = self.shortage(n, *variant, *quantity) {
                need(false, &format!("/lines/{n}/quantity"), &shortage.to_string());
            }
        }
        missing
    }

    fn shortage(&self, n: usize, variant: VariantId, quantity: i64) -> Option<Shortage> {
        if self.receipt.unsold.contains(&n) {
            return Some(Shortage::NotSold);
        }
        match self.stocks.get(&variant).copied().unwrap_or(0) {
            0 => Some(Shortage::SoldOut),
            available if available < quantity => Some(Shortage::Few { available }),
            _ => None,
        }
    }

    pub fn view(&self) -> CartView {
        let KeptCart { contact, .. } = &self.kept;
        let open = matches!(self.kept.state, CartState::Open | CartState::AwaitingApproval);
        let choices = contact.shipping_address.as_ref().map(|to| self.receipt.deliveries(to));
        let leads_to = |state: CartState| self.kept.leads_to.filter(|_| self.kept.state == state);
        CartView {
            id: self.kept.id.uuid(),
            state: self.kept.state,
            organisation: self.receipt.standing.organisation.as_ref().map(CartOrganisation::of),
            needs_approval: self.approved_by().is_some(),
            decline_reason: self.kept.decline_reason.clone(),
            order_id: leads_to(CartState::Ordered),
            merged_into: leads_to(CartState::Merged),
            draft: self.kept.draft.is_some(),
            currency: self.kept.currency.code().to_owned(),
            lines: self.kept.lines.iter().enumerate().map(|(n, line)| self.line(n, *line)).collect(),
            contact: contact.clone(),
            delivery_option_id: self.kept.delivery,
            delivery_options: choices.unwrap_or_default().into_iter().map(choice).collect(),
            codes: self.kept.codes.clone(),
            promotions: self.receipt.priced.explained.iter().map(PromotionLine::of).collect(),
            bill: BillView::of(self.receipt.ledger(), &self.receipt.words),
            tax_note: self.receipt.tax_note,
            missing: if open { self.missing() } else { Vec::new() },
            opened_at: self.kept.opened_at,
            updated_at: self.kept.updated_at,
            version: self.kept.version,
        }
    }

    fn line(&self, n: usize, (variant, quantity): (VariantId, i64)) -> CartLine {
        let lines = &self.receipt.lines;
        let shortage = self.shortage(n, variant, quantity);
        let problem = shortage.map(|shortage| shortage.to_string());
        let Some(at) = lines.iter().position(|line| line.variant == variant) else {
            return CartLine {
                number: None,
                variant_id: variant,
                product_id: None,
                sku: String::new(),
                title: String::new(),
                quantity,
                unit_price: 0,
                total: 0,
                shortage,
                problem,
            };
        };
        let Line { product, sku, title, unit_price, .. } = &lines[at];
        CartLine {
            number: u32::try_from(at + 1).ok(),
            variant_id: variant,
            product_id: Some(product.uuid()),
            sku: sku.clone(),
            title: title.clone(),
            quantity,
            unit_price: unit_price.amount,
            total: unit_price.amount.saturating_mul(quantity),
            shortage,
            problem,
        }
    }
}

impl CartOrganisation {
    fn of(known: &OrganisationFacts) -> Self {
        let OrganisationFacts { id, name, purchase_order_required, .. } = known;
        Self { id: *id, name: name.clone(), purchase_order_required: *purchase_order_required }
    }
}

impl std::fmt::Display for Shortage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotSold => f.write_str("this is not sold any more; take it out"),
            Self::SoldOut => f.write_str("this is sold out; take it out"),
            Self::Few { available } => write!(f, "only {available} are left; take fewer"),
        }
    }
}

impl PromotionLine {
    fn of(known: &pricing::Explanation) -> Self {
        let (missing_quantity, missing_amount) = match known.outcome {
            pricing::Outcome::TooFewPieces { missing } => (Some(missing), None),
            pricing::Outcome::TooLittle { missing } => (None, Some(missing)),
            _ => (None, None),
        };
        Self {
            name: known.name.clone(),
            outcome: known.outcome.code(),
            missing_quantity,
            missing_amount,
            promotion_id: known.promotion.map(|id| id.uuid()),
            code: known.code.clone(),
            applied: known.outcome == pricing::Outcome::Applied,
            amount: known.amount,
            text: known.text.clone(),
        }
    }
}

fn choice(
    (option, price, note): (crate::rules::DeliveryOption, i64, Option<&'static str>),
) -> DeliveryChoice {
    DeliveryChoice { id: option.id, name: option.terms.name, takes: option.terms.takes, price, note }
}
