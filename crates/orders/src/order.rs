//! An order: state, events, and how one follows from the other.

use catalog::{ProductId, VariantId};
use kernel::{Aggregate, Currency, Money, Personal, SubjectId, Timestamp};
use pricing::{Ledger, PromotionId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::CartId;
use crate::after::{
    Credited, Edited, MoneyMoved, ParcelSent, Pieces, Return, ReturnClosed, ReturnOpened, ReturnReceived,
};
use crate::agreed::Words;
use crate::rules::RefundOnCancel;
use crate::tracking::{ParcelSeen, Watched};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OrderStatus)]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    Placed,
    Confirmed,
    Packed,
    /// Some of it has been sent, and some has not.
    PartlyShipped,
    Shipped,
    Delivered,
    /// Everything that was sent has come back.
    Returned,
    Cancelled,
}

impl Status {
    /// What somebody can say that it becomes; parcels and returns say the rest.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Placed => &[Self::Confirmed, Self::Cancelled],
            Self::Confirmed => &[Self::Packed, Self::Cancelled],
            Self::Packed => &[Self::Shipped, Self::Cancelled],
            Self::PartlyShipped => &[Self::Shipped],
            Self::Shipped => &[Self::Delivered],
            Self::Delivered | Self::Returned | Self::Cancelled => &[],
        }
    }
}

/// Who ordered. The subject is the customer's, or one made for a guest. All that is known of them is one value, because
/// each value is sealed by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    pub id: SubjectId,
    pub person: Personal<Person>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub name: String,
    pub email: String,
    /// By what the orders of an e-mail address are found.
    pub email_index: Option<Uuid>,
    pub phone: Option<String>,
    pub address: Address,
    /// Where the bill goes, when that is elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// A number of the customer's own, for their books.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_order: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Address {
    pub line1: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    pub city: String,
    pub postal_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Two letters, ISO 3166.
    pub country: String,
}

impl Address {
    /// Where a cart goes as long as nobody has said where.
    pub(crate) fn nowhere() -> Self {
        Self {
            line1: String::new(),
            line2: None,
            city: String::new(),
            postal_code: String::new(),
            region: None,
            country: String::new(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub variant: VariantId,
    pub product: ProductId,
    pub sku: String,
    pub title: String,
    pub quantity: i64,
    pub unit_price: Money,
}

/// What later decisions need to know; what the order says of itself is in the tables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub status: Option<Status>,
    /// What is reserved for it.
    pub reserved: Vec<(VariantId, i64)>,
    /// What became of each line; empty for orders from before there were ledgers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<Pieces>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returns: Vec<Return>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<MoneyMoved>,
    /// Parcels that have not arrived and whose carriers are asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watched: Vec<Watched>,
    /// How many pieces have arrived, by what carriers say, or whoever said that all of them have.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub arrived: i64,
}

pub(crate) fn is_zero(count: &i64) -> bool {
    *count == 0
}

kernel::events! {
    pub enum OrderEvent {
        Placed(Placed) = ("order.placed", 3),
        Confirmed(Confirmed) = ("order.confirmed", 2),
        Packed(Packed) = ("order.packed", 2),
        PartlyShipped(PartlyShipped) = ("order.partly_shipped", 1),
        Shipped(Shipped) = ("order.shipped", 2),
        Delivered(Delivered) = ("order.delivered", 2),
        Returned(Returned) = ("order.returned", 1),
        Cancelled(Cancelled) = ("order.cancelled", 2),
        ParcelSent(ParcelSent) = ("order.parcel_sent", 2),
        ParcelSeen(ParcelSeen) = ("order.parcel_seen", 1),
        Edited(Edited) = ("order.edited", 1),
        ReturnOpened(ReturnOpened) = ("order.return_opened", 1),
        ReturnReceived(ReturnReceived) = ("order.return_received", 1),
        ReturnClosed(ReturnClosed) = ("order.return_closed", 1),
        Credited(Credited) = ("order.credited", 1),
        MoneyMoved(MoneyMoved) = ("order.money_moved", 1),
    }
    upcast = up;
}

/// In the first schema a reason was nobody's, though what people write about an order is about who ordered, and so was
/// what is written on a parcel; each thing that is known of a customer was sealed by itself. In the second an order of an
/// organisation said in clear how that is called, and under which number it buys.
fn up(kind: &str, schema: i32, mut data: Value) -> Value {
    match (kind, schema) {
        ("order.placed", 1) => {
            let customer = &data["customer"];
            let opened = |field: &str| customer[field]["$personal"]["value"].clone();
            let mut person = Value::Null;
            if !opened("name").is_null() {
                person = json!({ "name": opened("name"), "email": opened("email"), "email_index": opened("email_index"), "phone": opened("phone"), "address": opened("address") });
            }
            data["customer"] = json!({ "id": customer["id"], "person": { "$personal": { "subject": customer["id"], "value": person } } });
        }
        ("order.placed", _) => {
            let number = data.pointer("/terms/purchase_order").filter(|number| !number.is_null()).cloned();
            let person = data.pointer_mut("/customer/person/$personal/value");
            if let (Some(person), Some(number)) = (person.filter(|known| known.is_object()), number) {
                person["purchase_order"] = number;
            }
            if let Some(organisation) =
                data.pointer_mut("/terms/organisation").filter(|known| known.is_object())
            {
                let (id, name) = (organisation["id"].clone(), organisation["name"].take());
                organisation["name"] = json!({ "$personal": { "subject": id, "value": name } });
            }
        }
        ("order.parcel_sent", _) => {
            let label = json!({ "carrier": data["carrier"], "tracking_number": data["tracking"] });
            let any = label["carrier"].is_string() || label["tracking_number"].is_string();
            let label = any.then(|| json!({ "$personal": { "subject": Uuid::nil(), "value": label } }));
            data["label"] = json!(label);
        }
        _ => {
            if let Some(reason) = data.get("reason").and_then(Value::as_str) {
                data["reason"] = json!({ "$personal": { "subject": Uuid::nil(), "value": reason } });
            }
        }
    }
    data
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    pub customer: Customer,
    pub lines: Vec<Line>,
    pub currency: Currency,
    pub total: Money,
    pub note: Option<Personal<String>>,
    pub at: Timestamp,
    /// What it costs, and why; its sum is the total. Orders from before there were promotions and taxes have none: they
    /// cost what their lines cost.
    #[serde(default)]
    pub ledger: Option<Ledger>,
    #[serde(default)]
    pub terms: Terms,
}

/// What an order says beside its lines. Orders from before carts say none of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// By what a person names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cart: Option<CartId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<ChosenDelivery>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OnBehalf>,
    /// What the shop said of what it agreed on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<Personal<Words>>,
    /// Until when what is in it is kept for whoever has not paid; for ever, when nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_until: Option<Timestamp>,
    /// The promotions whose uses are counted, and that it used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redeemed: Vec<Redeemed>,
}

/// A promotion that an order used, as it was limited then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redeemed {
    pub promotion: PromotionId,
    /// Whether the use was counted for the customer as well.
    pub for_customer: bool,
}

/// The organisation that it was bought for. One may be a person, so its name is its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnBehalf {
    pub id: Uuid,
    pub name: Personal<String>,
    /// The colleague who said yes to it, where somebody had to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<Uuid>,
}

/// The organisation that it was bought for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ForOrganisation {
    pub id: Uuid,
    /// As it was called then; absent once it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The colleague who said yes to it, where somebody had to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<Uuid>,
}

impl OnBehalf {
    pub(crate) fn shown(&self) -> ForOrganisation {
        let Self { id, name, approved_by } = self;
        ForOrganisation { id: *id, name: name.reveal().cloned(), approved_by: *approved_by }
    }
}

/// The way of delivery that was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChosenDelivery {
    pub id: Uuid,
    pub name: String,
}

macro_rules! step {
    ($($name:ident),+) => {$(
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            pub reason: Option<Personal<String>>,
        }
    )+};
}

step!(Confirmed, Packed, PartlyShipped, Shipped, Delivered, Returned);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    pub reason: Option<Personal<String>>,
    /// What the shop said then about the money; nothing, before shops said anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<RefundOnCancel>,
}

impl OrderEvent {
    /// What the order is after it, if that is what it says.
    pub fn status(&self) -> Option<Status> {
        match self {
            Self::Placed(_) => Some(Status::Placed),
            Self::Confirmed(_) => Some(Status::Confirmed),
            Self::Packed(_) => Some(Status::Packed),
            Self::PartlyShipped(_) => Some(Status::PartlyShipped),
            Self::Shipped(_) => Some(Status::Shipped),
            Self::Delivered(_) => Some(Status::Delivered),
            Self::Returned(_) => Some(Status::Returned),
            Self::Cancelled(_) => Some(Status::Cancelled),
            _ => None,
        }
    }

    /// What people said of it, which is the customer's.
    pub fn reason(&self) -> Option<&Personal<String>> {
        match self {
            Self::Confirmed(Confirmed { reason })
            | Self::Packed(Packed { reason })
            | Self::PartlyShipped(PartlyShipped { reason })
            | Self::Shipped(Shipped { reason })
            | Self::Delivered(Delivered { reason })
            | Self::Returned(Returned { reason })
            | Self::Cancelled(Cancelled { reason, .. })
            | Self::Edited(Edited { reason, .. })
            | Self::ReturnOpened(ReturnOpened { reason, .. })
            | Self::Credited(Credited { reason, .. }) => reason.as_ref(),
            Self::ParcelSeen(ParcelSeen { text, .. }) => text.as_ref(),
            _ => None,
        }
    }
}

impl Aggregate for Order {
    const KIND: &'static str = "order";
    type Event = OrderEvent;

    fn apply(&mut self, event: &OrderEvent) {
        if let Some(status) = event.status() {
            self.status = Some(status);
        }
        match event {
            OrderEvent::Placed(placed) => {
                self.reserved = placed.lines.iter().map(|line| (line.variant, line.quantity)).collect();
                if placed.ledger.is_some() {
                    self.pieces =
                        placed.lines.iter().zip(1..).map(|(line, number)| Pieces::of(number, line)).collect();
                }
            }
            OrderEvent::Shipped(_) | OrderEvent::Cancelled(_) => self.reserved.clear(),
            event => self.come_after(event),
        }
        match event {
            // There were none left to send, but in orders from before it took a parcel to ship one.
            OrderEvent::Shipped(_) => self.pieces.iter_mut().for_each(|pieces| pieces.sent = pieces.quantity),
            OrderEvent::Delivered(_) => self.arrived = self.sent(),
            _ => {}
        }
    }
}
