//! What payments need from others: somebody who knows what an order costs, and providers who move money.

use futures_util::future::BoxFuture;
use http::HeaderMap;
use kernel::{Currency, Money, Problem, SubjectId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Tenant, Work};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::PaymentId;
use crate::page::PayPage;
use crate::payment::{Capture, Request};

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

pub trait Bills: Send + Sync + 'static {
    /// The bill of an order; somebody else's is not there.
    fn bill<'a>(
        &'a self,
        tenant: &'a Tenant,
        order: Uuid,
        own: Option<Uuid>,
    ) -> BoxFuture<'a, Result<Bill, Problem>>;

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

/// What the provider says of a card; its number never reaches us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Card {
    pub brand: String,
    pub last4: String,
    /// 2030-07
    pub expires: String,
}

/// A request to a provider, with everything that it takes to send it, again and again.
#[derive(Debug, Clone)]
pub struct Ask {
    pub payment: PaymentId,
    pub request: Request,
    /// The provider's idempotency key.
    pub key: String,
    pub amount: Money,
    pub capture: Capture,
    /// The token that stands for a card or account; empty when it is paid on a page, or the payer was erased.
    pub method: String,
    /// The page on which it is paid without a token; none when the payer was erased.
    pub page: Option<PayPage>,
    /// What the provider calls the authorisation, once there is one.
    pub reference: Option<String>,
    pub since: Timestamp,
}

/// What a provider made of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Authorised {
        reference: String,
        amount: i64,
        card: Option<Card>,
    },
    /// `last`: what was authorised beyond it is free again.
    Captured {
        reference: String,
        amount: i64,
        card: Option<Card>,
        last: bool,
    },
    Challenged {
        reference: String,
        url: String,
    },
    Refunded {
        reference: String,
        amount: i64,
    },
    Voided,
    /// The answer is no, and stays no.
    Declined {
        code: String,
        sentence: String,
    },
    /// The provider has it and is not done.
    Working,
}

/// Why nobody knows the outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Whether it may have arrived. What has not is as if nobody had asked.
    pub sent: bool,
    pub why: String,
    /// Seconds after which asking again makes sense.
    pub retry_after: u32,
}

/// Something that a provider tells of its own accord.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The provider's own id of it.
    pub event: String,
    pub kind: String,
    pub payment: Option<PaymentId>,
    /// What the provider calls the authorisation, when it names no payment.
    pub reference: Option<String>,
    pub told: Told,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    Outcome {
        key: String,
        outcome: Outcome,
    },
    Disputed {
        reference: String,
        amount: i64,
        reason: String,
    },
    DisputeWon {
        reference: String,
    },
    DisputeLost {
        reference: String,
    },
    /// Nothing that changes a payment.
    Nothing,
}

/// A line of the provider's own books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booked {
    pub key: String,
    pub request: Request,
    pub amount: i64,
    pub currency: String,
    /// Seconds since 1970.
    pub at: i64,
}

pub type Asking<'a, T> = BoxFuture<'a, Result<T, Trouble>>;

/// Somebody who moves money. Each request may be sent again under its key, and counts once.
pub trait Provider: Send + Sync {
    fn authorise<'a>(&'a self, ask: &'a Ask) -> Asking<'a, Outcome>;
    fn capture<'a>(&'a self, ask: &'a Ask) -> Asking<'a, Outcome>;
    fn void<'a>(&'a self, ask: &'a Ask) -> Asking<'a, Outcome>;
    fn refund<'a>(&'a self, ask: &'a Ask) -> Asking<'a, Outcome>;

    /// What became of the request with this key; `None` when the provider has never heard of it.
    fn look_up<'a>(&'a self, ask: &'a Ask) -> Asking<'a, Option<Outcome>>;

    /// Whether it can be reached and knows us.
    fn check(&self) -> Asking<'_, ()>;

    /// What moved money between two moments, by its own books.
    fn book(&self, from: Timestamp, to: Timestamp) -> Asking<'_, Vec<Booked>>;

    /// What a notice says, if it is truly the provider's; or why it is not taken.
    fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Notice, &'static str>;
}
