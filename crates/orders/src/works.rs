//! The units of work of orders.

use catalog::stock::{Release, Reserve, Ship};
use catalog::{Offer, OfferBy, Product, Stock, offers};
use kernel::{Currency, Personal, Problem, SubjectId};
use store::{Reply, Tenant, Work};

use crate::api::NewOrder;
use crate::order::{Customer, Line, Order, Person, Status};
use crate::queries::{OrderView, made};
use crate::{Advance, OrderId, Place, Refusal};

/// What the caller ordered, looked up: lines at today's prices, and where in the request each came from.
pub struct Basket {
    lines: Vec<Line>,
    /// The product version that each line was read from.
    seen: Vec<i64>,
    /// The line of the request that first named the variant.
    asked: Vec<usize>,
}

impl Basket {
    /// Looks up what the lines name, anew when what was known turned out to be old. Two lines of one variant become one.
    pub async fn fill(
        tenant: &Tenant,
        order: &NewOrder,
        currency: Currency,
        afresh: bool,
    ) -> Result<Self, Problem> {
        let wanted: Vec<OfferBy> = order.lines.iter().map(|line| line.by()).collect();
        let found = offers(tenant, &wanted, afresh).await?;
        let mut check = kernel::Check::default();
        let mut basket = Self { lines: Vec::new(), seen: Vec::new(), asked: Vec::new() };
        for (n, (line, offer)) in order.lines.iter().zip(found).enumerate() {
            match offer {
                Some(offer) if offer.price.currency == currency => basket.put(n, offer, line.quantity),
                _ => check.that(
                    false,
                    format!("/lines/{n}/{}", line.named_by()),
                    "this shop does not sell this",
                ),
            }
        }
        check.done()?;
        Ok(basket)
    }

    fn put(&mut self, n: usize, offer: Offer, quantity: i64) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.variant == offer.variant) {
            line.quantity += quantity;
            return;
        }
        self.seen.push(offer.product_version);
        self.asked.push(n);
        self.lines.push(Line {
            variant: offer.variant,
            product: offer.product,
            sku: offer.sku,
            title: offer.title,
            quantity,
            unit_price: offer.price,
        });
    }
}

/// Reserves every line and places the order, or does neither.
pub fn place_order(id: OrderId, order: &NewOrder, basket: Basket, currency: Currency) -> Work {
    let subject = order.customer.id.map_or_else(SubjectId::new, SubjectId);
    let person = person(order);
    let customer = Customer { id: subject, person: Personal::new(subject, person.clone()) };
    let note = order.note.clone().map(|note| Personal::new(subject, note));
    let Basket { lines, seen, asked } = basket;
    let place = Place { customer, lines, currency, note };
    let variants: Vec<_> = place.lines.iter().map(|line| line.variant).collect();
    let products: Vec<_> = place.lines.iter().map(|line| line.product).collect();
    let named = Work::over::<Order>([id]).and::<Stock>(variants).and::<Product>(products);
    named.about([subject]).decide(move |desk| {
        if desk.is_erased(subject) {
            return Err(Refusal::PersonErased.into());
        }
        let mut place = place.clone();
        let email_index = Some(desk.blind("email", &person.email));
        place.customer.person = Personal::new(subject, Person { email_index, ..person.clone() });
        for (line, seen) in place.lines.iter().zip(&seen) {
            if desk.version::<Product>(line.product) != *seen {
                return Err(prices_changed());
            }
        }
        for (line, n) in place.lines.iter().zip(&asked) {
            desk.ask::<Stock, _>(line.variant, &Reserve { order: id.uuid(), quantity: line.quantity })
                .map_err(|problem| sold_out(problem, *n, &line.title))?;
        }
        desk.ask::<Order, _>(id, &place)?;
        let (now, actor) = (desk.now(), desk.actor().to_string());
        Ok(Reply::json(201, &made(id, &place, now, actor))
            .version(1)
            .location(format!("/api/v1/orders/{id}")))
    })
}

/// Moves an order on. What was reserved for it leaves the warehouse when it is shipped, and is free again when it is
/// cancelled. `before` is the order as it was read, to know the variants.
pub fn advance_order(
    id: OrderId,
    before: &OrderView,
    seen: Option<i64>,
    to: Status,
    reason: Option<String>,
) -> Work {
    let variants: Vec<_> = before.lines.iter().map(|line| line.variant_id).collect();
    let customer = SubjectId(before.summary.customer.id);
    let reason = reason.map(|reason| Personal::new(customer, reason));
    Work::over::<Order>([id]).and::<Stock>(variants).about([customer]).decide(move |desk| {
        let order = desk.get::<Order>(id)?.clone();
        desk.expect_version::<Order>(id, seen)?;
        let version = desk.version::<Order>(id);
        desk.ask::<Order, _>(id, &Advance { to, reason: reason.clone() })?;
        let advanced = desk.version::<Order>(id);
        if advanced > version {
            for (variant, quantity) in order.reserved {
                match to {
                    Status::Shipped => desk.ask::<Stock, _>(variant, &Ship { order: id.uuid(), quantity })?,
                    Status::Cancelled => {
                        desk.ask::<Stock, _>(variant, &Release { order: id.uuid(), quantity })?
                    }
                    _ => {}
                }
            }
        }
        let body = serde_json::json!({ "id": id, "status": to, "version": advanced });
        Ok(Reply::json(200, &body).version(advanced))
    })
}

fn person(order: &NewOrder) -> Person {
    let NewOrder { customer, shipping_address, .. } = order;
    Person {
        name: customer.name.clone(),
        email: customer.email.clone(),
        email_index: None,
        phone: customer.phone.clone(),
        address: shipping_address.address(),
    }
}

/// The marker of a product that changed between looking up its price and placing the order: look again.
pub const PRICES_CHANGED: &str = "contended";

fn prices_changed() -> Problem {
    Problem::unavailable(
        PRICES_CHANGED,
        "Prices were being changed just now, so nothing was ordered. Try again in a moment.",
        1,
    )
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
            let refusal = Problem::new(kernel::Fault::Conflict, "out_of_stock", "Out of stock", "")
                .with("available", 0);
            assert!(sold_out(refusal, 0, title).detail.contains(title));
        }
    }
}
