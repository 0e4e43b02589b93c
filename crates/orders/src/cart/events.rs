//! The events of carts.

use catalog::VariantId;
use kernel::{Currency, Personal, SubjectId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::contact::{Told, Typed};
use super::draft::{Drafted, Invited, Withdrawn};
use crate::OrderId;

kernel::events! {
    pub enum CartEvent {
        Opened(Opened) = ("cart.opened", 1),
        LineAdded(LineAdded) = ("cart.line_added", 1),
        LineChanged(LineChanged) = ("cart.line_changed", 1),
        LineRemoved(LineRemoved) = ("cart.line_removed", 1),
        Described(Described) = ("cart.described", 2),
        DeliveryChosen(DeliveryChosen) = ("cart.delivery_chosen", 1),
        CodeEntered(CodeEntered) = ("cart.code_entered", 1),
        CodeTakenOut(CodeTakenOut) = ("cart.code_taken_out", 1),
        Claimed(Claimed) = ("cart.claimed", 2),
        Merged(Merged) = ("cart.merged", 1),
        Ordered(Ordered) = ("cart.ordered", 1),
        ApprovalAsked(ApprovalAsked) = ("cart.approval_asked", 1),
        Recalled(Recalled) = ("cart.recalled", 1),
        Declined(Declined) = ("cart.declined", 1),
        Drafted(Drafted) = ("cart.drafted", 2),
        Invited(Invited) = ("cart.invited", 1),
        Withdrawn(Withdrawn) = ("cart.withdrawn", 1),
    }
    upcast = super::contact::up;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub subject: SubjectId,
    pub owner: Option<SubjectId>,
    pub currency: Currency,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineAdded {
    pub variant: VariantId,
    pub quantity: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineChanged {
    pub variant: VariantId,
    pub quantity: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRemoved {
    pub variant: VariantId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Described {
    pub contact: Personal<Told>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryChosen {
    pub option: Option<Uuid>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeEntered {
    pub code: Typed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeTakenOut {
    /// Which one of those that are in the cart; before there were places, the one that says the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<usize>,
    pub code: Typed,
}

/// It belongs to a customer now, and so does what is known of whoever filled it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    pub owner: SubjectId,
    pub contact: Option<Personal<Told>>,
    /// As the customer's. Before they were anybody's they stayed as they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codes: Option<Vec<Typed>>,
    /// Who it belonged to before: nobody's name, and of no use any more.
    #[serde(default)]
    pub guest: Option<SubjectId>,
}

/// What was in it is in another cart of its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    pub into: crate::CartId,
    #[serde(default)]
    pub guest: Option<SubjectId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    pub order: OrderId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalAsked {
    pub organisation: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recalled {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declined {
    pub by: Uuid,
    /// About what the buyer wanted, so it is theirs.
    pub reason: Personal<String>,
}
