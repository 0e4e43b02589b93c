//! The units of work of what happens to an order after it was placed.
//!
//! Each was made from the order as it was read; when it has changed since, nothing is done and it is read again.

use catalog::stock::{Adjust, Release, Reserve, Ship};
use catalog::{LocationId, PRICING, Pricing, Product, Stock, VariantId};
use kernel::{Personal, Problem, SubjectId, boxed};
use pricing::{Entry, Ledger};
use serde_json::json;
use store::problems::CONTENDED;
use store::{Desk, Reply, Tenant, Work};
use uuid::Uuid;

use super::commands::{CloseReturn, Credit, Edit, NoteMoney, OpenReturn, ReceiveReturn, SendParcel};
use super::credits::give_back;
use super::tracking::SeeParcel;
use crate::contention::prices_changed;
use crate::order::{
    Credited, Edited, Label, MoneyMoved, NumberedLine, Order, Part, ReturnOpened, ReturnReceived,
};
use crate::rules::{RULEBOOK, Rulebook};
use crate::status::Status;
use crate::till::Receipt;
use crate::views::queries::{self, OrderView, SummaryReading};
use crate::{Advance, OrderId, Refusal};

/// An order as whoever acts on it has read it.
pub struct Read<'a> {
    pub order: &'a OrderView,
    /// The version that the caller says they have seen.
    pub seen: Option<i64>,
}

impl Read<'_> {
    fn id(&self) -> OrderId {
        self.order.summary.id
    }

    fn customer(&self) -> SubjectId {
        SubjectId(self.order.summary.customer.subject)
    }

    fn ledger(&self) -> Result<Ledger, Problem> {
        self.order.ledger.clone().ok_or_else(|| Refusal::NoLedger.into())
    }

    fn variants(&self) -> Vec<VariantId> {
        self.order.lines.iter().map(|line| line.variant_id).collect()
    }

    fn versions(&self) -> (Option<i64>, i64) {
        (self.seen, self.order.summary.version)
    }

    fn personal(&self, text: Option<String>) -> Option<Personal<String>> {
        text.map(|text| Personal::new(self.customer(), text))
    }
}

/// Sends so many pieces, or all that have not been sent.
pub fn send_parcel(
    read: &Read<'_>,
    lines: Option<Vec<Part>>,
    carrier_id: Option<Uuid>,
    label: Label,
) -> Work {
    let (id, versions, parcel) = (read.id(), read.versions(), Uuid::now_v7());
    let customer = read.customer();
    Work::over::<Order>([id]).and::<Stock>(read.variants()).about([customer]).decide(move |desk| {
        let order = unchanged(desk, id, versions)?;
        let unsent = order.pieces.iter().filter(|pieces| pieces.unsent() > 0);
        let all = || unsent.map(|pieces| (pieces.line, pieces.unsent())).collect();
        let lines: Vec<Part> = lines.clone().unwrap_or_else(all);
        let send = SendParcel { parcel, lines: lines.clone(), carrier_id, customer, label: label.clone() };
        desk.ask::<Order, _>(id, &send)?;
        for (variant, quantity) in named(&order, &lines) {
            desk.ask::<Stock, _>(variant, &Ship { order: id.uuid(), quantity })?;
        }
        Ok(acted(desk, 201, id, Some(parcel)))
    })
}

/// Takes down what a carrier said of a parcel.
pub fn see_parcel(id: OrderId, seen: SeeParcel) -> Work {
    Work::over::<Order>([id]).about([seen.customer]).decide(move |desk| {
        desk.ask::<Order, _>(id, &seen)?;
        Ok(Reply::nothing())
    })
}

/// Takes out what has not been sent, and adds what `receipt` says of new lines.
pub fn edit(
    read: &Read<'_>,
    taken: Vec<Part>,
    receipt: Option<Receipt>,
    first: u32,
    reason: Option<String>,
) -> Result<Work, Problem> {
    let (id, versions) = (read.id(), read.versions());
    let (mut ledger, mut entries) = give_back(read.ledger()?, &taken, "Taken out of the order")?;
    let (mut added, mut quotes, mut rules) = (Vec::new(), Vec::new(), None);
    let standing = receipt.as_ref().map(|receipt| receipt.standing.clone()).unwrap_or_default();
    if let Some(receipt) = receipt {
        let more: Vec<Entry> = receipt.ledger().entries().to_vec();
        ledger = ledger.and(more.iter().cloned()).map_err(Refusal::from)?;
        entries.extend(more);
        added.extend(
            receipt.lines.into_iter().zip(first..).map(|(line, number)| NumberedLine { number, line }),
        );
        (quotes, rules) = (receipt.quotes, Some(receipt.rules.version));
    }
    let reason = read.personal(reason);
    let edited = Edited { taken, added, entries, total: ledger.total(), reason };
    let variants = read.variants().into_iter().chain(edited.added.iter().map(|added| added.line.variant));
    let products: Vec<_> = edited.added.iter().map(|added| added.line.product).collect();
    let named_work = Work::over::<Order>([id]).and::<Stock>(variants.collect::<Vec<_>>());
    let named_work =
        named_work.and::<Product>(products).and::<Pricing>([PRICING]).and::<Rulebook>([RULEBOOK]);
    Ok(standing.held_to(named_work.about([read.customer()]).decide(move |desk| {
        let order = unchanged(desk, id, versions)?;
        let same = rules.is_none_or(|rules| desk.version::<Rulebook>(RULEBOOK) == rules);
        if !same || !quotes.iter().all(|quote| quote.holds(desk)) {
            return Err(prices_changed());
        }
        desk.ask::<Order, _>(id, &Edit(edited.clone()))?;
        for (variant, quantity) in named(&order, &edited.taken) {
            desk.ask::<Stock, _>(variant, &Release { order: id.uuid(), quantity })?;
        }
        for NumberedLine { line, .. } in &edited.added {
            desk.ask::<Stock, _>(line.variant, &Reserve { order: id.uuid(), quantity: line.quantity })?;
        }
        Ok(acted(desk, 200, id, None))
    })))
}

pub fn open_return(read: &Read<'_>, lines: Vec<Part>, reason: Option<String>) -> Work {
    let (id, versions, back) = (read.id(), read.versions(), Uuid::now_v7());
    let opened = ReturnOpened { id: back, lines, reason: read.personal(reason) };
    Work::over::<Order>([id]).about([read.customer()]).decide(move |desk| {
        unchanged(desk, id, versions)?;
        desk.ask::<Order, _>(id, &OpenReturn(opened.clone()))?;
        Ok(acted(desk, 201, id, Some(back)))
    })
}

/// What has come back is not charged any more, and what can be sold again is in stock.
pub fn receive_return(
    read: &Read<'_>,
    back: Uuid,
    lines: Vec<Part>,
    restocked: Vec<Part>,
) -> Result<Work, Problem> {
    let (id, versions) = (read.id(), read.versions());
    let (ledger, entries) = give_back(read.ledger()?, &lines, "Returned")?;
    let received = ReturnReceived { id: back, lines, entries, total: ledger.total() };
    let reason = match read.order.summary.number {
        Some(number) => format!("Returned from order {number}"),
        None => "Returned".to_owned(),
    };
    Ok(Work::over::<Order>([id]).and::<Stock>(read.variants()).decide(move |desk| {
        let order = unchanged(desk, id, versions)?;
        desk.ask::<Order, _>(id, &ReceiveReturn(received.clone()))?;
        for (variant, delta) in named(&order, &restocked) {
            let adjust = Adjust { delta, reason: reason.clone(), location: LocationId::DEFAULT };
            desk.ask::<Stock, _>(variant, &adjust)?;
        }
        Ok(acted(desk, 200, id, Some(back)))
    }))
}

pub fn close_return(read: &Read<'_>, back: Uuid) -> Work {
    let (id, versions) = (read.id(), read.versions());
    Work::over::<Order>([id]).decide(move |desk| {
        unchanged(desk, id, versions)?;
        desk.ask::<Order, _>(id, &CloseReturn { id: back })?;
        Ok(acted(desk, 200, id, Some(back)))
    })
}

/// Gives so much in goodwill.
pub fn give_goodwill(read: &Read<'_>, amount: i64, reason: &str) -> Result<Work, Problem> {
    let ledger = read.ledger()?;
    let entry = ledger.goodwill(amount, "Goodwill").map_err(Refusal::from)?;
    credit(read, ledger, vec![entry], reason)
}

/// Gives back so much of what delivery costs, or all that is left of it.
pub fn give_delivery_back(read: &Read<'_>, amount: Option<i64>, reason: &str) -> Result<Work, Problem> {
    let ledger = read.ledger()?;
    let entries = ledger.give_shipping_back(amount, "Delivery given back").map_err(Refusal::from)?;
    credit(read, ledger, entries, reason)
}

fn credit(read: &Read<'_>, ledger: Ledger, entries: Vec<Entry>, reason: &str) -> Result<Work, Problem> {
    let (id, versions) = (read.id(), read.versions());
    let ledger = ledger.and(entries.iter().cloned()).map_err(Refusal::from)?;
    let reason = read.personal(Some(reason.to_owned()));
    let credited = Credited { entries, total: ledger.total(), reason };
    Ok(Work::over::<Order>([id]).about([read.customer()]).decide(move |desk| {
        unchanged(desk, id, versions)?;
        desk.ask::<Order, _>(id, &Credit(credited.clone()))?;
        Ok(acted(desk, 200, id, None))
    }))
}

/// Nothing, if the order is still as it was read.
pub fn still(id: OrderId, version: i64) -> Work {
    Work::over::<Order>([id]).decide(move |desk| {
        if desk.version::<Order>(id) == version {
            return Ok(Reply::nothing());
        }
        let detail = "The order was being changed just now, so nothing was paid. Try again in a moment.";
        Err(CONTENDED.says(detail).after(1))
    })
}

/// Money that moved for an order.
#[derive(Debug, Clone, Copy)]
pub enum MovedMoney {
    Paid(i64),
    Refunded(i64),
    /// The payer's bank took it back.
    TakenBack(i64),
}

/// Adds what moved to what was paid and paid back. An order that is paid in full is confirmed. What is refunded beyond what
/// was to be paid back is goodwill, or the order would ask for it again.
#[boxed]
pub async fn note_money(tenant: &Tenant, id: OrderId, more: MovedMoney) -> Result<Work, Problem> {
    let mut reading = SummaryReading::new(id);
    tenant.read_together(&mut [&mut reading]).await?;
    let summary = reading.summary(None)?;
    let mut moved = MoneyMoved { paid: summary.paid, refunded: summary.refunded };
    let due = (summary.paid - summary.refunded - summary.total).max(0);
    let beyond = match more {
        MovedMoney::Paid(amount) => {
            moved.paid += amount;
            0
        }
        MovedMoney::Refunded(amount) => {
            moved.refunded += amount;
            (amount - due).min(summary.total)
        }
        MovedMoney::TakenBack(amount) => {
            moved.refunded += amount;
            0
        }
    };
    // Its version is compared below, so it may be of a later moment.
    let ledger = if beyond > 0 { queries::order(tenant, id).await?.ledger } else { None };
    let goodwill = match ledger {
        Some(ledger) => {
            let entry = ledger.goodwill(beyond, "Paid back without a return").map_err(Refusal::from)?;
            Some(Credited { entries: vec![entry], total: summary.total - beyond, reason: None })
        }
        _ => None,
    };
    let (total, read) = (summary.total, summary.version);
    Ok(Work::over::<Order>([id]).decide(move |desk| {
        let placed = desk.get::<Order>(id)?.status == Some(Status::Placed);
        // What is due was read from what may have changed.
        if desk.version::<Order>(id) != read {
            return Err(prices_changed());
        }
        desk.ask::<Order, _>(id, &NoteMoney(moved))?;
        if let Some(goodwill) = &goodwill {
            desk.ask::<Order, _>(id, &Credit(goodwill.clone()))?;
        }
        if placed && moved.paid - moved.refunded >= total {
            desk.ask::<Order, _>(id, &Advance::to(Status::Confirmed))?;
        }
        Ok(Reply::nothing())
    }))
}

/// The order, if it is still as it was read. What the caller has seen comes first: they are told what to do.
fn unchanged(desk: &mut Desk<'_>, id: OrderId, (seen, read): (Option<i64>, i64)) -> Result<Order, Problem> {
    let order = desk.get::<Order>(id)?.clone();
    desk.expect_version::<Order>(id, seen)?;
    if desk.version::<Order>(id) != read {
        return Err(prices_changed());
    }
    Ok(order)
}

fn named(order: &Order, parts: &[Part]) -> Vec<(VariantId, i64)> {
    let variant =
        |line: u32| order.pieces.iter().find(|pieces| pieces.line == line).map(|pieces| pieces.variant);
    parts.iter().filter_map(|(line, count)| Some((variant(*line)?, *count))).collect()
}

fn acted(desk: &mut Desk<'_>, status: u16, id: OrderId, what: Option<Uuid>) -> Reply {
    let version = desk.version::<Order>(id);
    Reply::json(status, &json!({ "order_id": id, "id": what, "version": version })).version(version)
}
