//! What was asked of providers for a payment, given back of it, and disputed, as it is shown.

use kernel::Timestamp;
use serde::Serialize;
use store::{Failure, Row};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum TransactionRequest {
    Authorise,
    Capture,
    Void,
    Refund,
    /// Nobody is asked: what came by hand is written down.
    Record,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum TransactionState {
    Asked,
    Challenged,
    /// The provider did not answer.
    Unknown,
    Done,
    Declined,
    Refused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum RefundState {
    Asked,
    Done,
    Refused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum DisputeState {
    Open,
    Won,
    Lost,
}

/// A request to the provider, and what came of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TransactionView {
    pub request: TransactionRequest,
    /// What the provider knows it by.
    pub key: String,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub amount: i64,
    /// What it moved; less than nothing when it was paid back.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub moved: i64,
    pub state: TransactionState,
    pub tries: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub asked_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answered_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RefundView {
    pub id: Uuid,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub state: RefundState,
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DisputeView {
    pub reference: String,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub amount: i64,
    pub reason: String,
    pub state: DisputeState,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
}

impl TransactionView {
    pub(crate) fn read(row: &Row<'_>) -> Result<Self, Failure> {
        Ok(Self {
            request: row.word(0)?,
            key: row.get(1)?,
            amount: row.get(2)?,
            moved: row.get(3)?,
            state: row.word(4)?,
            tries: row.get(5)?,
            detail: row.get(6)?,
            note: row.get(7)?,
            asked_at: row.get(8)?,
            answered_at: row.get(9)?,
        })
    }
}

impl RefundView {
    pub(crate) fn read(row: &Row<'_>) -> Result<Self, Failure> {
        Ok(Self {
            id: row.get(0)?,
            amount: row.get(1)?,
            reason: row.get(2)?,
            state: row.word(3)?,
            requested_at: row.get(4)?,
        })
    }
}

impl DisputeView {
    pub(crate) fn read(row: &Row<'_>) -> Result<Self, Failure> {
        Ok(Self {
            reference: row.get(0)?,
            amount: row.get(1)?,
            reason: row.get(2)?,
            state: row.word(3)?,
            opened_at: row.get(4)?,
        })
    }
}
