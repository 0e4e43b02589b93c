//! What orders and carts tell everybody else. Money is in minor units; pieces are counted by the number of their line.

mod claims;

pub use claims::{ClaimTold, OrderClaimed};

use edge::published::{About, Example, Theirs};
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::{Uuid, uuid};

use crate::cart::CartEvent;
use crate::order::{Address, Edited, Line, OrderEvent, ParcelState, Part, Person, Placed};
use crate::refunds::RefundOnCancel;

edge::published! {
    /// What became of an order.
    pub enum OrderTold of OrderEvent, on OrderEvents {
        /// An order was placed.
        Placed(OrderPlaced) = ("order.placed", 1),
        /// The shop confirmed an order.
        Confirmed(OrderStepped) = ("order.confirmed", 1),
        /// All of an order is packed.
        Packed(OrderStepped) = ("order.packed", 1),
        /// A part of an order is on its way.
        PartlyShipped(OrderStepped) = ("order.partly_shipped", 1),
        /// All of an order is on its way.
        Shipped(OrderStepped) = ("order.shipped", 1),
        /// All of an order has arrived.
        Delivered(OrderStepped) = ("order.delivered", 1),
        /// Everything that was sent has come back.
        Returned(OrderStepped) = ("order.returned", 1),
        /// An order was cancelled.
        Cancelled(OrderCancelled) = ("order.cancelled", 1),
        /// A parcel left.
        ParcelSent(OrderParcelSent) = ("order.parcel_sent", 1),
        /// A carrier said where a parcel is.
        ParcelSeen(OrderParcelSeen) = ("order.parcel_seen", 1),
        /// Something was taken out of an order, or added to it.
        Edited(OrderEdited) = ("order.edited", 1),
        /// A customer wants to give something back.
        ReturnOpened(OrderReturnOpened) = ("order.return_opened", 1),
        /// What was to come back has arrived, or a part of it.
        ReturnReceived(OrderReturnReceived) = ("order.return_received", 1),
        /// What has not come back by now stays with the customer.
        ReturnClosed(OrderReturnClosed) = ("order.return_closed", 1),
        /// A part of an order is no longer charged.
        Credited(OrderCredited) = ("order.credited", 1),
        /// Money came in for an order, or went back.
        MoneyMoved(OrderMoneyMoved) = ("order.money_moved", 1),
    } = of_order;
}

edge::published! {
    /// What becomes of a cart before there is an order.
    pub enum CartTold of CartEvent, on OrderEvents {
        /// A cart waits for somebody of the organisation to say yes.
        ApprovalAsked(CartApprovalAsked) = ("cart.approval_asked", 1),
        /// Somebody of the organisation said no.
        Declined(CartDeclined) = ("cart.declined", 1),
        /// Somebody was invited to order what the shop has put together for them.
        Invited(CartInvited) = ("cart.invited", 1),
    } = of_cart;
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OrderPlaced {
    pub order_id: Uuid,
    /// By what a person names it; none for orders from before they had one.
    pub number: Option<i64>,
    /// An account, or somebody who ordered as a guest.
    pub customer_id: Uuid,
    pub customer: Theirs<Buyer>,
    pub organisation_id: Option<Uuid>,
    pub currency: String,
    pub total: i64,
    pub lines: Vec<OrderedLine>,
    /// The way of delivery that was chosen.
    pub delivery: Option<String>,
    /// Until when what is in it is kept for whoever has not paid; for ever when nothing is said.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub held_until: Option<Timestamp>,
}

/// Whoever ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Buyer {
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub company: Option<String>,
    #[schema(inline)]
    pub address: Address,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderedLine {
    /// Its number in the order.
    pub line: u32,
    pub product_id: Uuid,
    pub variant_id: Uuid,
    pub sku: String,
    pub title: String,
    pub quantity: i64,
    pub unit_price: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderStepped {
    pub order_id: Uuid,
    /// What somebody said about it.
    pub reason: Theirs<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderCancelled {
    pub order_id: Uuid,
    pub reason: Theirs<String>,
    /// What the shop does with money that came in; nothing, before shops said anything.
    pub refund: Option<RefundOnCancel>,
}

/// So many pieces of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartOfLine {
    pub line: u32,
    pub quantity: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderParcelSent {
    pub order_id: Uuid,
    pub parcel_id: Uuid,
    pub lines: Vec<PartOfLine>,
    /// The partner who is asked where it is, if anybody is.
    pub carrier_id: Option<Uuid>,
    /// What is written on it.
    pub label: Theirs<ParcelLabel>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ParcelLabel {
    pub carrier: Option<String>,
    pub tracking_number: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderParcelSeen {
    pub order_id: Uuid,
    pub parcel_id: Uuid,
    /// What it is from then on, if that is another.
    pub state: Option<ParcelState>,
    /// When that was, by the carrier's clock.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub seen_at: Option<Timestamp>,
    /// In the carrier's words.
    pub text: Theirs<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderEdited {
    pub order_id: Uuid,
    pub taken: Vec<PartOfLine>,
    pub added: Vec<OrderedLine>,
    /// What it costs from then on.
    pub total: i64,
    pub reason: Theirs<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderReturnOpened {
    pub order_id: Uuid,
    pub return_id: Uuid,
    pub lines: Vec<PartOfLine>,
    pub reason: Theirs<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderReturnReceived {
    pub order_id: Uuid,
    pub return_id: Uuid,
    pub lines: Vec<PartOfLine>,
    /// What the order costs from then on.
    pub total: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderReturnClosed {
    pub order_id: Uuid,
    pub return_id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderCredited {
    pub order_id: Uuid,
    /// What it costs from then on.
    pub total: i64,
    pub reason: Theirs<String>,
}

/// All of it, by now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderMoneyMoved {
    pub order_id: Uuid,
    pub paid: i64,
    pub refunded: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CartApprovalAsked {
    pub cart_id: Uuid,
    pub organisation_id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CartDeclined {
    pub cart_id: Uuid,
    /// The colleague who said no.
    pub declined_by: Uuid,
    pub reason: Theirs<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CartInvited {
    pub cart_id: Uuid,
}

fn of_order(event: &OrderEvent, about: &About) -> Option<OrderTold> {
    let order_id = about.id;
    let reason = || Theirs::from(event.reason());
    let stepped = || OrderStepped { order_id, reason: reason() };
    Some(match event {
        OrderEvent::Placed(placed) => OrderTold::Placed(OrderPlaced::of(placed, order_id)),
        OrderEvent::Confirmed(_) => OrderTold::Confirmed(stepped()),
        OrderEvent::Packed(_) => OrderTold::Packed(stepped()),
        OrderEvent::PartlyShipped(_) => OrderTold::PartlyShipped(stepped()),
        OrderEvent::Shipped(_) => OrderTold::Shipped(stepped()),
        OrderEvent::Delivered(_) => OrderTold::Delivered(stepped()),
        OrderEvent::Returned(_) => OrderTold::Returned(stepped()),
        OrderEvent::Cancelled(cancelled) => {
            OrderTold::Cancelled(OrderCancelled { order_id, reason: reason(), refund: cancelled.refund })
        }
        OrderEvent::ParcelSent(sent) => OrderTold::ParcelSent(OrderParcelSent {
            order_id,
            parcel_id: sent.parcel,
            lines: parts(&sent.lines),
            carrier_id: sent.carrier_id,
            label: Theirs(sent.label.as_ref().and_then(|label| label.reveal()).map(|label| ParcelLabel {
                carrier: label.carrier.clone(),
                tracking_number: label.tracking.clone(),
            })),
        }),
        OrderEvent::ParcelSeen(seen) => OrderTold::ParcelSeen(OrderParcelSeen {
            order_id,
            parcel_id: seen.parcel,
            state: seen.state,
            seen_at: seen.seen_at,
            text: reason(),
        }),
        OrderEvent::Edited(Edited { taken, added, total, .. }) => OrderTold::Edited(OrderEdited {
            order_id,
            taken: parts(taken),
            added: added.iter().map(|added| OrderedLine::of(added.number, &added.line)).collect(),
            total: *total,
            reason: reason(),
        }),
        OrderEvent::ReturnOpened(opened) => OrderTold::ReturnOpened(OrderReturnOpened {
            order_id,
            return_id: opened.id,
            lines: parts(&opened.lines),
            reason: reason(),
        }),
        OrderEvent::ReturnReceived(received) => OrderTold::ReturnReceived(OrderReturnReceived {
            order_id,
            return_id: received.id,
            lines: parts(&received.lines),
            total: received.total,
        }),
        OrderEvent::ReturnClosed(closed) => {
            OrderTold::ReturnClosed(OrderReturnClosed { order_id, return_id: closed.id })
        }
        OrderEvent::Credited(credited) => {
            OrderTold::Credited(OrderCredited { order_id, total: credited.total, reason: reason() })
        }
        OrderEvent::MoneyMoved(moved) => {
            let (paid, refunded) = (moved.paid, moved.refunded);
            OrderTold::MoneyMoved(OrderMoneyMoved { order_id, paid, refunded })
        }
    })
}

fn of_cart(event: &CartEvent, about: &About) -> Option<CartTold> {
    let cart_id = about.id;
    match event {
        CartEvent::ApprovalAsked(asked) => {
            let organisation_id = asked.organisation;
            Some(CartTold::ApprovalAsked(CartApprovalAsked { cart_id, organisation_id }))
        }
        CartEvent::Declined(declined) => {
            let (declined_by, reason) = (declined.by, Theirs::from(&declined.reason));
            Some(CartTold::Declined(CartDeclined { cart_id, declined_by, reason }))
        }
        CartEvent::Invited(_) => Some(CartTold::Invited(CartInvited { cart_id })),
        _ => None,
    }
}

fn parts(parts: &[Part]) -> Vec<PartOfLine> {
    parts.iter().map(|(line, quantity)| PartOfLine { line: *line, quantity: *quantity }).collect()
}

impl OrderPlaced {
    fn of(placed: &Placed, order_id: Uuid) -> Self {
        let terms = &placed.terms;
        Self {
            order_id,
            number: terms.number,
            customer_id: placed.customer.id.uuid(),
            customer: Theirs(placed.customer.person.reveal().map(Buyer::of)),
            organisation_id: terms.organisation.as_ref().map(|organisation| organisation.id),
            currency: placed.currency.code().to_owned(),
            total: placed.total.amount,
            lines: placed.lines.iter().zip(1..).map(|(line, number)| OrderedLine::of(number, line)).collect(),
            delivery: terms.delivery.as_ref().map(|delivery| delivery.name.clone()),
            held_until: terms.held_until,
        }
    }
}

impl Buyer {
    fn of(person: &Person) -> Self {
        let Person { name, email, phone, company, address, .. } = person.clone();
        Self { name, email, phone, company, address }
    }
}

impl OrderedLine {
    fn of(number: u32, line: &Line) -> Self {
        Self {
            line: number,
            product_id: line.product.uuid(),
            variant_id: line.variant.uuid(),
            sku: line.sku.clone(),
            title: line.title.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price.amount,
        }
    }
}

const ORDER: Uuid = uuid!("01934b2e-7c41-7a05-9d3f-5f2c8e6a1b10");
const PARCEL: Uuid = uuid!("01934b2f-02d7-7b1e-8a44-9f0f3c2d7e21");
const RETURN: Uuid = uuid!("01934c6a-51b0-7d92-b6c8-1a4e0f9d3c32");
const CART: Uuid = uuid!("01934b2d-9e10-7f63-a1d7-6b3c5e8f0a43");
const ADA: Uuid = uuid!("01934a00-1f2e-7c3d-8b4a-2e5f7a9c1d54");
const MILL: Uuid = uuid!("01934a01-6b7c-7d8e-9fa0-3c6d8e0f2a65");

fn a_part() -> Vec<PartOfLine> {
    vec![PartOfLine { line: 1, quantity: 2 }]
}

fn a_line() -> OrderedLine {
    OrderedLine {
        line: 1,
        product_id: uuid!("01934900-aa11-7bb2-8cc3-4dd5ee6ff776"),
        variant_id: uuid!("01934900-aa11-7bb2-8cc3-4dd5ee6ff787"),
        sku: "MUG-WHITE".into(),
        title: "White mug".into(),
        quantity: 2,
        unit_price: 1450,
    }
}

fn said(text: &str) -> Theirs<String> {
    Theirs(Some(text.into()))
}

impl Example for OrderPlaced {
    fn example() -> Self {
        let address = Address {
            line1: "12 Sunday's Well Road".into(),
            city: "Cork".into(),
            postal_code: "T23 F1K2".into(),
            country: "IE".into(),
            ..Address::nowhere()
        };
        let (name, email) = ("Ada Lovelace".into(), "ada@example.com".into());
        Self {
            order_id: ORDER,
            number: Some(1042),
            customer_id: ADA,
            customer: Theirs(Some(Buyer { name, email, phone: None, company: None, address })),
            organisation_id: None,
            currency: "EUR".into(),
            total: 3390,
            lines: vec![a_line()],
            delivery: Some("Standard".into()),
            held_until: None,
        }
    }
}

impl Example for OrderStepped {
    fn example() -> Self {
        Self { order_id: ORDER, reason: said("As agreed on the phone") }
    }
}

impl Example for OrderCancelled {
    fn example() -> Self {
        Self { order_id: ORDER, reason: said("Ordered twice"), refund: Some(RefundOnCancel::Begin) }
    }
}

impl Example for OrderParcelSent {
    fn example() -> Self {
        let label =
            ParcelLabel { carrier: Some("An Post".into()), tracking_number: Some("AB123456789IE".into()) };
        Self {
            order_id: ORDER,
            parcel_id: PARCEL,
            lines: a_part(),
            carrier_id: None,
            label: Theirs(Some(label)),
        }
    }
}

impl Example for OrderParcelSeen {
    fn example() -> Self {
        Self {
            order_id: ORDER,
            parcel_id: PARCEL,
            state: Some(ParcelState::UnderWay),
            seen_at: "2026-05-03T14:00:00Z".parse().ok(),
            text: said("Left the depot in Cork"),
        }
    }
}

impl Example for OrderEdited {
    fn example() -> Self {
        let taken = vec![PartOfLine { line: 1, quantity: 1 }];
        Self { order_id: ORDER, taken, added: Vec::new(), total: 1940, reason: said("One was out of stock") }
    }
}

impl Example for OrderReturnOpened {
    fn example() -> Self {
        Self { order_id: ORDER, return_id: RETURN, lines: a_part(), reason: said("The handle is chipped") }
    }
}

impl Example for OrderReturnReceived {
    fn example() -> Self {
        Self { order_id: ORDER, return_id: RETURN, lines: a_part(), total: 490 }
    }
}

impl Example for OrderReturnClosed {
    fn example() -> Self {
        Self { order_id: ORDER, return_id: RETURN }
    }
}

impl Example for OrderCredited {
    fn example() -> Self {
        Self { order_id: ORDER, total: 2900, reason: said("It came late") }
    }
}

impl Example for OrderMoneyMoved {
    fn example() -> Self {
        Self { order_id: ORDER, paid: 3390, refunded: 0 }
    }
}

impl Example for CartApprovalAsked {
    fn example() -> Self {
        Self { cart_id: CART, organisation_id: MILL }
    }
}

impl Example for CartDeclined {
    fn example() -> Self {
        Self { cart_id: CART, declined_by: ADA, reason: said("Not before the new year") }
    }
}

impl Example for CartInvited {
    fn example() -> Self {
        Self { cart_id: CART }
    }
}
