//! The request of a payment that has no outcome yet.

use kernel::{Timestamp, Word};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use crate::PaymentId;

/// What a provider is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Request {
    Authorise,
    Capture,
    Void,
    Refund,
}

impl Request {
    /// What the provider knows the request by: the same however often it is sent, and never used for another.
    pub fn key(self, payment: PaymentId, number: i64) -> String {
        format!("{payment}-{}{number}", &self.as_str()[..1])
    }
}

/// What is known of a request that has no outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Waiting {
    /// It may not even have been sent.
    Asked,
    Challenged,
    /// It was sent, and nobody knows what came of it.
    Unknown,
}

/// A request without an outcome. There is one at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    pub request: Request,
    pub key: String,
    pub number: i64,
    pub amount: i64,
    pub waiting: Waiting,
    /// How often the provider was asked in vain.
    pub tries: u32,
    pub since: Timestamp,
    /// The challenge that a void put an end to, if the provider agrees.
    pub behind: Option<Box<Pending>>,
}

pub(crate) fn pending(request: Request, key: &str, number: i64, amount: i64, since: Timestamp) -> Pending {
    let (key, waiting) = (key.to_owned(), Waiting::Asked);
    Pending { request, key, number, amount, waiting, tries: 0, since, behind: None }
}
