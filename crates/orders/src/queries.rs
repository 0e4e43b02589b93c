//! SQL in, plain structs out.

use catalog::{ProductId, VariantId};
use kernel::{Problem, Timestamp, args};
use serde::Serialize;
use store::{Failure, Row, Select, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::order::{Address, Status};
use crate::{OrderId, Place};

/// An order in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderSummary {
    #[schema(value_type = Uuid)]
    pub id: OrderId,
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
    pub lines: Vec<LineView>,
    pub history: Vec<StepView>,
}

#[derive(Serialize, ToSchema)]
pub struct DetailsView {
    phone: Option<String>,
    /// Absent once the customer was erased.
    shipping_address: Option<Address>,
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
    pub placed_from: Option<Timestamp>,
    pub placed_to: Option<Timestamp>,
    pub as_of: Option<String>,
}

const SUMMARY: &str = "select id, status, customer_id, name, email, currency, total, items, placed_at, updated_at, version, details from orders";

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
                0 => found = Some((summary(row)?, row.get::<String>(11)?)),
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
    let (summary, details) = found.ok_or_else(|| Problem::not_found("order"))?;
    Ok(OrderView { summary, details: serde_json::from_str(&details).ok(), lines, history })
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
    let customer = &place.customer;
    let person = customer.person.reveal();
    let mut details = serde_json::Map::new();
    if let Some(phone) = person.and_then(|person| person.phone.clone()) {
        details.insert("phone".into(), phone.into());
    }
    if let Some(person) = person {
        let address = serde_json::to_value(&person.address).unwrap_or_default();
        details.insert("shipping_address".into(), address);
    }
    if let Some(note) = &place.note {
        details.insert("note".into(), note.text().into());
    }
    OrderView {
        summary: OrderSummary {
            id,
            status: Status::Placed.as_str().to_owned(),
            customer: CustomerView {
                id: customer.id.uuid(),
                name: person.map(|person| person.name.clone()).unwrap_or_default(),
                email: person.map(|person| person.email.clone()).unwrap_or_default(),
            },
            currency: place.currency.code().to_owned(),
            total: lines.iter().map(|line| line.total).sum(),
            items: lines.iter().map(|line| line.quantity).sum(),
            placed_at: now,
            updated_at: now,
            version: 1,
        },
        details: Some(details),
        lines,
        history: vec![StepView { status: Status::Placed.as_str().to_owned(), reason: None, actor, at: now }],
    }
}
