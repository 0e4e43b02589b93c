//! Reads payments.

use std::borrow::Cow;

use kernel::{Arg, Problem, Timestamp, args, boxed};
use serde::Serialize;
use store::{Failure, Reading, Row, Select, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::payment::capture::Capture;
use crate::payment::card::Card;
use crate::payment::open_payment;
use crate::payment::transactions::{DisputeView, RefundView, TransactionView};
use crate::status::Status;
use crate::{PaymentId, ProviderId};

/// A payment in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaymentSummary {
    #[schema(value_type = Uuid)]
    pub id: PaymentId,
    pub order_id: Uuid,
    pub payer_id: Uuid,
    #[schema(value_type = Uuid)]
    pub provider_id: ProviderId,
    #[schema(value_type = Status)]
    pub status: String,
    pub currency: String,
    /// What was asked for, in minor units.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub amount: i64,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub authorised: i64,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub captured: i64,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub refunded: i64,
    /// What lost disputes took back.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub lost: i64,
    #[schema(value_type = Capture)]
    pub capture: String,
    /// How often it was tried, each time with a method of its own.
    pub attempt: i64,
    /// What the provider says of the card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<Card>,
    /// Where the payer shows who they are, or pays, while that is awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge_url: Option<String>,
    /// Why it was declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Declination>,
    #[schema(value_type = String, format = DateTime)]
    pub begun_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    pub version: i64,
    #[serde(skip)]
    pub by_hand: bool,
    #[serde(skip)]
    pub method: String,
    #[serde(skip)]
    pub reference: Option<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Declination {
    pub code: String,
    pub detail: String,
}

/// A payment, whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaymentView {
    #[serde(flatten)]
    pub summary: PaymentSummary,
    pub transactions: Vec<TransactionView>,
    pub refunds: Vec<RefundView>,
    pub disputes: Vec<DisputeView>,
}

/// Which payments a list shows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Listed {
    /// Whose payments alone are shown, whatever else is asked for.
    pub own: Option<Uuid>,
    pub order_id: Option<Uuid>,
    pub status: Option<String>,
    pub provider_id: Option<Uuid>,
    pub begun_from: Option<Timestamp>,
    pub begun_to: Option<Timestamp>,
}

const SUMMARY: &str = "select id, order_id, payer_id, provider_id, status, currency, asked, authorised, captured, refunded, lost, capture, attempt, card, challenge, problem_code, problem_detail, begun_at, updated_at, version, by_hand, method, reference from payments";

/// Payments, newest first, from below an id.
#[boxed]
pub async fn payments(
    tenant: &Tenant,
    listed: &Listed,
    below: Uuid,
    rows: usize,
) -> Result<Vec<PaymentSummary>, Failure> {
    let (sql, args) = Select::new(SUMMARY)
        .and("id < ?", below)
        .maybe("payer_id = ?", listed.own)
        .maybe("order_id = ?", listed.order_id)
        .maybe("status = ?", listed.status.clone())
        .maybe("provider_id = ?", listed.provider_id)
        .maybe("begun_at >= ?", listed.begun_from)
        .maybe("begun_at < ?", listed.begun_to)
        .page("id desc", rows)
        .statement();
    tenant.rows(&sql, args, summary).await
}

/// A payment without its history.
#[boxed]
pub async fn summary_of(tenant: &Tenant, id: PaymentId) -> Result<PaymentSummary, Problem> {
    let (sql, args) = Select::new(SUMMARY).and("id = ?", id).statement();
    tenant.row(&sql, args, summary).await?.ok_or_else(|| Problem::not_found("payment"))
}

#[boxed]
pub async fn payment(tenant: &Tenant, id: PaymentId) -> Result<PaymentView, Problem> {
    let whole = format!("{SUMMARY} where id = $1");
    let queries = [
        (whole.as_str(), args![id]),
        (
            "select request, key, amount, moved, state, tries, detail, note, asked_at, answered_at from payment_transactions where payment_id = $1 order by asked_at, id limit 500",
            args![id],
        ),
        (
            "select id, amount, reason, state, requested_at from refunds where payment_id = $1 order by number limit 500",
            args![id],
        ),
        (
            "select reference, amount, reason, state, opened_at from disputes where payment_id = $1 order by opened_at, id limit 100",
            args![id],
        ),
    ];
    let (mut found, mut transactions, mut refunds, mut disputes) = (None, Vec::new(), Vec::new(), Vec::new());
    tenant
        .read(&queries, &mut |query, row| {
            match query {
                0 => found = Some(summary(row)?),
                1 => transactions.push(TransactionView::read(row)?),
                2 => refunds.push(RefundView::read(row)?),
                _ => disputes.push(DisputeView::read(row)?),
            }
            Ok(())
        })
        .await?;
    let summary = found.ok_or_else(|| Problem::not_found("payment"))?;
    Ok(PaymentView { summary, transactions, refunds, disputes })
}

fn summary(row: &Row<'_>) -> Result<PaymentSummary, Failure> {
    let (code, detail): (Option<String>, Option<String>) = (row.get(15)?, row.get(16)?);
    Ok(PaymentSummary {
        id: PaymentId(row.get(0)?),
        order_id: row.get(1)?,
        payer_id: row.get(2)?,
        provider_id: ProviderId(row.get(3)?),
        status: row.get(4)?,
        currency: row.get(5)?,
        amount: row.get(6)?,
        authorised: row.get(7)?,
        captured: row.get(8)?,
        refunded: row.get(9)?,
        lost: row.get(10)?,
        capture: row.get(11)?,
        attempt: row.get(12)?,
        card: row.get::<Option<String>>(13)?.and_then(|card| serde_json::from_str(&card).ok()),
        challenge_url: row.get(14)?,
        problem: code.zip(detail).map(|(code, detail)| Declination { code, detail }),
        begun_at: row.get(17)?,
        updated_at: row.get(18)?,
        version: row.get(19)?,
        by_hand: row.get::<i64>(20)? != 0,
        method: row.get(21)?,
        reference: row.get(22)?,
    })
}

/// What moved for an order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    pub paid: i64,
    /// What of it has gone back, by a refund or a lost dispute.
    pub back: i64,
    /// What of it has not, and no provider sends: it came by hand, or its refund was refused.
    pub by_hand: i64,
}

#[boxed]
pub async fn moved_for(tenant: &Tenant, order: Uuid) -> Result<Moved, Failure> {
    let mut reading = MovedReading::new(order);
    tenant.read_together(&mut [&mut reading]).await?;
    Ok(reading.moved)
}

/// Reads what moved for an order.
pub struct MovedReading {
    order: Uuid,
    pub moved: Moved,
}

impl MovedReading {
    pub fn new(order: Uuid) -> Self {
        Self { order, moved: Moved::default() }
    }
}

impl Reading for MovedReading {
    fn statements(&self) -> Vec<(Cow<'static, str>, Vec<Arg>)> {
        let sql = "select p.captured, p.refunded + p.lost, p.by_hand, (select count(*) from refunds r where r.payment_id = p.id and r.state = 'refused'), (select count(*) from refunds r where r.payment_id = p.id and r.state = 'asked') from payments p where p.order_id = $1";
        vec![(sql.into(), args![self.order])]
    }

    fn take(&mut self, _: usize, row: &Row<'_>) -> Result<(), Failure> {
        let (paid, back): (i64, i64) = (row.get(0)?, row.get(1)?);
        let (by_hand, refused, asked): (i64, i64, i64) = (row.get(2)?, row.get(3)?, row.get(4)?);
        let nobody_sends = by_hand != 0 || (refused > 0 && asked == 0);
        self.moved.paid += paid;
        self.moved.back += back;
        self.moved.by_hand += if nobody_sends { paid - back } else { 0 };
        Ok(())
    }
}

/// Where the payer of a payment comes back to, if anybody said so.
#[boxed]
pub async fn way_back(tenant: &Tenant, payment: PaymentId) -> Result<Option<String>, Failure> {
    let sql = "select return_url from payments where id = $1";
    Ok(tenant.row(sql, args![payment], |row| row.get(0)).await?.flatten())
}

/// Which payment of an order is open, and the version of that.
#[boxed]
pub async fn tab(tenant: &Tenant, order: Uuid) -> Result<(i64, Option<PaymentId>), Failure> {
    let mut reading = TabReading::new(order);
    tenant.read_together(&mut [&mut reading]).await?;
    Ok((reading.version, reading.open))
}

/// Reads which payment of an order is open.
pub struct TabReading {
    order: Uuid,
    pub version: i64,
    pub open: Option<PaymentId>,
}

impl TabReading {
    pub fn new(order: Uuid) -> Self {
        Self { order, version: 0, open: None }
    }
}

impl Reading for TabReading {
    fn statements(&self) -> Vec<(Cow<'static, str>, Vec<Arg>)> {
        let sql = "select version, open_payment from tabs where id = $1";
        vec![(sql.into(), args![open_payment::id(self.order)])]
    }

    fn take(&mut self, _: usize, row: &Row<'_>) -> Result<(), Failure> {
        self.version = row.get(0)?;
        self.open = row.get::<Option<Uuid>>(1)?.map(PaymentId);
        Ok(())
    }
}

/// The payment that a provider calls so.
#[boxed]
pub async fn by_reference(
    tenant: &Tenant,
    provider: ProviderId,
    reference: &str,
) -> Result<Option<PaymentId>, Failure> {
    let sql = "select id from payments where reference = $1 and provider_id = $2 order by id limit 1";
    tenant.row(sql, args![reference.to_owned(), provider], |row| Ok(PaymentId(row.get(0)?))).await
}

/// What moved through a provider between two moments, by our own books: key, request, amount, when.
#[boxed]
pub async fn moved(
    tenant: &Tenant,
    provider: ProviderId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<(String, i64, Timestamp)>, Failure> {
    let sql = "select t.key, t.moved, t.answered_at from payment_transactions t join payments p on p.id = t.payment_id where t.answered_at >= $1 and t.answered_at < $2 and t.moved <> 0 and coalesce(t.provider_id, p.provider_id) = $3 and t.request <> 'record' order by t.answered_at, t.id";
    tenant.rows(sql, args![from, to, provider], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).await
}
