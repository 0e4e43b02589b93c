//! The use cases of orders: placing one, and moving it from one status to the next.

use catalog::stock::{Release, Reserve, Ship};
use catalog::{PRICING, Pricing, Product, Stock};
use kernel::{Personal, Problem, SubjectId};
use pricing::PromotionId;
use serde::Serialize;
use store::{Desk, Reply, Work};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::cart::Approve;
use crate::cart::{self, Cart};
use crate::contention::prices_changed;
use crate::fulfilment::Credit;
use crate::fulfilment::written_off;
use crate::numbers::{self, NUMBERS, Numbers};
use crate::order::{ChosenDelivery, Customer, OnBehalf, Order, Person, Redeemed, Terms};
use crate::refunds::{RefundDue, RefundOnCancel};
use crate::rules::{
    Count, GiveBack, Limits, OrderSettings, Promo, RULEBOOK, Redeem, Rulebook, SETTINGS, TakeBack, Use,
};
use crate::status::Status;
use crate::till::Receipt;
use crate::views::queries::{OrderView, made};
use crate::{Advance, CartId, OrderId, Place, Refusal, agreement};

/// Who orders, and everything about an order but what it costs.
#[derive(Clone)]
pub struct Buyer {
    pub subject: SubjectId,
    pub person: Person,
    pub note: Option<String>,
    /// The cart that is ordered, and the version that was priced.
    pub cart: Option<(CartId, i64)>,
    /// The colleague who said yes to it.
    pub approved_by: Option<Uuid>,
}

/// What became of an order.
#[derive(Serialize, ToSchema)]
pub struct Moved {
    id: Uuid,
    #[schema(inline)]
    status: Status,
    version: i64,
    /// Of a cancelled order: what came in for it, as far as it has heard, and is to be paid back.
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_due: Option<RefundDue>,
}

/// Reserves every line and places the order, or does neither.
pub fn place_order(id: OrderId, buyer: Buyer, receipt: &Receipt) -> Work {
    let Buyer { subject, person, note, cart, approved_by } = buyer;
    let redeemed = receipt.redeemed();
    let organisation = receipt.standing.organisation.as_ref();
    let organisation = organisation.map(|known| (SubjectId(known.id), known.name.clone()));
    let place = Place {
        customer: Customer { id: subject, person: Personal::new(subject, person.clone()) },
        lines: receipt.lines.clone(),
        ledger: receipt.ledger().clone(),
        note: note.map(|note| Personal::new(subject, note)),
        terms: Terms {
            number: None,
            cart: cart.map(|(cart, _)| cart),
            delivery: receipt
                .delivery
                .as_ref()
                .map(|option| ChosenDelivery { id: option.id, name: agreement::plain(option).to_owned() }),
            organisation: organisation.as_ref().map(|(id, name)| OnBehalf {
                id: id.uuid(),
                name: Personal::new(*id, name.clone()),
                approved_by,
            }),
            words: receipt.words.any().then(|| Personal::new(subject, receipt.words.clone())),
            held_until: None,
            redeemed: redeemed
                .iter()
                .map(|(promotion, _, limits)| Redeemed {
                    promotion: *promotion,
                    for_customer: limits.for_a_customer.is_some(),
                })
                .collect(),
        },
    };
    let (quotes, asked, rules) = (receipt.quotes.clone(), receipt.asked.clone(), receipt.rules.version);
    let invoiced = place.terms.organisation.is_some() && person.purchase_order.is_some();
    let hold = receipt.hold().filter(|_| !invoiced);
    let variants: Vec<_> = place.lines.iter().map(|line| line.variant).collect();
    let products: Vec<_> = place.lines.iter().map(|line| line.product).collect();
    let uses: Vec<_> = redeemed.iter().map(|(promotion, ..)| Use::id(*promotion, subject.uuid())).collect();
    let standing = receipt.standing.clone();
    let named = Work::over::<Order>([id]).and::<Numbers>([NUMBERS]);
    let named = named.and::<Stock>(variants).and::<Product>(products);
    let named = named.and::<Promo>(redeemed.iter().map(|(promotion, ..)| *promotion)).and::<Use>(uses);
    let named =
        named.and::<Rulebook>([RULEBOOK]).and::<Pricing>([PRICING]).and::<Cart>(cart.map(|(cart, _)| cart));
    let about = [subject].into_iter().chain(organisation.map(|(id, _)| id));
    standing.held_to(named.about(about).decide(move |desk| {
        if desk.is_erased(subject) {
            return Err(Refusal::PersonErased.into());
        }
        let mut place = place.clone();
        let email_index = Some(desk.blind("email", &person.email));
        place.customer.person = Personal::new(subject, Person { email_index, ..person.clone() });
        place.terms.held_until = hold.map(|hold| desk.now().plus(hold));
        let holds = quotes.iter().all(|quote| quote.holds(desk));
        if !holds || desk.version::<Rulebook>(RULEBOOK) != rules {
            return Err(prices_changed());
        }
        if let Some((cart, seen)) = cart {
            order_cart(desk, cart, seen, id, approved_by.is_some())?;
        }
        for (line, n) in place.lines.iter().zip(&asked) {
            desk.ask::<Stock, _>(line.variant, &Reserve { order: id.uuid(), quantity: line.quantity })
                .map_err(|problem| sold_out(problem, *n, &line.title))?;
        }
        for (promotion, name, limits) in &redeemed {
            redeem(desk, id, *promotion, subject, name, *limits)?;
        }
        place.terms.number = Some(numbers::draw(desk)?);
        desk.ask::<Order, _>(id, &place)?;
        let (now, actor) = (desk.now(), desk.actor().to_string());
        Ok(Reply::json(201, &made(id, &place, now, actor))
            .version(1)
            .location(format!("/api/v1/orders/{id}")))
    }))
}

/// What was in the cart when it was priced is what is ordered.
fn order_cart(
    desk: &mut Desk<'_>,
    cart: CartId,
    seen: i64,
    order: OrderId,
    approved: bool,
) -> Result<(), Problem> {
    let known = desk.get::<Cart>(cart)?.clone();
    if !approved {
        known.must_be_open()?;
    }
    if desk.version::<Cart>(cart) != seen {
        return Err(prices_changed());
    }
    match approved {
        true => desk.ask::<Cart, _>(cart, &Approve { order }),
        false => desk.ask::<Cart, _>(cart, &cart::Order { order }),
    }
}

fn redeem(
    desk: &mut Desk<'_>,
    order: OrderId,
    promotion: PromotionId,
    customer: SubjectId,
    name: &str,
    limits: Limits,
) -> Result<(), Problem> {
    desk.ask::<Promo, _>(promotion, &Redeem { order, name: name.to_owned() })?;
    let Some(most) = limits.for_a_customer else { return Ok(()) };
    let customer = customer.uuid();
    let count = Count { promotion, customer, most, name: name.to_owned() };
    desk.ask::<Use, _>(Use::id(promotion, customer), &count)
}

/// Moves an order on. What was reserved for it leaves the warehouse when the rest of it is sent, and is free again when it
/// is cancelled. `before` is the order as it was read, to know the variants.
pub fn advance_order(
    id: OrderId,
    before: &OrderView,
    seen: Option<i64>,
    to: Status,
    reason: Option<String>,
) -> Result<Work, Problem> {
    let variants: Vec<_> = before.lines.iter().map(|line| line.variant_id).collect();
    let customer = SubjectId(before.summary.customer.subject);
    let advance = Advance { reason: reason.map(|reason| Personal::new(customer, reason)), ..Advance::to(to) };
    let promotions = if to == Status::Cancelled { before.redeemed.clone() } else { Vec::new() };
    let uses = promotions.iter().map(|used| Use::id(used.promotion, customer.uuid()));
    let uses: Vec<_> = uses.collect();
    let written_off = if to == Status::Cancelled { written_off(before)? } else { None };
    let read = before.summary.version;
    let named = Work::over::<Order>([id]).and::<Stock>(variants).and::<OrderSettings>([SETTINGS]);
    let named = named.and::<Promo>(promotions.iter().map(|used| used.promotion)).and::<Use>(uses);
    Ok(named.about([customer]).decide(move |desk| {
        let order = desk.get::<Order>(id)?.clone();
        desk.expect_version::<Order>(id, seen)?;
        // It may hold other things by now.
        if order.status != Some(to) && desk.version::<Order>(id) != read {
            return Err(prices_changed());
        }
        if let Some(written_off) = written_off.as_ref().filter(|_| order.status != Some(Status::Cancelled)) {
            desk.ask::<Order, _>(id, &Credit(written_off.clone()))?;
        }
        let refund = desk.find::<OrderSettings>(SETTINGS).map(|settings| settings.refund_on_cancel);
        let refund = refund.unwrap_or_default();
        desk.ask::<Order, _>(id, &Advance { refund, ..advance.clone() })?;
        let advanced = desk.version::<Order>(id);
        if order.status != Some(to) {
            for (variant, quantity) in order.reserved {
                match to {
                    Status::Shipped => desk.ask::<Stock, _>(variant, &Ship { order: id.uuid(), quantity })?,
                    Status::Cancelled => {
                        desk.ask::<Stock, _>(variant, &Release { order: id.uuid(), quantity })?
                    }
                    _ => {}
                }
            }
            for used in &promotions {
                give_back(desk, id, *used, customer)?;
            }
        }
        let money = order.money.filter(|_| to == Status::Cancelled);
        let refund_due = money
            .and_then(|money| RefundDue::of(money.paid - money.refunded, refund == RefundOnCancel::Begin));
        let moved = Moved { id: id.uuid(), status: to, version: advanced, refund_due };
        Ok(Reply::json(200, &moved).version(advanced))
    }))
}

/// A cancelled order has used no promotion.
fn give_back(
    desk: &mut Desk<'_>,
    order: OrderId,
    used: Redeemed,
    customer: SubjectId,
) -> Result<(), Problem> {
    let promotion = used.promotion;
    desk.ask::<Promo, _>(promotion, &GiveBack { order })?;
    if !used.for_customer {
        return Ok(());
    }
    let customer = customer.uuid();
    desk.ask::<Use, _>(Use::id(promotion, customer), &TakeBack { promotion, customer })
}

fn sold_out(problem: Problem, n: usize, title: &str) -> Problem {
    let available = problem.more.get("available").and_then(serde_json::Value::as_i64).unwrap_or(0);
    let what = match available {
        1.. => format!("only {available} of \u{201c}{title}\u{201d} are left"),
        _ => format!("\u{201c}{title}\u{201d} is sold out"),
    };
    let mut problem = problem.at(format!("/lines/{n}/quantity"), what.clone());
    problem.detail = format!("Nothing was ordered: {what}.");
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_in_any_script_can_be_sold_out() {
        for title in ["Été lamp", "Öl", "茶碗", ""] {
            let refusal = catalog::Refusal::OutOfStock { available: 0 }.into();
            assert!(sold_out(refusal, 0, title).detail.contains(title));
        }
    }
}
