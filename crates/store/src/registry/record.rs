//! What the registry knows of a tenant, and of a key that programs sign in with.

use kernel::{Currency, TenantId, Timestamp, Word};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::access_lists::Origin;
use crate::Failure;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantRecord {
    pub id: TenantId,
    /// Its name in addresses: `demo` in `demo.localhost`.
    pub slug: String,
    pub name: String,
    pub currency: Currency,
    pub status: TenantStatus,
    /// Host names of its own, beside the slug under the platform's domain.
    pub hosts: Vec<String>,
    /// What its plan leaves out, by the noun of the permissions: `files`.
    pub without: Vec<String>,
    /// The networks from which its staff may come; from everywhere when there are none.
    pub networks: Vec<String>,
    /// Origins whose pages may ask it from a browser.
    pub origins: Vec<Origin>,
    pub created: Timestamp,
}

impl TenantRecord {
    /// The cell itself, for those who run it.
    pub fn platform() -> Self {
        Self {
            id: TenantId::CELL,
            slug: String::new(),
            name: "Galleria".into(),
            currency: "EUR".parse().expect("the euro is a currency"),
            status: TenantStatus::Active,
            hosts: Vec::new(),
            without: Vec::new(),
            networks: Vec::new(),
            origins: Vec::new(),
            created: Timestamp::from_micros(0),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum TenantStatus {
    Active,
    ReadOnly,
    Suspended,
    /// On its way in: not whole yet.
    Arriving,
    /// It lives in another cell now.
    Departed,
}

impl TenantStatus {
    /// Whether its records are here, and whole.
    pub fn is_here(self) -> bool {
        !matches!(self, Self::Arriving | Self::Departed)
    }
}

/// A key that a program signs in with. Its secret is shown once and kept as a hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Key {
    pub id: Uuid,
    pub tenant: TenantId,
    pub name: String,
    /// What its bearer may do: the name of a role.
    pub role: String,
    pub created: Timestamp,
    /// When it stops working by itself.
    pub expires: Option<Timestamp>,
    /// How often it may ask in a minute, when that is not what all keys may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

pub(crate) fn status(text: &str) -> Result<TenantStatus, Failure> {
    TenantStatus::named(text).ok_or_else(|| {
        Failure::Unusable(format!(
            "A tenant has the status {text:?}, which this binary does not know. Start a newer one."
        ))
    })
}

/// A slug is a label of a host name: lower-case letters, digits, and hyphens inside.
pub(crate) fn check_slug(slug: &str) -> Result<(), Failure> {
    let letters = slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if letters && (1..=63).contains(&slug.len()) && !slug.starts_with('-') && !slug.ends_with('-') {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "{slug:?} cannot be part of an address. Use 1 to 63 lower-case letters, digits and hyphens, such as \"oak-and-linen\"."
    )))
}
