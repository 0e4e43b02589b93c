//! A draft: a cart that a shop puts together for somebody, at prices that were agreed on. Only the shop changes what is in
//! it and what that costs; whoever it is for says who they are and where it goes, and orders it.

use catalog::VariantId;
use kernel::{Currency, Personal, SubjectId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Told;
use crate::agreement::Agreed;

/// What makes a cart a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The customer whom it is for, if the shop knows them by an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<SubjectId>,
    /// Why somebody pays another price says something of them.
    pub agreed: Personal<Agreed>,
}

impl Draft {
    pub(super) fn has_delivery(&self) -> bool {
        self.agreed.reveal().is_some_and(|agreed| agreed.delivery.is_some())
    }
}

/// A draft as it is from then on, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drafted {
    pub subject: SubjectId,
    pub currency: Currency,
    pub lines: Vec<(VariantId, i64)>,
    pub contact: Personal<Told>,
    pub delivery: Option<Uuid>,
    pub draft: Draft,
    /// Whose it was before and is not any more: nobody's name, and of no use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest: Option<SubjectId>,
    /// It is for somebody else than before, so nobody is invited until the shop invites again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uninvited: bool,
}

/// Whoever knows its id may open it from now on, or the customer whom it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {}

/// The shop has taken it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// Whom it was made up for, if the shop knew them by no account: of no use any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest: Option<SubjectId>,
}
