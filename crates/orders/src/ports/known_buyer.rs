//! What is known of a customer who buys, so that they need not say it again.

use kernel::{Check, Problem};
use uuid::Uuid;

use crate::order::Address;

/// A customer, with where they had things sent before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownBuyer {
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub company: Option<String>,
    pub book: Vec<KnownAddress>,
}

/// An address of a customer's book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAddress {
    pub id: Uuid,
    /// Who takes it in, if that is somebody else.
    pub name: Option<String>,
    pub company: Option<String>,
    pub phone: Option<String>,
    pub address: Address,
    /// Whether it is the one for deliveries when nobody says which.
    pub delivery: bool,
}

impl KnownBuyer {
    /// The address of the book that is meant, or what is wrong at `pointer`.
    pub fn address(&self, id: Uuid, pointer: &str) -> Result<&KnownAddress, Problem> {
        let found = self.book.iter().find(|entry| entry.id == id);
        let mut check = Check::default();
        check.that(found.is_some(), pointer, "name an address of the customer's book");
        check.done()?;
        found.ok_or_else(Problem::bug)
    }
}
