//! Every way payments say no.

use edge::ProblemDoc;
use kernel::{Fault, Problem};

use crate::payment::Status;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Another payment of the order is under way.
    Open,
    NothingOwed,
    /// The order was kept for whoever pays in time.
    TimeOver,
    TooMuch {
        left: i64,
    },
    WrongCurrency,
    Busy,
    Not {
        status: Status,
        what: &'static str,
    },
    Disputed,
    ByHand,
    PersonErased,
    Contended,
    CardNumber,
    ProviderUnknown,
    NoProvider,
    ProviderOff,
    SecretNeeded,
    TooManyProviders,
    NoticeRefused(&'static str),
}

const fn doc(code: &'static str, status: u16, title: &'static str, what_to_do: &'static str) -> ProblemDoc {
    ProblemDoc { code, status, title, what_to_do }
}

pub const PROBLEMS: &[ProblemDoc] = &[
    doc(
        "payment_open",
        409,
        "Being paid",
        "Another payment of this order is under way; \"payment\" names it. Read it, and wait for it or have it voided.",
    ),
    doc("nothing_owed", 409, "Nothing owed", "The order is paid, or nothing is to be paid for it."),
    doc(
        "payment_time_over",
        409,
        "Time over",
        "The order is not kept for its payer any more and is cancelled soon. Order again.",
    ),
    doc("amount_too_large", 422, "Amount too large", "\"left\" says how much it may be."),
    doc(
        "wrong_currency",
        422,
        "Wrong currency",
        "Pay in the currency of the order, or leave the currency out.",
    ),
    doc(
        "payment_busy",
        409,
        "Still being asked",
        "The provider has not answered the last request of this payment. Read the payment in a moment.",
    ),
    doc(
        "payment_not_so_far",
        409,
        "Not from there",
        "\"status\" says how the payment stands. Read it, and decide again.",
    ),
    doc(
        "payment_disputed",
        409,
        "Disputed",
        "The payer's bank is claiming this money back. Wait until the dispute is decided.",
    ),
    doc("paid_by_hand", 409, "Paid by hand", "No provider is asked about this payment. Record what came in."),
    doc(
        "person_erased",
        409,
        "Person erased",
        "This person's data was erased for good, and nothing more is written about them. Leave their id out.",
    ),
    doc(
        "card_number_refused",
        422,
        "Card number refused",
        "Never send a card's number here. Give it to the payment provider from the payer's browser, and send the token that it answers with.",
    ),
    doc(
        "payment_provider_unknown",
        422,
        "No such payment provider",
        "Name a payment provider of this shop, or leave it out for the first one.",
    ),
    doc(
        "payment_provider_missing",
        409,
        "No payment provider",
        "Configure one first: POST /api/v1/payment-providers.",
    ),
    doc(
        "payment_provider_off",
        409,
        "Payment provider switched off",
        "Name another payment provider, or have this one enabled.",
    ),
    doc(
        "payment_provider_down",
        503,
        "Payment provider down",
        "The payment is kept and asked for again by itself. Read it in a moment, or send the same request again with the same Idempotency-Key; do not begin another one.",
    ),
    doc(
        "secret_needed",
        422,
        "Secret needed",
        "A secret stays with the address that it was entered for. Send it again with the new one.",
    ),
    doc("too_many_payment_providers", 409, "Too many payment providers", "Remove one first."),
    doc(
        "notice_refused",
        400,
        "Notice refused",
        "Sign the notice with the secret of this provider's webhook, as it is sent, and send it at once.",
    ),
];

impl Refusal {
    pub(crate) const GONE: &'static str = "payment_provider_unknown";
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        use Fault::{Conflict, Invalid, Unreadable};
        let (fault, code, detail) = match &refusal {
            Refusal::Open => (
                Conflict,
                "payment_open",
                "This order is being paid at this moment. Read that payment, and wait for it or have it voided.",
            ),
            Refusal::NothingOwed => (Conflict, "nothing_owed", "Nothing is owed for this order."),
            Refusal::TimeOver => (
                Conflict,
                "payment_time_over",
                "The time for which this order was kept is over, and it is cancelled soon. Order again.",
            ),
            Refusal::TooMuch { .. } => {
                (Invalid, "amount_too_large", "This is more than there is; \"left\" says how much it may be.")
            }
            Refusal::WrongCurrency => (
                Invalid,
                "wrong_currency",
                "The order is in another currency. Pay in that one, or leave the currency out.",
            ),
            Refusal::Busy => (
                Conflict,
                "payment_busy",
                "The provider has not answered the last request of this payment yet. Read the payment in a moment, and ask then.",
            ),
            Refusal::Not { what, .. } => (Conflict, "payment_not_so_far", *what),
            Refusal::Disputed => (
                Conflict,
                "payment_disputed",
                "The payer's bank is claiming this money back, so it is not refunded, too. Wait until the dispute is decided.",
            ),
            Refusal::ByHand => {
                (Conflict, "paid_by_hand", "No provider is asked about this payment. Record what came in.")
            }
            Refusal::PersonErased => (
                Conflict,
                "person_erased",
                "The payer's data was erased for good, so nothing more is asked of them.",
            ),
            Refusal::Contended => {
                return Self::unavailable(
                    "contended",
                    "Somebody else changed this at the same time, so nothing was done. Try again in a moment.",
                    1,
                );
            }
            Refusal::CardNumber => (
                Invalid,
                "card_number_refused",
                "The request holds what looks like a card's number. Nothing of it was kept. Give the number to the payment provider from the payer's browser, and send the token that it answers with.",
            ),
            Refusal::ProviderUnknown => (
                Invalid,
                Refusal::GONE,
                "This shop has no such payment provider. Name another, or leave it out for the first one.",
            ),
            Refusal::NoProvider => (
                Conflict,
                "payment_provider_missing",
                "This shop takes no payments yet: no payment provider is configured.",
            ),
            Refusal::ProviderOff => {
                (Conflict, "payment_provider_off", "This payment provider is switched off. Name another.")
            }
            Refusal::SecretNeeded => (
                Invalid,
                "secret_needed",
                "A secret stays with the address that it was entered for. Send it again with the new one.",
            ),
            Refusal::TooManyProviders => (
                Conflict,
                "too_many_payment_providers",
                "A shop has 20 payment providers at the most. Remove one first.",
            ),
            Refusal::NoticeRefused(why) => (Unreadable, "notice_refused", *why),
        };
        let title = PROBLEMS.iter().find(|doc| doc.code == code).map_or("", |doc| doc.title);
        let problem = Self::new(fault, code, title, detail);
        match refusal {
            Refusal::TooMuch { left } => problem.with("left", left),
            Refusal::Not { status, .. } => problem.with("payment_status", status.as_str()),
            _ => problem,
        }
    }
}

/// The provider did not get it. What was asked for is kept, and is asked for again.
pub(crate) fn provider_down(payment: crate::PaymentId, why: &str, retry_after: u32) -> Problem {
    let detail = format!(
        "The payment provider cannot be asked at the moment ({why}) The payment is kept and asked for again by itself. Read it in a moment, or send the same request again with the same Idempotency-Key; do not begin another one."
    );
    Problem::unavailable("payment_provider_down", detail, retry_after).with("payment", payment.to_string())
}
