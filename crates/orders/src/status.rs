//! What an order is, from being placed to the end.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

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
