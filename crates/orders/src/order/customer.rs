//! Who ordered, and where it goes.

use kernel::{Personal, SubjectId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

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
