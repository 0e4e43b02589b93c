//! Whether the money of a cancelled order goes back by itself or is left to staff.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum RefundOnCancel {
    /// The providers that took it are asked to pay it back, at once.
    #[default]
    Begin,
    /// Staff see what is owed, and refund it.
    Offer,
}

/// What is to be paid back, and who does that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RefundDue {
    /// In minor units.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub amount: i64,
    /// Whether the providers that took it are asked to pay it back, without anybody's doing.
    pub by_itself: bool,
    /// For people.
    pub what_to_do: &'static str,
}

impl RefundDue {
    /// Nothing, when there is nothing to pay back.
    pub(crate) fn of(amount: i64, by_itself: bool) -> Option<Self> {
        let what_to_do = match by_itself {
            true => {
                "The providers that took it are asked to pay it back. What came by hand, send back yourself, and then refund that payment, which records it. A refund that a provider refused is listed with its payment."
            }
            false => {
                "List the payments of the order and refund them. What came by hand, send back first: refunding that payment records it."
            }
        };
        (amount > 0).then_some(Self { amount, by_itself, what_to_do })
    }
}
