//! The ports through which records learn of accounts and orders, which other contexts keep.

use std::pin::Pin;

use kernel::{Problem, Timestamp};
use store::{Tenant, Work};

use crate::CustomerId;

/// A customer who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFacts {
    pub id: CustomerId,
    pub name: String,
    pub email: String,
    /// When the address was shown to be theirs.
    pub proven_at: Option<Timestamp>,
    pub opened_at: Timestamp,
}

type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send + 'a>>;

/// Whoever keeps the accounts and the orders of customers.
pub trait Elsewhere: Send + Sync {
    /// The customer who signs in under this id.
    fn account<'a>(&'a self, tenant: &'a Tenant, id: CustomerId) -> Asked<'a, Option<AccountFacts>>;

    /// Calls them so where they sign in, too.
    fn rename(&self, id: CustomerId, name: String) -> Work;

    /// Who placed the order with this number.
    fn customer_of_order<'a>(&'a self, tenant: &'a Tenant, number: i64) -> Asked<'a, Option<CustomerId>>;
}
