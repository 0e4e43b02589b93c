//! What an order records beside its lines: number, delivery, organisation, promotions used, agreed wording.

use std::collections::BTreeMap;

use kernel::{Personal, Timestamp};
use pricing::{Entry, Kind, PromotionId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::CartId;

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

/// The delivery of its own that something agreed can have.
pub const OWN_DELIVERY: Uuid = Uuid::from_u128(0x3d50_8f6e_c1a7_4b29_9e04_7f12_ab68_d5c0);
/// What is taken off the whole, as a ledger names it.
pub(crate) const DISCOUNT: PromotionId =
    PromotionId(Uuid::from_u128(0x77c2_e91b_04d8_4a6f_b35a_c6f0_1e8d_2947));

/// What a ledger says of these, whatever the shop calls them.
pub(crate) const PRICE: &str = "Own price";
pub(crate) const OFF: &str = "Discount";
pub(crate) const DELIVERY: &str = "Delivery";

/// What the shop said of what it agreed on, each by what it is about. It may name whoever it was agreed with, so an order
/// keeps it under their key, and its ledger, which stays for the books, says without it what was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words(pub(crate) BTreeMap<Uuid, String>);

impl Words {
    pub(crate) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// What an entry says to whoever may read these words.
    pub(crate) fn of_entry(&self, entry: &Entry) -> String {
        let (id, plain) = match entry.kind {
            Kind::Discount { promotion } if promotion == DISCOUNT => (promotion.uuid(), OFF),
            Kind::Discount { promotion } => (promotion.uuid(), PRICE),
            Kind::Shipping => (OWN_DELIVERY, DELIVERY),
            _ => return entry.text.to_string(),
        };
        match self.0.get(&id).zip(entry.text.strip_prefix(plain)) {
            Some((word, rest)) => format!("{word}{rest}"),
            None => entry.text.to_string(),
        }
    }

    pub(crate) fn of_delivery(&self, chosen: ChosenDelivery) -> ChosenDelivery {
        match self.0.get(&chosen.id) {
            Some(name) => ChosenDelivery { name: name.clone(), ..chosen },
            None => chosen,
        }
    }
}
