//! The status of a payment.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PaymentStatus)]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    /// The provider is being asked.
    #[default]
    Pending,
    /// The person must show who they are first, or pay, on a page of the provider's.
    Challenged,
    /// The provider was asked and did not answer; it is asked what became of it.
    Unknown,
    /// It can be tried again with another method.
    Declined,
    /// Money that comes by hand: a transfer, or cash.
    Expected,
    Authorised,
    PartiallyCaptured,
    Captured,
    PartiallyRefunded,
    Refunded,
    Voided,
    Disputed,
}
