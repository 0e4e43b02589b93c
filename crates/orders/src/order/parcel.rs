//! Parcels of an order: what was sent, and what carriers said of it.

use kernel::{Personal, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use uuid::Uuid;

use super::line::{Part, is_zero};

/// Pieces that are on their way to the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelSent {
    pub parcel: Uuid,
    pub lines: Vec<Part>,
    /// The partner who is asked where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Personal<Label>>,
    /// Whether what is in it counts towards the order's being whole; not in parcels from before it was counted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counted: bool,
}

/// What is written on a parcel. By the number a carrier tells where somebody lives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "tracking_number")]
    pub tracking: Option<String>,
}

impl ParcelSent {
    /// Whom to ask for it, and under which number, as long as that is known.
    pub fn trail(&self) -> Option<(Uuid, &str)> {
        self.carrier_id.zip(self.label.as_ref()?.reveal()?.tracking.as_deref())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ParcelState {
    /// The carrier knows of it and does not have it yet.
    Announced,
    UnderWay,
    Delivered,
    /// It may still be found.
    Lost,
    /// Nobody has said for too long what became of it.
    Unknown,
}

impl ParcelState {
    /// Nothing is asked about it any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Unknown)
    }
}

/// A parcel whose carrier is asked where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    pub parcel: Uuid,
    /// How many pieces are in it; 0 when they are not counted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub pieces: i64,
    pub state: ParcelState,
    /// The moments of the milestones that are known. What they say is the customer's, and is not needed here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<Timestamp>,
}

/// One thing that a carrier said of a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelSeen {
    pub parcel: Uuid,
    /// What it is from then on, if that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ParcelState>,
    /// When that was, by the carrier's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// In the carrier's words, which may name places and people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Personal<String>>,
}
