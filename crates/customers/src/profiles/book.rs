//! A customer's address book.

use std::collections::BTreeMap;

use kernel::Personal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::BookEntryId;

/// The state of a customer holds their book, so there is an end to it.
pub const MOST_ADDRESSES: usize = 50;

/// Where something is sent to a customer, and to whom there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BookAddress {
    /// Who takes it in, if that is somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub company: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    pub phone: Option<String>,
    #[schema(min_length = 1, max_length = 200, extensions(("x-write" = json!("street and number, in 1 to 200 letters"))))]
    pub line1: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub line2: Option<String>,
    #[schema(min_length = 1, max_length = 100)]
    pub city: String,
    /// As the country writes it; left out where there are none.
    #[serde(default)]
    pub postal_code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub region: Option<String>,
    /// Two letters, ISO 3166-1: IE.
    pub country: String,
}

/// What a customer's book holds. Which of them is used when nobody says which is the first of both kinds, until another is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    pub entries: BTreeMap<BookEntryId, Personal<BookAddress>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<BookEntryId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing: Option<BookEntryId>,
}

impl BookAddress {
    /// As it is kept.
    pub(crate) fn tidy(&self) -> Self {
        let some = |text: &Option<String>| {
            text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        Self {
            name: some(&self.name),
            company: some(&self.company),
            phone: some(&self.phone),
            line1: self.line1.trim().to_owned(),
            line2: some(&self.line2),
            city: self.city.trim().to_owned(),
            postal_code: places::tidy_postal_code(&self.country, &self.postal_code),
            region: some(&self.region),
            country: self.country.clone(),
        }
    }

    /// Whether both are the same door, whoever opens it.
    fn is_where(&self, other: &Self) -> bool {
        let door = |address: &Self| {
            let small = |text: &str| text.trim().to_lowercase();
            let line2 = address.line2.as_deref().unwrap_or_default();
            let of = [&address.line1, line2, &address.city, &address.postal_code, &address.country];
            of.map(small)
        };
        door(self) == door(other)
    }
}

impl Book {
    pub fn is_full(&self) -> bool {
        self.entries.len() >= MOST_ADDRESSES
    }

    /// Whether this door stands in it already.
    pub fn knows(&self, address: &BookAddress) -> bool {
        self.entries.values().filter_map(Personal::reveal).any(|known| known.is_where(address))
    }
}
