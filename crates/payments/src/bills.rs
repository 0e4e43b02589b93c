//! What payments need to know of orders: what one costs, and whose it is.

use futures_util::future::BoxFuture;
use kernel::{Currency, Problem, SubjectId, Timestamp};
use store::{Reading, Tenant, Work};
use uuid::Uuid;

/// What an order costs, as far as it is not paid yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    pub order: Uuid,
    pub amount_owed: i64,
    pub currency: Currency,
    pub payer: SubjectId,
    pub description: String,
    /// Until when what is paid for is kept for whoever has not paid.
    pub kept_until: Option<Timestamp>,
    /// The version of what it was read from.
    pub version: i64,
}

/// What is read of an order, and what it costs by it.
pub trait BillReading: Reading {
    /// The bill; somebody else's is not there.
    fn bill(self: Box<Self>, own: Option<Uuid>) -> Result<Bill, Problem>;
}

pub trait Bills: Send + Sync + 'static {
    /// The bill of an order, to be read.
    fn reading(&self, order: Uuid) -> Box<dyn BillReading>;

    /// Whether the order is this customer's own, whoever paid it: it may have been claimed since.
    fn is_theirs<'a>(
        &'a self,
        tenant: &'a Tenant,
        order: Uuid,
        customer: Uuid,
    ) -> BoxFuture<'a, Result<bool, Problem>>;

    /// A work that is refused, as `contended`, when the bill is not so any more.
    fn still(&self, bill: &Bill) -> Work;

    /// Whether what came in for an order goes back by itself: it was cancelled in a shop that says so.
    fn pays_back<'a>(&'a self, tenant: &'a Tenant, order: Uuid) -> BoxFuture<'a, Result<bool, Problem>>;

    /// The order that was made of a cart, for whoever may read the cart.
    fn ordered<'a>(
        &'a self,
        tenant: &'a Tenant,
        cart: Uuid,
        own: Option<Uuid>,
    ) -> BoxFuture<'a, Result<Uuid, Problem>>;
}
