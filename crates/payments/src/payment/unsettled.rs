//! Reads the requests to providers that have no outcome yet.

use std::borrow::Cow;

use kernel::{Arg, Currency, Money, SubjectId, Timestamp, args, boxed};
use store::{Failure, Reading, Row, Select, Tenant};
use uuid::Uuid;

use crate::payment::pay_page::PayPage;
use crate::payment::provider_port::Ask;
use crate::status::Status;
use crate::{PaymentId, ProviderId};

/// A request of which nobody knows what came.
#[derive(Debug, Clone)]
pub struct Unsettled {
    pub ask: Ask,
    pub provider: ProviderId,
    pub order: Uuid,
    pub payer: SubjectId,
    pub by_hand: bool,
    /// Whether it may have been sent before.
    pub asked_before: bool,
    /// When a person who is challenged is asked after again.
    pub challenged_until: Option<Timestamp>,
}

const UNSETTLED: &str = "select t.payment_id, t.request, t.key, t.amount, t.tries, t.asked_at, p.provider_id, p.order_id, p.by_hand, p.currency, p.capture, p.method, p.reference, p.payer_id, p.return_url, p.description, p.status, t.ask_at from payment_transactions t join payments p on p.id = t.payment_id";

/// Reads the request of a payment that was made last and has no answer.
pub struct UnsettledReading {
    payment: PaymentId,
    pub unsettled: Option<Unsettled>,
}

impl UnsettledReading {
    pub fn of(payment: PaymentId) -> Self {
        Self { payment, unsettled: None }
    }
}

impl Reading for UnsettledReading {
    fn statements(&self) -> Vec<(Cow<'static, str>, Vec<Arg>)> {
        let sql = format!(
            "{UNSETTLED} where t.payment_id = $1 and t.answered_at is null order by t.asked_at desc limit 1"
        );
        vec![(sql.into(), args![self.payment])]
    }

    fn take(&mut self, _: usize, row: &Row<'_>) -> Result<(), Failure> {
        self.unsettled = Some(as_unsettled(row)?);
        Ok(())
    }
}

/// Requests to a provider, or to any, that are to be asked after by now.
#[boxed]
pub async fn due(
    tenant: &Tenant,
    provider: Option<ProviderId>,
    now: Timestamp,
    rows: usize,
) -> Result<Vec<Unsettled>, Failure> {
    let (sql, args) = Select::new(UNSETTLED)
        .and("t.answered_at is null and t.ask_at <= ?", now)
        .maybe("p.provider_id = ?", provider)
        .page("t.ask_at, t.id", rows)
        .statement();
    tenant.rows(&sql, args, as_unsettled).await
}

#[boxed]
pub async fn next_due(tenant: &Tenant) -> Result<Option<Timestamp>, Failure> {
    let sql = "select ask_at from payment_transactions where ask_at is not null and answered_at is null order by ask_at, id limit 1";
    tenant.row(sql, Vec::new(), |row| row.get(0)).await
}

fn as_unsettled(row: &Row<'_>) -> Result<Unsettled, Failure> {
    let unreadable = |what: &str| Failure::Bug(format!("{what} of a payment cannot be read"));
    let currency: Currency = row.get::<String>(9)?.parse().map_err(|_| unreadable("the currency"))?;
    let (return_url, description): (Option<String>, Option<String>) = (row.get(14)?, row.get(15)?);
    let challenged = row.word::<Status>(16)? == Status::Challenged;
    let page =
        return_url.zip(description).map(|(return_url, description)| PayPage { return_url, description });
    Ok(Unsettled {
        ask: Ask {
            payment: PaymentId(row.get(0)?),
            request: row.word(1)?,
            key: row.get(2)?,
            amount: Money::new(row.get(3)?, currency),
            capture: row.word(10)?,
            method: row.get(11)?,
            page,
            reference: row.get(12)?,
            since: row.get(5)?,
        },
        asked_before: row.get::<i64>(4)? > 0,
        challenged_until: row.get::<Option<i64>>(17)?.filter(|_| challenged).map(Timestamp::from_micros),
        provider: ProviderId(row.get(6)?),
        order: row.get(7)?,
        payer: SubjectId(row.get(13)?),
        by_hand: row.get::<i64>(8)? != 0,
    })
}

/// Whether a provider has still to say what became of something.
#[boxed]
pub async fn owes_answers(tenant: &Tenant, provider: ProviderId) -> Result<bool, Failure> {
    let sql = "select t.id from payment_transactions t join payments p on p.id = t.payment_id where p.provider_id = $1 and t.answered_at is null limit 1";
    Ok(tenant.row(sql, args![provider], |row| row.get::<Uuid>(0)).await?.is_some())
}
