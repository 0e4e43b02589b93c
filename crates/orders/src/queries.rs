//! SQL in, plain structs out.

use catalog::{ProductId, VariantId};
use kernel::{Personal, Problem, Timestamp, args};
use pricing::{Ledger, PromotionId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Failure, Row, Select, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::bill::BillView;
use crate::order::{Address, ChosenDelivery, Status};
use crate::projector::Details;
use crate::{CartId, OrderId, Place};

/// An order in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderSummary {
    #[schema(value_type = Uuid)]
    pub id: OrderId,
    /// By what a person names it; orders from before there were numbers have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    #[schema(value_type = Status)]
    pub status: String,
    pub customer: CustomerView,
    pub currency: String,
    /// In minor units.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub total: i64,
    /// How many things were ordered.
    pub items: i64,
    #[schema(value_type = String)]
    pub placed_at: Timestamp,
    #[schema(value_type = String)]
    pub updated_at: Timestamp,
    pub version: i64,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerView {
    pub id: Uuid,
    pub name: String,
    pub email: String,
}

/// An order, whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderView {
    #[serde(flatten)]
    pub summary: OrderSummary,
    #[serde(flatten)]
    #[schema(value_type = DetailsView)]
    pub details: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purchase_order: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<ChosenDelivery>,
    /// The cart that was ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub cart_id: Option<CartId>,
    pub lines: Vec<LineView>,
    /// What it costs, and why; orders from before there were promotions and taxes cost what their lines cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill: Option<BillView>,
    pub history: Vec<StepView>,
    /// The promotions whose uses it counted towards.
    #[serde(skip)]
    pub redeemed: Vec<PromotionId>,
}

#[derive(Serialize, ToSchema)]
pub struct DetailsView {
    phone: Option<String>,
    company: Option<String>,
    /// Absent once the customer was erased.
    shipping_address: Option<Address>,
    /// Absent when the bill goes where the order goes.
    billing_address: Option<Address>,
    note: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LineView {
    #[schema(value_type = Uuid)]
    pub variant_id: VariantId,
    #[schema(value_type = Uuid)]
    pub product_id: ProductId,
    pub sku: String,
    pub title: String,
    pub quantity: i64,
    /// In minor units.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub unit_price: i64,
    /// In minor units.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub total: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StepView {
    #[schema(value_type = Status)]
    pub status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub actor: String,
    #[schema(value_type = String)]
    pub at: Timestamp,
}

/// Which orders a list shows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Listed {
    /// Whose orders alone are shown, whatever else is asked for.
    pub own: Option<Uuid>,
    pub status: Option<String>,
    pub customer_id: Option<Uuid>,
    pub email: Option<String>,
    pub number: Option<i64>,
    pub placed_from: Option<Timestamp>,
    pub placed_to: Option<Timestamp>,
    pub as_of: Option<String>,
}

const SUMMARY: &str = "select id, status, customer_id, name, email, currency, total, items, placed_at, updated_at, version, number, details, ledger, cart_id, purchase_order, delivery, redeemed from orders";

/// Orders, newest first, from below an id.
pub async fn orders(
    tenant: &Tenant,
    listed: &Listed,
    below: Uuid,
    rows: usize,
) -> Result<Vec<OrderSummary>, Failure> {
    let keys = tenant.keys().await?;
    let email = listed.email.as_ref().map(|email| keys.blind("email", email));
    let (sql, args) = Select::new(SUMMARY)
        .and("id < ?", below)
        .maybe("customer_id = ?", listed.own)
        .maybe("status = ?", listed.status.clone())
        .maybe("customer_id = ?", listed.customer_id)
        .maybe("email_index = ?", email)
        .maybe("number = ?", listed.number)
        .maybe("placed_at >= ?", listed.placed_from)
        .maybe("placed_at < ?", listed.placed_to)
        .page("id desc", rows)
        .statement();
    tenant.rows(&sql, args, summary).await
}

/// By which ids an e-mail address is known, each with how many orders it has.
pub async fn customers(tenant: &Tenant, email: &str) -> Result<Vec<(Uuid, i64)>, Failure> {
    let index = tenant.keys().await?.blind("email", email);
    let sql = "select customer_id, count(*) from orders where email_index = $1 group by customer_id order by customer_id";
    tenant.rows(sql, args![index], |row| Ok((row.get(0)?, row.get(1)?))).await
}

/// How many orders somebody has, other than cancelled ones.
pub async fn orders_of(tenant: &Tenant, customer: Option<Uuid>) -> Result<i64, Failure> {
    let sql = "select count(*) from orders where customer_id = $1 and status <> 'cancelled'";
    let count = tenant.row(sql, args![customer.unwrap_or_default()], |row| row.get(0)).await?;
    Ok(count.unwrap_or(0))
}

/// One order, if whoever asks may see it; another's answers like none.
pub async fn order_of(tenant: &Tenant, id: OrderId, own: Option<Uuid>) -> Result<OrderView, Problem> {
    let order = order(tenant, id).await?;
    let theirs = own.is_none_or(|own| own == order.summary.customer.id);
    if theirs { Ok(order) } else { Err(Problem::not_found("order")) }
}

/// One order with its lines and its history, from one moment.
pub async fn order(tenant: &Tenant, id: OrderId) -> Result<OrderView, Problem> {
    let (summary_sql, summary_args) = Select::new(SUMMARY).and("id = ?", id).statement();
    let queries = [
        (summary_sql.as_str(), summary_args),
        (
            "select variant_id, product_id, sku, title, quantity, unit_price, total from order_items where order_id = $1 order by line",
            args![id],
        ),
        (
            "select status, reason, actor, at from order_status_history where order_id = $1 order by version",
            args![id],
        ),
    ];
    let (mut found, mut lines, mut history) = (None, Vec::new(), Vec::new());
    tenant
        .read(&queries, &mut |query, row| {
            match query {
                0 => found = Some(whole(row)?),
                1 => lines.push(line(row)?),
                _ => history.push(StepView {
                    status: row.get(0)?,
                    reason: row.get(1)?,
                    actor: row.get(2)?,
                    at: row.get(3)?,
                }),
            }
            Ok(())
        })
        .await?;
    let found = found.ok_or_else(|| Problem::not_found("order"))?;
    Ok(OrderView { lines, history, ..found })
}

/// An order without its lines and its history.
fn whole(row: &Row<'_>) -> Result<OrderView, Failure> {
    let ledger: Option<Ledger> = written(row, 13)?;
    Ok(OrderView {
        summary: summary(row)?,
        details: serde_json::from_str(&row.get::<String>(12)?).ok(),
        bill: ledger.as_ref().map(BillView::of),
        cart_id: row.get::<Option<Uuid>>(14)?.map(CartId),
        purchase_order: row.get(15)?,
        delivery: written(row, 16)?,
        redeemed: written(row, 17)?.unwrap_or_default(),
        lines: Vec::new(),
        history: Vec::new(),
    })
}

fn written<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<Option<T>, Failure> {
    let Some(text) = row.get::<Option<String>>(column)? else { return Ok(None) };
    let read = serde_json::from_str(&text);
    read.map(Some).map_err(|error| Failure::Bug(format!("an order that was kept cannot be read: {error}")))
}

fn summary(row: &Row<'_>) -> Result<OrderSummary, Failure> {
    Ok(OrderSummary {
        id: OrderId(row.get(0)?),
        status: row.get(1)?,
        customer: CustomerView { id: row.get(2)?, name: row.get(3)?, email: row.get(4)? },
        currency: row.get(5)?,
        total: row.get(6)?,
        items: row.get(7)?,
        placed_at: row.get(8)?,
        updated_at: row.get(9)?,
        version: row.get(10)?,
        number: row.get(11)?,
    })
}

fn line(row: &Row<'_>) -> Result<LineView, Failure> {
    Ok(LineView {
        variant_id: VariantId(row.get(0)?),
        product_id: ProductId(row.get(1)?),
        sku: row.get(2)?,
        title: row.get(3)?,
        quantity: row.get(4)?,
        unit_price: row.get(5)?,
        total: row.get(6)?,
    })
}

/// An order as it will be read once it is placed.
pub(crate) fn made(id: OrderId, place: &Place, now: Timestamp, actor: String) -> OrderView {
    let lines: Vec<LineView> = place
        .lines
        .iter()
        .map(|line| LineView {
            variant_id: line.variant,
            product_id: line.product,
            sku: line.sku.clone(),
            title: line.title.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price.amount,
            total: line.unit_price.amount.saturating_mul(line.quantity),
        })
        .collect();
    let (customer, terms) = (&place.customer, &place.terms);
    let person = customer.person.reveal();
    let details = Details::of(person, place.note.as_ref().and_then(Personal::reveal));
    let details = serde_json::to_value(details).ok().and_then(|details| details.as_object().cloned());
    OrderView {
        summary: OrderSummary {
            id,
            number: terms.number,
            status: Status::Placed.as_str().to_owned(),
            customer: CustomerView {
                id: customer.id.uuid(),
                name: person.map(|person| person.name.clone()).unwrap_or_default(),
                email: person.map(|person| person.email.clone()).unwrap_or_default(),
            },
            currency: place.ledger.currency().code().to_owned(),
            total: place.ledger.total(),
            items: lines.iter().map(|line| line.quantity).sum(),
            placed_at: now,
            updated_at: now,
            version: 1,
        },
        details,
        purchase_order: terms.purchase_order.clone(),
        delivery: terms.delivery.clone(),
        cart_id: terms.cart,
        lines,
        bill: Some(BillView::of(&place.ledger)),
        redeemed: terms.redeemed.clone(),
        history: vec![StepView { status: Status::Placed.as_str().to_owned(), reason: None, actor, at: now }],
    }
}
