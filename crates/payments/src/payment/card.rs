//! What is stored of a card.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the provider says of a card; its number never reaches us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Card {
    pub brand: String,
    pub last4: String,
    /// 2030-07
    pub expires: String,
}
