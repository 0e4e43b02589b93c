//! The history of an order beside its status: parcels, edits, returns, credits, payments.

use kernel::Timestamp;
use serde::Serialize;
use store::{Failure, Row};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use uuid::Uuid;

use super::columns::written;
use crate::order::ParcelState;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ActKind {
    ParcelSent,
    ParcelSeen,
    Edited,
    ReturnOpened,
    ReturnReceived,
    ReturnClosed,
    Credited,
    MoneyMoved,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ActView {
    pub kind: ActKind,
    #[serde(flatten)]
    #[schema(value_type = ActDetails)]
    pub details: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub actor: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// What an act is about: each kind has some of it.
#[derive(Serialize, ToSchema)]
pub struct ActDetails {
    /// The parcel's or the return's.
    id: Option<Uuid>,
    lines: Option<Vec<PartView>>,
    taken: Option<Vec<PartView>>,
    /// Numbers of lines.
    added: Option<Vec<u32>>,
    carrier: Option<String>,
    tracking_number: Option<String>,
    /// Of a parcel: what it is from then on.
    state: Option<ParcelState>,
    /// When a carrier saw it, by the carrier's clock.
    seen_at: Option<String>,
    /// What the carrier said.
    text: Option<String>,
    #[schema(extensions(("x-money" = json!("currency"))))]
    paid: Option<i64>,
    #[schema(extensions(("x-money" = json!("currency"))))]
    refunded: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub struct PartView {
    line: u32,
    quantity: i64,
}

pub(crate) fn act(row: &Row<'_>) -> Result<ActView, Failure> {
    let kind: ActKind = row.word(0)?;
    let mut reason: Option<String> = row.get(2)?;
    let mut details: Option<serde_json::Map<String, serde_json::Value>> = written(row, 1)?;
    let said: Option<serde_json::Map<String, serde_json::Value>> = written(row, 6)?;
    if let Some((details, said)) = details.as_mut().zip(said) {
        details.extend(said);
    }
    let seen = kind == ActKind::ParcelSeen;
    if let Some((details, text)) = details.as_mut().filter(|_| seen).zip(reason.take_if(|_| seen)) {
        details.insert("text".into(), text.into());
    }
    Ok(ActView { kind, details, reason, actor: row.get(3)?, at: row.get(4)? })
}
