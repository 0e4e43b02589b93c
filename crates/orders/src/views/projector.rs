//! Writes the tables of orders.

use kernel::{Envelope, Personal, Projector, SubjectId, Timestamp, Word, Write, args};
use serde::Serialize;

use super::acts_projector as after;
use super::columns::json;
use super::lines_projector::item;
use crate::order::{Address, Cancelled, ForOrganisation, Order, OrderEvent, Person, Placed};
use crate::refunds::RefundOnCancel;
use crate::status::Status;

/// What of an order is only ever shown, in one column.
#[derive(Serialize)]
pub(crate) struct Details<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company: Option<&'a String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address: Option<&'a Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_address: Option<&'a Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a String>,
}

impl<'a> Details<'a> {
    pub(crate) fn of(person: Option<&'a Person>, note: Option<&'a String>) -> Self {
        Self {
            phone: person.and_then(|person| person.phone.as_ref()),
            company: person.and_then(|person| person.company.as_ref()),
            shipping_address: person.map(|person| &person.address),
            billing_address: person.and_then(|person| person.billing_address.as_ref()),
            note,
        }
    }
}

impl Projector for Order {
    fn project(event: &Envelope<&OrderEvent>) -> Vec<Write> {
        let Some(status) = event.data.status().map(Status::as_str) else {
            return after::project(event);
        };
        let id = event.stream_id;
        let mut writes = match event.data {
            OrderEvent::Placed(placed) => place(event, placed),
            OrderEvent::Cancelled(cancelled) => vec![Write::one(
                "update orders set status = $2, version = $3, updated_at = $4, held_until = null, pays_back = $5 where id = $1",
                args![id, status, event.version, event.at, pays_back(cancelled)],
            )],
            _ => vec![Write::one(
                "update orders set status = $2, version = $3, updated_at = $4, held_until = null where id = $1",
                args![id, status, event.version, event.at],
            )],
        };
        writes.push(Write::one(
            "insert into order_status_history (order_id, version, status, reason, actor, at) values ($1, $2, $3, $4, $5, $6)",
            args![id, event.version, status, event.data.reason().and_then(Personal::reveal).cloned(), event.actor.to_string(), event.at],
        ));
        writes
    }
}

/// Whether what came in for it goes back by itself.
fn pays_back(cancelled: &Cancelled) -> Option<i64> {
    cancelled.refund.map(|refund| i64::from(refund == RefundOnCancel::Begin))
}

/// The statements that forget whose orders have somebody's id in a column.
macro_rules! forgets {
    ($column:literal) => {
        [
            concat!(
                "update orders set name = '', email = '', email_index = null, details = '{}', purchase_order = null, words = null where ",
                $column,
                " = $1"
            ),
            concat!(
                "update order_status_history set reason = null where order_id in (select id from orders where ",
                $column,
                " = $1)"
            ),
            concat!(
                "delete from parcels_awaited where order_id in (select id from orders where ",
                $column,
                " = $1)"
            ),
            concat!(
                "update order_acts set reason = null, said = null where order_id in (select id from orders where ",
                $column,
                " = $1)"
            ),
        ]
    };
}

/// Takes a customer out of the tables of orders: what was ordered and paid stays, who it was does not. Theirs is what they placed, and
/// what was claimed for them.
pub(crate) fn forget(customer: SubjectId) -> Vec<Write> {
    let statements = [forgets!("customer_id"), forgets!("guest_id")].into_iter().flatten();
    let mut writes: Vec<Write> = statements.map(|statement| Write::any(statement, args![customer])).collect();
    writes.push(Write::any(
        "update orders set organisation_name = null where organisation_id = $1",
        args![customer],
    ));
    writes
}

fn place(event: &Envelope<&OrderEvent>, placed: &Placed) -> Vec<Write> {
    let Placed { customer, lines, currency, total, note, at, ledger, terms } = placed;
    let person = customer.person.reveal();
    let details = json(&Details::of(person, note.as_ref().and_then(Personal::reveal)));
    let items: i64 = lines.iter().map(|line| line.quantity).sum();
    let mut writes = Vec::with_capacity(lines.len() + 2);
    writes.push(Write::one(
        "insert into orders (id, version, status, customer_id, name, email, email_index, currency, total, items, placed_at, updated_at, details, number, ledger, cart_id, purchase_order, delivery, redeemed, organisation, held_until, words, organisation_id, organisation_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)",
        args![
            event.stream_id,
            event.version,
            Status::Placed.as_str(),
            customer.id,
            person.map(|person| person.name.clone()).unwrap_or_default(),
            person.map(|person| person.email.clone()).unwrap_or_default(),
            person.and_then(|person| person.email_index),
            currency.code(),
            total.amount,
            items,
            *at,
            details,
            terms.number,
            ledger.as_ref().map(json),
            terms.cart,
            person.and_then(|person| person.purchase_order.clone()),
            terms.delivery.as_ref().map(json),
            (!terms.redeemed.is_empty()).then(|| json(&terms.redeemed)),
            terms.organisation.as_ref().map(|known| json(&ForOrganisation { name: None, ..known.shown() })),
            terms.held_until.map(Timestamp::as_micros),
            terms.words.as_ref().and_then(Personal::reveal).map(json),
            terms.organisation.as_ref().map(|known| known.id),
            terms.organisation.as_ref().and_then(|known| known.name.reveal().cloned())
        ],
    ));
    writes.extend(lines.iter().zip(1..).map(|(line, number)| item(event.stream_id, number, line)));
    writes
}
