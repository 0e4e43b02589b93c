//! Who an account belongs to.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub name: String,
    pub email: String,
    /// By what the account is found; nothing while nobody has confirmed that the address is theirs.
    pub email_index: Option<uuid::Uuid>,
}
