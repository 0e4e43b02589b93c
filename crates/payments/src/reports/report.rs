//! The report of a day: what moved by our books, and by the provider's.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use kernel::problem::INVALID;
use kernel::{Actor, Aggregate, CorrelationId, Decide, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::relay::{JobKind, JobRun, NewJob, Room, SHOP};
use store::{Asked, Reply, Tenant, Work};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::payment::provider_port::Booked;
use crate::providers::provider::ProviderKind;
use crate::providers::queries::ProviderRow;
use crate::{Cashier, ProviderId, Refusal, payment, providers};

pub const REPORT: &str = "payments.report";

const DAY: Duration = Duration::from_secs(24 * 3600);

/// What a report found. Amounts are in minor units of the shop's currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Found {
    pub currency: String,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub ours_in: i64,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub ours_out: i64,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub theirs_in: i64,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub theirs_out: i64,
    #[schema(inline)]
    pub differences: Vec<Difference>,
    /// Why the provider's book could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Where the two books do not say the same of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// The payment, or what the provider calls what nobody here knows.
    pub payment: String,
    /// in, out
    pub direction: String,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub ours: i64,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub theirs: i64,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportView {
    #[schema(value_type = Uuid)]
    pub provider_id: ProviderId,
    #[serde(flatten)]
    #[schema(inline)]
    pub found: Found,
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    found: Option<Found>,
}

kernel::events! {
    pub enum ReportEvent {
        Made(Made) = ("payment_report.made", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    pub day: String,
    pub provider: ProviderId,
    pub found: Found,
    pub at: Timestamp,
}

impl Aggregate for Report {
    const KIND: &'static str = "payment_report";
    type Event = ReportEvent;

    fn apply(&mut self, ReportEvent::Made(made): &ReportEvent) {
        self.found = Some(made.found.clone());
    }
}

struct Make(Made);

impl Decide<Make> for Report {
    type Refusal = Refusal;

    /// The same report again is none.
    fn decide(&self, Make(made): &Make, _: Timestamp) -> Result<Vec<ReportEvent>, Refusal> {
        let same = self.found.as_ref() == Some(&made.found);
        Ok(if same { Vec::new() } else { vec![made.clone().into()] })
    }
}

/// Every night at two, of the day before.
pub(crate) fn daily(now: Timestamp) -> NewJob {
    let tonight = Timestamp::from_micros((now.seconds().div_euclid(86_400) + 1) * 86_400_000_000);
    let due = tonight.plus(Duration::from_secs(2 * 3600));
    NewJob::once(REPORT, SHOP, json!({}), due).every(DAY)
}

/// The first moment of a day, written as 2026-05-03.
pub(crate) fn begins(day: &str) -> Option<Timestamp> {
    (day.len() == 10).then(|| format!("{day}T00:00:00Z").parse().ok()).flatten()
}

fn day_of(moment: Timestamp) -> String {
    moment.to_string().chars().take(10).collect()
}

fn before(moment: Timestamp) -> Timestamp {
    Timestamp::from_micros(moment.as_micros() - 86_400_000_000)
}

pub struct Reporting(pub Cashier);

impl JobKind for Reporting {
    fn name(&self) -> &'static str {
        REPORT
    }

    fn room(&self) -> Room {
        Room::Outside { at_once: 8, of_a_tenant: 1, of_a_destination: 1 }
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let (tenant, now) = (&run.tenant, run.tenant.cell().now());
            let day = run.args["day"].as_str().map_or_else(|| day_of(before(now)), str::to_owned);
            let from = begins(&day).ok_or_else(|| INVALID.says("Write the day as 2026-05-03."))?;
            let (mut reports, mut differences) = (0, 0);
            for row in providers::queries::providers(tenant).await? {
                if row.view.definition.kind == ProviderKind::Manual {
                    continue;
                }
                let found = self.compare(tenant, &row, from).await?;
                (reports, differences) = (reports + 1, differences + found.differences.len());
                let made = Made { day: day.clone(), provider: row.view.id, found, at: now };
                tenant.run(Asked::by(Actor::system(), CorrelationId::new(), now), keep(made)).await?;
            }
            Ok(format!("{reports} providers were compared; {differences} differences were found."))
        })
    }
}

fn keep(made: Made) -> Work {
    let id = Uuid::new_v5(&made.provider.uuid(), made.day.as_bytes());
    Work::over::<Report>([id]).decide(move |desk| {
        desk.ask::<Report, _>(id, &Make(made.clone()))?;
        Ok(Reply::nothing())
    })
}

impl Reporting {
    async fn compare(&self, tenant: &Tenant, row: &ProviderRow, from: Timestamp) -> Result<Found, Problem> {
        // An answer that came after midnight belongs to a request from before: both are seen, from a day more each side.
        let (first, last) = (before(from), from.plus(DAY * 2));
        let ours = payment::queries::moved(tenant, row.view.id, first, last).await?;
        let record = tenant.cell().registry().tenant(tenant.id());
        let currency = record.map(|record| record.currency.code().to_owned()).unwrap_or_default();
        let theirs = match self.0.provider(tenant, row.view.id).await {
            Ok(provider) => provider.book(first, last).await.map_err(|trouble| trouble.why),
            Err(problem) => Err(problem.detail),
        };
        Ok(match theirs {
            Ok(theirs) => Found { currency, ..compared(&ours, &theirs, from) },
            Err(why) => Found { currency, problem: Some(why), ..Found::default() },
        })
    }
}

/// What both books say of a payment, in one direction.
#[derive(Default)]
struct Both {
    ours: i64,
    theirs: i64,
    today: bool,
}

fn compared(ours: &[(String, i64, Timestamp)], theirs: &[Booked], from: Timestamp) -> Found {
    let (first, last) = (from.seconds(), from.plus(DAY).seconds());
    let mut all: BTreeMap<(String, bool), Both> = BTreeMap::new();
    let mut found = Found::default();
    for (key, amount, at) in ours {
        let both = all.entry((payment_of(key), *amount > 0)).or_default();
        let today = (first..last).contains(&at.seconds());
        (both.ours, both.today) = (both.ours + amount, both.today | today);
        add(&mut found.ours_in, &mut found.ours_out, *amount, today);
    }
    for Booked { key, amount, at, .. } in theirs {
        let both = all.entry((payment_of(key), *amount > 0)).or_default();
        let today = (first..last).contains(at);
        (both.theirs, both.today) = (both.theirs + amount, both.today | today);
        add(&mut found.theirs_in, &mut found.theirs_out, *amount, today);
    }
    let differ = all.into_iter().filter(|(_, both)| both.today && both.ours != both.theirs);
    found.differences = differ
        .map(|((payment, comes_in), Both { ours, theirs, .. })| {
            let direction = if comes_in { "in" } else { "out" }.to_owned();
            Difference { payment, direction, ours: ours.abs(), theirs: theirs.abs() }
        })
        .collect();
    found
}

fn add(comes_in: &mut i64, goes_out: &mut i64, amount: i64, today: bool) {
    match amount {
        _ if !today => {}
        1.. => *comes_in += amount,
        _ => *goes_out -= amount,
    }
}

/// Our keys begin with the payment's id.
fn payment_of(key: &str) -> String {
    let id = key.get(..36).filter(|id| Uuid::try_parse(id).is_ok());
    id.unwrap_or(key).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::pending::Request;

    fn theirs(key: &str, amount: i64, at: i64) -> Booked {
        Booked { key: key.into(), request: Request::Authorise, amount, currency: "EUR".into(), at }
    }

    fn ours(key: &str, amount: i64, at: i64) -> (String, i64, Timestamp) {
        (key.into(), amount, Timestamp::from_micros(at * 1_000_000))
    }

    #[test]
    fn what_only_one_book_knows_is_named() {
        let from = begins("1970-01-02").unwrap();
        let found = compared(
            &[ours("a", 5, 90_000), ours("b", 7, 90_000), ours("c", 9, 172_801)],
            &[
                theirs("a", 5, 90_000),
                theirs("b", 6, 90_000),
                theirs("x", 1, 90_000),
                theirs("c", 9, 172_799),
            ],
            from,
        );
        assert_eq!((found.ours_in, found.theirs_in), (12, 21));
        let named: Vec<&str> = found.differences.iter().map(|one| one.payment.as_str()).collect();
        assert_eq!(named, ["b", "x"]);
    }
}
