//! The events of orders, and how older ones are read.

use kernel::{Currency, Money, Personal, Timestamp};
use pricing::{Entry, Ledger};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Customer, Line, NumberedLine, ParcelSeen, ParcelSent, Part, Terms};
use crate::refunds::RefundOnCancel;
use crate::status::Status;

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
pub(crate) fn up(kind: &str, schema: i32, mut data: Value) -> Value {
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

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    pub taken: Vec<Part>,
    pub added: Vec<NumberedLine>,
    pub entries: Vec<Entry>,
    pub total: i64,
    pub reason: Option<Personal<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnOpened {
    pub id: Uuid,
    pub lines: Vec<Part>,
    pub reason: Option<Personal<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnReceived {
    pub id: Uuid,
    pub lines: Vec<Part>,
    pub entries: Vec<Entry>,
    pub total: i64,
}

/// What has not come back by now stays with the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnClosed {
    pub id: Uuid,
}

/// Something is not charged any more: delivery, goodwill, or all of a cancelled order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credited {
    pub entries: Vec<Entry>,
    pub total: i64,
    pub reason: Option<Personal<String>>,
}

/// What has been paid and paid back by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyMoved {
    pub paid: i64,
    pub refunded: i64,
}
