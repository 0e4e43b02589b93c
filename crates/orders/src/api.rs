//! The routes of orders.

use axum::Extension;
use catalog::{OfferBy, VariantId};
use edge::{Answer, AsOf, Command, Cursor, Filter, Id, NoBody, Page, Routes, Shop};
use kernel::{Check, Currency, Problem, SubjectId, Timestamp, Word, within};
use places::{check_address, tidy_postal_code};
use serde::Deserialize;
use store::{Of, Tenant, Work};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;

use crate::after_api::{self, act};
use crate::cart::{self, MOST_CODES, MOST_LINES, MOST_OF_A_THING};
use crate::order::{Address, Person, Status};
use crate::queries::{self, Listed, OrderSummary, OrderView};
use crate::till::{Receipt, Wanted};
use crate::works::{self, Buyer, Moved, PRICES_CHANGED};
use crate::{OrderId, Ports, Refusal, rules, unpaid};

/// How often a basket is priced again when prices change under it.
pub const TRIES: usize = 3;

pub fn routes(ports: Ports) -> Routes {
    Routes::new()
        .routes(routes!(list_orders, place_order))
        .routes(routes!(read_order, cancel_order))
        .routes(routes!(set_status))
        .merge(after_api::routes())
        .merge(cart::api::routes())
        .merge(rules::api::routes())
        .layer(Extension(ports))
}

/// What is ordered, by whom, and where it goes.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    pub customer: NewCustomer,
    pub shipping_address: NewAddress,
    /// 1 to 200 lines.
    pub lines: Vec<NewLine>,
    pub note: Option<String>,
    /// The shipping address when left out.
    #[serde(default)]
    pub billing_address: Option<NewAddress>,
    /// What the customer typed to pay less.
    #[serde(default)]
    pub codes: Vec<String>,
    #[serde(default)]
    pub delivery_option_id: Option<Uuid>,
    /// A number of the customer's own, for their books.
    #[serde(default)]
    pub purchase_order: Option<String>,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomer {
    /// The customer's id; left out for a guest.
    pub id: Option<Uuid>,
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAddress {
    pub line1: String,
    pub line2: Option<String>,
    pub city: String,
    /// As the country writes it; left out where there are none.
    #[serde(default)]
    pub postal_code: String,
    pub region: Option<String>,
    /// Two letters, ISO 3166-1: IE.
    pub country: String,
}

/// A variant, by its id or its SKU, and how many.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    #[schema(value_type = Option<Uuid>)]
    pub variant_id: Option<VariantId>,
    pub sku: Option<String>,
    /// 1 to 10,000.
    pub quantity: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewStatus {
    #[schema(inline)]
    status: Status,
    /// For the history.
    reason: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListOrders {
    #[param(inline)]
    status: Option<Status>,
    customer_id: Option<Uuid>,
    email: Option<String>,
    /// By what a person names it.
    number: Option<i64>,
    /// Placed at or after: 2026-05-03T14:00:00Z.
    #[param(value_type = Option<String>, format = DateTime)]
    placed_from: Option<Timestamp>,
    /// Placed before.
    #[param(value_type = Option<String>, format = DateTime)]
    placed_to: Option<Timestamp>,
    /// As it was then: 2026-05-03T14:00:00Z, or a position of the log.
    as_of: Option<String>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Places an order: reserves every line and keeps the order, or does neither.
#[utoipa::path(post, path = "/api/v1/orders", tag = "orders", request_body = NewOrder,
    responses((status = 201, description = "Placed; Location says where.", body = OrderView)),
    security(("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn place_order(Extension(ports): Extension<Ports>, mut ask: Command<NewOrder>) -> Answer {
    ask.body.check()?;
    if let Some(own) = ask.shop.own() {
        let mut check = Check::default();
        let customer = &mut ask.body.customer.id;
        check.that(customer.is_none_or(|id| id == own), "/customer/id", "you can order for yourself only");
        check.done()?;
        *customer = Some(own);
    }
    let (shop, id) = (&ask.shop, OrderId::new());
    for tried in 1.. {
        let receipt = ask.body.ring_up(&shop.tenant, &ports, shop.record.currency, shop.now, tried > 1).await;
        let receipt = receipt.and_then(|receipt| {
            // Who works here may agree on anything else with a customer.
            if ask.shop.own().is_some() {
                let mut check = Check::default();
                if let Some((pointer, detail)) = receipt.undelivered(&ask.body.shipping_address.address()) {
                    check.that(false, pointer, detail);
                }
                check.done()?;
                receipt.must_be_few(|n| format!("/lines/{n}/quantity"))?;
                ask.body.must_be_theirs_alone(&receipt)?;
            }
            Ok(receipt)
        });
        // What was remembered of the catalog and the rules may be why.
        if receipt.is_err() && tried == 1 {
            continue;
        }
        if let Ok(receipt) = &receipt {
            unpaid::watch(&shop.tenant, receipt, shop.now).await?;
        }
        let work = receipt.map(|receipt| works::place_order(id, ask.body.buyer(), &receipt));
        let answer = ask.run(Work::or_refuse(work)).await;
        match answer {
            Err(refused) if refused.0.code == PRICES_CHANGED && tried < TRIES => {}
            answer => return answer,
        }
    }
    Err(Problem::bug().into())
}

/// Lists orders, newest first.
#[utoipa::path(get, path = "/api/v1/orders", tag = "orders", params(ListOrders),
    responses((status = 200, description = "A page of orders.", body = Page<OrderSummary>)),
    security(("staff" = ["orders:read"]), ("customer" = ["orders:read"])))]
async fn list_orders(shop: Shop, Filter(asked): Filter<ListOrders>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let listed = Listed {
        own: shop.own(),
        status: asked.status.map(|status| status.as_str().to_owned()),
        customer_id: asked.customer_id,
        email: asked.email,
        number: asked.number,
        placed_from: asked.placed_from,
        placed_to: asked.placed_to,
        as_of: asked.as_of,
    };
    let below = asked.cursor.map_or(Ok(Uuid::max()), |cursor| Cursor::decode("orders", &listed, &cursor))?;
    let tenant = shop.as_of(listed.as_of.as_deref(), Of::Kinds(&["order"])).await?;
    let orders = queries::orders(&tenant, &listed, below, limit + 1).await?;
    shop.list(&Page::cut(orders, limit, |last| Cursor::encode("orders", &listed, &last.id)))
}

/// Reads an order with its lines and its history.
#[utoipa::path(get, path = "/api/v1/orders/{id}", tag = "orders", params(("id" = Uuid, Path), AsOf),
    responses((status = 200, description = "The order.", body = OrderView)),
    security(("staff" = ["orders:read"]), ("customer" = ["orders:read"])))]
async fn read_order(shop: Shop, Id(id): Id<OrderId>, Filter(asked): Filter<AsOf>) -> Answer {
    let tenant = shop.as_of(asked.as_of.as_deref(), Of::Stream(id.uuid())).await?;
    let order = queries::order_of(&tenant, id, shop.own()).await?;
    shop.one(&order, order.summary.version)
}

/// Moves an order on: confirmed, packed, shipped, delivered; or cancelled before anything of it is sent.
///
/// Shipped sends everything that has not been sent yet, as one parcel without a carrier; delivered says that every parcel
/// has arrived. Of partly_shipped and returned the parcels and returns speak by themselves.
#[utoipa::path(put, path = "/api/v1/orders/{id}/status", tag = "orders", params(("id" = Uuid, Path)), request_body = NewStatus,
    responses((status = 200, description = "It is so now.", body = Moved)),
    security(("staff" = ["orders:write"])))]
async fn set_status(Id(id): Id<OrderId>, ask: Command<NewStatus>) -> Answer {
    let mut check = Check::default();
    check.that(
        ask.body.reason.as_ref().is_none_or(|reason| within(reason, 1, 500)),
        "/reason",
        "give a reason of 1 to 500 letters, or none",
    );
    check.done()?;
    act(&ask, id, async |before| {
        works::advance_order(id, &before, ask.if_match, ask.body.status, ask.body.reason.clone())
    })
    .await
}

/// Cancels an order; what was reserved for it can be ordered again, and what was paid for it is to be paid back.
#[utoipa::path(delete, path = "/api/v1/orders/{id}", tag = "orders", params(("id" = Uuid, Path)),
    responses((status = 200, description = "It is cancelled.", body = Moved)),
    security(("staff" = ["orders:write"]), ("customer" = ["orders:cancel"])))]
async fn cancel_order(Id(id): Id<OrderId>, ask: Command<NoBody>) -> Answer {
    act(&ask, id, async |before| works::advance_order(id, &before, ask.if_match, Status::Cancelled, None))
        .await
}

impl NewOrder {
    /// Everything that is wrong with it, at once.
    pub fn check(&self) -> Result<(), Problem> {
        let mut check = Check::default();
        let customer = &self.customer;
        check.that(within(&customer.name, 1, 200), "/customer/name", "give a name of 1 to 200 letters");
        check.that(
            kernel::is_email(&customer.email),
            "/customer/email",
            "write an e-mail address as name@example.com",
        );
        let phone = customer.phone.as_ref().is_none_or(|phone| within(phone, 3, 40));
        check.that(phone, "/customer/phone", "write a phone number of 3 to 40 signs, or none");
        self.shipping_address.check("/shipping_address", &mut check);
        if let Some(address) = &self.billing_address {
            address.check("/billing_address", &mut check);
        }
        check.that(self.codes.len() <= MOST_CODES, "/codes", "an order takes at most 20 codes");
        let number = self.purchase_order.as_ref().is_none_or(|number| within(number, 1, 100));
        check.that(number, "/purchase_order", "write it with 1 to 100 letters, or leave it out");
        check.that(
            self.note.as_ref().is_none_or(|note| within(note, 0, 2000)),
            "/note",
            "a note has at most 2,000 letters",
        );
        check.that((1..=MOST_LINES).contains(&self.lines.len()), "/lines", "an order has 1 to 200 lines");
        for (n, line) in self.lines.iter().enumerate() {
            line.check(&format!("/lines/{n}"), &mut check);
        }
        check.done()
    }

    /// What it comes to. A line that is not sold, and a way of delivery that does not go there, is refused.
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
    fn must_be_theirs_alone(&self, receipt: &Receipt) -> Result<(), Problem> {
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

impl NewAddress {
    pub(crate) fn check(&self, at: &str, check: &mut Check) {
        let field = |name| format!("{at}/{name}");
        check.that(
            within(&self.line1, 1, 200),
            field("line1"),
            "give street and number, in 1 to 200 letters",
        );
        check.that(
            self.line2.as_ref().is_none_or(|line| within(line, 0, 200)),
            field("line2"),
            "at most 200 letters",
        );
        check.that(within(&self.city, 1, 100), field("city"), "give a city of 1 to 100 letters");
        check.that(
            self.region.as_ref().is_none_or(|region| within(region, 0, 100)),
            field("region"),
            "at most 100 letters",
        );
        check_address(check, at, &self.country, &self.postal_code);
    }

    pub(crate) fn address(&self) -> Address {
        Address {
            line1: self.line1.clone(),
            line2: self.line2.clone(),
            city: self.city.clone(),
            postal_code: tidy_postal_code(&self.country, &self.postal_code),
            region: self.region.clone(),
            country: self.country.clone(),
        }
    }
}

impl From<&Address> for NewAddress {
    fn from(known: &Address) -> Self {
        Self {
            line1: known.line1.clone(),
            line2: known.line2.clone(),
            city: known.city.clone(),
            postal_code: known.postal_code.clone(),
            region: known.region.clone(),
            country: known.country.clone(),
        }
    }
}

impl NewLine {
    pub(crate) fn check(&self, at: &str, check: &mut Check) {
        let some = (1..=MOST_OF_A_THING).contains(&self.quantity);
        check.that(some, format!("{at}/quantity"), "order 1 to 10,000 of a thing");
        let named = self.variant_id.is_some() != self.sku.is_some();
        check.that(
            named,
            format!("{at}/variant_id"),
            "name the variant by variant_id or by sku, and not by both",
        );
    }

    pub(crate) fn by(&self) -> OfferBy {
        match (&self.variant_id, &self.sku) {
            (Some(id), _) => OfferBy::Variant(*id),
            (None, sku) => OfferBy::Sku(sku.clone().unwrap_or_default()),
        }
    }

    pub(crate) fn named_by(&self) -> &'static str {
        if self.variant_id.is_some() { "variant_id" } else { "sku" }
    }
}
