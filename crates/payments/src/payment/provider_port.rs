//! What payments need from a provider, whoever it is.

use futures_util::future::BoxFuture;
use http::HeaderMap;
use kernel::{Money, Timestamp};
use serde::{Deserialize, Serialize};

use crate::PaymentId;
use crate::payment::capture::Capture;
use crate::payment::card::Card;
use crate::payment::pay_page::PayPage;
use crate::payment::pending::Request;

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

/// With which code a payment is declined when its page was open for too long.
pub const PAGE_EXPIRED: &str = "session_expired";

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
pub struct Webhook {
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
    fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Webhook, &'static str>;
}
