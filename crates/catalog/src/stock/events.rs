//! The events of the stock of a variant, and how older ones are read.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::policy::Policy;
use crate::{LocationId, ProductId};

kernel::events! {
    pub enum StockEvent {
        Opened(Opened) = ("stock.opened", 1),
        Adjusted(Adjusted) = ("stock.adjusted", 2),
        Transferred(Transferred) = ("stock.transferred", 1),
        Reserved(Reserved) = ("stock.reserved", 2),
        Released(Released) = ("stock.released", 2),
        Shipped(Shipped) = ("stock.shipped", 2),
        Configured(Configured) = ("stock.configured", 1),
        Low(Low) = ("stock.low", 1),
        Held(Held) = ("stock.held", 1),
        HoldReleased(HoldReleased) = ("stock.hold_released", 1),
        HoldClaimed(HoldClaimed) = ("stock.hold_claimed", 1),
        HoldsLapsed(HoldsLapsed) = ("stock.holds_lapsed", 1),
    }
    upcast = up;
}

/// In the first schema there was one location, and nothing was promised that was not there.
pub(crate) fn up(kind: &str, _: i32, mut data: Value) -> Value {
    match kind {
        "stock.adjusted" => data["location"] = json!(LocationId::DEFAULT),
        "stock.shipped" => {
            data["from"] =
                json!([{ "location": LocationId::DEFAULT, "quantity": data["quantity"], "left": 0 }]);
        }
        _ => {}
    }
    data
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub product: ProductId,
    pub sku: String,
    pub on_hand: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjusted {
    pub delta: i64,
    pub reason: String,
    pub location: LocationId,
    /// What lies there now.
    #[serde(default)]
    pub left: i64,
    /// How many that orders wait for are there now.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub covered: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transferred {
    pub from: Taken,
    pub to: LocationId,
    /// What lies there now.
    pub to_has: i64,
    pub reason: String,
}

/// So many left a location, in which so many are left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub location: LocationId,
    pub quantity: i64,
    pub left: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reserved {
    pub order: Uuid,
    pub quantity: i64,
    /// How many of them are not there yet.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub backordered: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    pub order: Uuid,
    pub quantity: i64,
    /// How many of them were not there.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub backordered: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipped {
    pub order: Uuid,
    pub quantity: i64,
    pub from: Vec<Taken>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configured {
    pub policy: Policy,
}

/// Little of it is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Low {
    pub available: i64,
    pub threshold: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub hold: Uuid,
    pub quantity: i64,
    pub until: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldReleased {
    pub hold: Uuid,
    pub quantity: i64,
    pub until: Timestamp,
}

/// What was held is promised to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldClaimed {
    pub hold: Uuid,
    pub quantity: i64,
    pub until: Timestamp,
    pub order: Uuid,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub backordered: i64,
}

/// All that was held until then is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldsLapsed {
    pub until: Timestamp,
    pub quantity: i64,
}

pub(super) fn is_zero(number: &i64) -> bool {
    *number == 0
}
