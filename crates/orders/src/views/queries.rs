//! Queries on the tables of orders, and the views that they return.

use std::borrow::Cow;

use catalog::{ProductId, VariantId};
use kernel::{Arg, Personal, Problem, SubjectId, Timestamp, Word, args, boxed};
use pricing::{Entry, Ledger};
use serde::Serialize;
use store::{Failure, Reading, Row, Select, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;

use super::acts::{ActView, act};
use super::bill::BillView;
use super::columns::written;
use super::parcels::{ParcelView, parcels};
use super::projector::Details;
use crate::order::{Address, ChosenDelivery, ForOrganisation, OnBehalf, Redeemed, Words};
use crate::refunds::RefundDue;
use crate::status::Status;
use crate::{CartId, OrderId, Place, Refusal};

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
    /// What has come in for it, in minor units.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub paid: i64,
    /// What of that was paid back.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub refunded: i64,
    /// What is still to be paid; below 0, what is to be paid back.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub owed: i64,
    /// How many things were ordered.
    pub items: i64,
    /// Until when what is in it is kept for whoever has not paid; it is cancelled soon after. Absent when it waits for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub held_until: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    pub placed_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    pub version: i64,
    /// Whether what came in for it goes back by itself.
    #[serde(skip)]
    pub pays_back: bool,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerView {
    pub id: Uuid,
    /// Under whom what is personal of the order is sealed: the guest who placed it, when it was claimed since.
    #[serde(skip)]
    pub subject: Uuid,
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
    pub organisation: Option<ForOrganisation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<ChosenDelivery>,
    /// The cart that was ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub cart_id: Option<CartId>,
    pub lines: Vec<LineView>,
    /// What is to be paid back, if anything is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund_due: Option<RefundDue>,
    /// What it costs, and why; orders from before there were promotions and taxes cost what their lines cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill: Option<BillView>,
    pub history: Vec<StepView>,
    /// What was sent, and where it is.
    pub parcels: Vec<ParcelView>,
    /// What happened to it besides: parcels, edits, returns, credits, and money.
    pub acts: Vec<ActView>,
    #[serde(skip)]
    pub ledger: Option<Ledger>,
    /// What its bill says beside what its ledger does.
    #[serde(skip)]
    pub words: Words,
    /// The promotions whose uses it counted towards.
    #[serde(skip)]
    pub redeemed: Vec<Redeemed>,
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
    /// By what parcels, edits and returns name it.
    pub number: u32,
    #[schema(value_type = Uuid)]
    pub variant_id: VariantId,
    #[schema(value_type = Uuid)]
    pub product_id: ProductId,
    pub sku: String,
    pub title: String,
    /// How many are ordered, without those that were taken out again.
    pub quantity: i64,
    pub sent: i64,
    pub returned: i64,
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
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// Which orders a list shows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Listed {
    /// Whose orders alone are shown, whatever else is asked for: a customer by each id that means them.
    pub own: Option<Vec<Uuid>>,
    pub status: Option<String>,
    pub customer_id: Option<Uuid>,
    pub email: Option<String>,
    pub number: Option<i64>,
    pub placed_from: Option<Timestamp>,
    pub placed_to: Option<Timestamp>,
    pub as_of: Option<String>,
}

const SUMMARY: &str = "select id, status, customer_id, name, email, currency, total, items, placed_at, updated_at, version, number, paid, refunded, held_until, guest_id, pays_back from orders";

/// The same columns, and what only a whole order shows.
const WHOLE: &str = "select id, status, customer_id, name, email, currency, total, items, placed_at, updated_at, version, number, paid, refunded, held_until, guest_id, pays_back, details, ledger, cart_id, purchase_order, delivery, redeemed, organisation, words, organisation_name from orders";

/// Orders, newest first, from below an id.
#[boxed]
pub async fn orders(
    tenant: &Tenant,
    listed: &Listed,
    below: Uuid,
    rows: usize,
) -> Result<Vec<OrderSummary>, Failure> {
    let keys = tenant.keys().await?;
    let email = listed.email.as_ref().map(|email| keys.blind("email", email));
    let select = Select::new(SUMMARY).and("id < ?", below);
    let select = match &listed.own {
        Some(own) => select.one_of("customer_id", own),
        None => select,
    };
    let (sql, args) = select
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

/// Orders under an e-mail address that nobody has claimed, but for an organisation's, each with whoever placed it; newest
/// first, from below an id.
#[boxed]
pub async fn of_guests(
    tenant: &Tenant,
    email: &str,
    below: Uuid,
    rows: usize,
) -> Result<Vec<(OrderId, SubjectId)>, Failure> {
    let index = tenant.keys().await?.blind("email", email);
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let sql = "select id, customer_id from orders where email_index = $1 and id < $2 and guest_id is null and organisation is null order by id desc limit $3";
    tenant
        .rows(sql, args![index, below, rows], |row| Ok((OrderId(row.get(0)?), SubjectId(row.get(1)?))))
        .await
}

/// Whoever placed the order with this number.
#[boxed]
pub async fn customer_of(tenant: &Tenant, number: i64) -> Result<Option<SubjectId>, Failure> {
    let sql = "select customer_id from orders where number = $1";
    tenant.row(sql, args![number], |row| row.get(0).map(SubjectId)).await
}

/// Orders that are held until then at the longest, in that order, from above a moment and an id.
#[boxed]
pub async fn held_until(
    tenant: &Tenant,
    until: Timestamp,
    (above, id): (Timestamp, Uuid),
    rows: usize,
) -> Result<Vec<(Timestamp, OrderId)>, Failure> {
    let (sql, args) = Select::new("select held_until, id from orders")
        .and("held_until <= ?", until)
        .and("total > ?", 0i64)
        .between("(held_until, id) > (?, ?)", above, id)
        .page("held_until, id", rows)
        .statement();
    tenant.rows(&sql, args, |row| Ok((row.get(0)?, OrderId(row.get(1)?)))).await
}

/// When the first is due of those that are held beyond this moment.
#[boxed]
pub async fn first_held(tenant: &Tenant, beyond: Timestamp) -> Result<Option<Timestamp>, Failure> {
    let sql = "select held_until from orders where held_until > $1 and total > 0 order by held_until limit 1";
    tenant.row(sql, args![beyond], |row| row.get(0)).await
}

/// Reads an order without its lines and its history.
pub struct SummaryReading {
    id: OrderId,
    found: Option<OrderSummary>,
}

impl SummaryReading {
    pub fn new(id: OrderId) -> Self {
        Self { id, found: None }
    }

    /// The order, if whoever asks may see it; another's answers like none.
    pub fn summary(self, own: Option<Uuid>) -> Result<OrderSummary, Problem> {
        let theirs = |order: &OrderSummary| own.is_none_or(|own| own == order.customer.id);
        self.found.filter(theirs).ok_or_else(|| Problem::not_found("order"))
    }
}

impl Reading for SummaryReading {
    fn statements(&self) -> Vec<(Cow<'static, str>, Vec<Arg>)> {
        let (sql, args) = Select::new(SUMMARY).and("id = ?", self.id).statement();
        vec![(sql.into(), args)]
    }

    fn take(&mut self, _: usize, row: &Row<'_>) -> Result<(), Failure> {
        self.found = Some(summary(row)?);
        Ok(())
    }
}

/// One order, if whoever asks may see it; another's answers like none.
#[boxed]
pub async fn order_of(tenant: &Tenant, id: OrderId, own: Option<Uuid>) -> Result<OrderView, Problem> {
    let found = order(tenant, id).await?;
    let theirs = own.is_none_or(|own| own == found.summary.customer.id);
    if theirs { Ok(found) } else { Err(Problem::not_found("order")) }
}

/// One order with its lines and its history, from one moment.
#[boxed]
pub async fn order(tenant: &Tenant, id: OrderId) -> Result<OrderView, Problem> {
    let (summary_sql, summary_args) = Select::new(WHOLE).and("id = ?", id).statement();
    let queries = [
        (summary_sql.as_str(), summary_args),
        (
            "select variant_id, product_id, sku, title, quantity - coalesce(taken, 0), unit_price, line, coalesce(sent, 0), coalesce(back, 0) from order_items where order_id = $1 order by line",
            args![id],
        ),
        (
            "select status, reason, actor, at from order_status_history where order_id = $1 order by version",
            args![id],
        ),
        (
            "select kind, data, reason, actor, at, entries, said from order_acts where order_id = $1 order by version",
            args![id],
        ),
    ];
    let (mut found, mut lines, mut history) = (None, Vec::new(), Vec::new());
    let (mut acts, mut entries): (Vec<ActView>, Vec<Entry>) = (Vec::new(), Vec::new());
    tenant
        .read(&queries, &mut |query, row| {
            match query {
                0 => found = Some(whole(row)?),
                1 => lines.push(line(row)?),
                2 => history.push(StepView {
                    status: row.get(0)?,
                    reason: row.get(1)?,
                    actor: row.get(2)?,
                    at: row.get(3)?,
                }),
                _ => {
                    acts.push(act(row)?);
                    entries.extend(written::<Vec<Entry>>(row, 5)?.unwrap_or_default());
                }
            }
            Ok(())
        })
        .await?;
    let found = found.ok_or_else(|| Problem::not_found("order"))?;
    let ledger = match found.ledger {
        Some(ledger) => Some(ledger.and(entries).map_err(Refusal::from)?),
        None => None,
    };
    let bill = ledger.as_ref().map(|ledger| BillView::of(ledger, &found.words));
    let parcels = parcels(&acts)?;
    Ok(OrderView { lines, history, parcels, acts, bill, ledger, ..found })
}

/// An order without its lines and its history.
fn whole(row: &Row<'_>) -> Result<OrderView, Failure> {
    let summary = summary(row)?;
    let words: Words = written(row, 24)?.unwrap_or_default();
    let organisation: Option<ForOrganisation> = written(row, 23)?;
    let name: Option<String> = row.get(25)?;
    let delivery: Option<ChosenDelivery> = written(row, 21)?;
    Ok(OrderView {
        refund_due: RefundDue::of(-summary.owed, summary.pays_back),
        summary,
        details: serde_json::from_str(&row.get::<String>(17)?).ok(),
        ledger: written(row, 18)?,
        cart_id: row.get::<Option<Uuid>>(19)?.map(CartId),
        purchase_order: row.get(20)?,
        delivery: delivery.map(|delivery| words.of_delivery(delivery)),
        redeemed: written(row, 22)?.unwrap_or_default(),
        organisation: organisation.map(|known| ForOrganisation { name, ..known }),
        words,
        bill: None,
        lines: Vec::new(),
        history: Vec::new(),
        parcels: Vec::new(),
        acts: Vec::new(),
    })
}

fn summary(row: &Row<'_>) -> Result<OrderSummary, Failure> {
    let total: i64 = row.get(6)?;
    let paid = row.get::<Option<i64>>(12)?.unwrap_or(0);
    let refunded = row.get::<Option<i64>>(13)?.unwrap_or(0);
    let (customer, guest): (Uuid, Option<Uuid>) = (row.get(2)?, row.get(15)?);
    let subject = guest.unwrap_or(customer);
    Ok(OrderSummary {
        paid,
        refunded,
        owed: total - paid + refunded,
        id: OrderId(row.get(0)?),
        status: row.get(1)?,
        customer: CustomerView { id: customer, subject, name: row.get(3)?, email: row.get(4)? },
        currency: row.get(5)?,
        total,
        items: row.get(7)?,
        held_until: row.get::<Option<i64>>(14)?.filter(|_| total > 0).map(Timestamp::from_micros),
        placed_at: row.get(8)?,
        updated_at: row.get(9)?,
        version: row.get(10)?,
        number: row.get(11)?,
        pays_back: row.get::<Option<i64>>(16)? == Some(1),
    })
}

fn line(row: &Row<'_>) -> Result<LineView, Failure> {
    let (quantity, unit_price): (i64, i64) = (row.get(4)?, row.get(5)?);
    Ok(LineView {
        number: u32::try_from(row.get::<i64>(6)?).unwrap_or(u32::MAX),
        variant_id: VariantId(row.get(0)?),
        product_id: ProductId(row.get(1)?),
        sku: row.get(2)?,
        title: row.get(3)?,
        quantity,
        sent: row.get(7)?,
        returned: row.get(8)?,
        unit_price,
        total: unit_price.saturating_mul(quantity),
    })
}

/// An order as it will be read once it is placed.
pub(crate) fn made(id: OrderId, place: &Place, now: Timestamp, actor: String) -> OrderView {
    let lines: Vec<LineView> = place
        .lines
        .iter()
        .zip(1..)
        .map(|(line, number)| LineView {
            number,
            sent: 0,
            returned: 0,
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
    let words = terms.words.as_ref().and_then(Personal::reveal).cloned().unwrap_or_default();
    let details = serde_json::to_value(details).ok().and_then(|details| details.as_object().cloned());
    OrderView {
        summary: OrderSummary {
            id,
            number: terms.number,
            status: Status::Placed.as_str().to_owned(),
            customer: CustomerView {
                id: customer.id.uuid(),
                subject: customer.id.uuid(),
                name: person.map(|person| person.name.clone()).unwrap_or_default(),
                email: person.map(|person| person.email.clone()).unwrap_or_default(),
            },
            currency: place.ledger.currency().code().to_owned(),
            total: place.ledger.total(),
            paid: 0,
            refunded: 0,
            owed: place.ledger.total(),
            items: lines.iter().map(|line| line.quantity).sum(),
            held_until: terms.held_until,
            placed_at: now,
            updated_at: now,
            version: 1,
            pays_back: false,
        },
        refund_due: None,
        details,
        purchase_order: person.and_then(|person| person.purchase_order.clone()),
        organisation: terms.organisation.as_ref().map(OnBehalf::shown),
        delivery: terms.delivery.clone().map(|delivery| words.of_delivery(delivery)),
        cart_id: terms.cart,
        lines,
        bill: Some(BillView::of(&place.ledger, &words)),
        ledger: Some(place.ledger.clone()),
        parcels: Vec::new(),
        acts: Vec::new(),
        redeemed: terms.redeemed.clone(),
        words,
        history: vec![StepView { status: Status::Placed.as_str().to_owned(), reason: None, actor, at: now }],
    }
}
