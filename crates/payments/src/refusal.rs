//! Every way payments say no.

use kernel::{Problem, Word};
use store::problems::CONTENDED;

use crate::PaymentId;
use crate::problems::{self, PROVIDER_DOWN, PROVIDER_UNKNOWN};
use crate::status::Status;

kernel::refusals! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Refusal {
        /// Another payment of the order is under way.
        Open => Conflict "payment_open" "Being paid":
            "This order is being paid at this moment. Read that payment, and wait for it or have it voided."
            page "Another payment of this order is under way; \"payment\" names it. Read it, and wait for it or have it voided.",
        NothingOwed => Conflict "nothing_owed" "Nothing owed":
            "Nothing is owed for this order."
            page "The order is paid, or nothing is to be paid for it.",
        /// The order was kept for whoever pays in time.
        TimeOver => Conflict "payment_time_over" "Time over":
            "The time for which this order was kept is over, and it is cancelled soon. Order again.",
        TooMuch { left: i64 } => Invalid "amount_too_large" "Amount too large":
            "This is more than there is; \"left\" says how much it may be."
            with { left: left },
        WrongCurrency => Invalid "wrong_currency" "Wrong currency":
            "The order is in another currency. Pay in that one, or leave the currency out.",
        Busy => Conflict "payment_busy" "Still being asked":
            "The provider has not answered the last request of this payment yet. Read the payment in a moment, and ask then.",
        Not { status: Status, what: &'static str } => Conflict "payment_not_so_far" "Not from there":
            "{what}"
            with { payment_status: status.as_str() }
            page "\"payment_status\" says how the payment stands. Read it, and decide again.",
        Disputed => Conflict "payment_disputed" "Disputed":
            "The payer's bank is claiming this money back, so it is not refunded, too. Wait until the dispute is decided.",
        ByHand => Conflict "paid_by_hand" "Paid by hand":
            "No provider is asked about this payment. Record what came in.",
        PersonErased => Conflict "person_erased" "Person erased":
            "The payer's data was erased for good, so nothing more is asked of them."
            page "This person's data was erased for good, and nothing more is written about them. Leave their id out.",
        Contended = CONTENDED
            .says("Somebody else changed this at the same time, so nothing was done. Try again in a moment.")
            .after(1),
        CardNumber => Invalid "card_number_refused" "Card number refused":
            "The request holds what looks like a card's number. Nothing of it was kept. Give the number to the payment provider from the payer's browser, and send the token that it answers with.",
        ProviderUnknown = PROVIDER_UNKNOWN
            .says("This shop has no such payment provider. Name another, or leave it out for the first one."),
        NoProvider => Conflict "payment_provider_missing" "No payment provider":
            "This shop takes no payments yet: no payment provider is configured."
            page "Configure one first: POST /api/v1/payment-providers.",
        ProviderOff => Conflict "payment_provider_off" "Payment provider switched off":
            "This payment provider is switched off. Name another."
            page "Name another payment provider, or have this one enabled.",
        SecretNeeded => Invalid "secret_needed" "Secret needed":
            "A secret stays with the address that it was entered for. Send it again with the new one.",
        TooManyProviders => Conflict "too_many_payment_providers" "Too many payment providers":
            "A shop has 20 payment providers at the most. Remove one first.",
        NoticeRefused(why: &'static str) => Unreadable "notice_refused" "Notice refused":
            "{why}"
            page "Sign the notice with the secret of this provider's webhook, as it is sent, and send it at once.",
    }
    also { problems::PROBLEMS }
}

/// The provider did not get it. What was asked for is kept, and is asked for again.
pub(crate) fn provider_down(payment: PaymentId, why: &str, retry_after: u32) -> Problem {
    let detail = format!(
        "The payment provider cannot be asked at the moment ({why}) The payment is kept and asked for again by itself. Read it in a moment, or send the same request again with the same Idempotency-Key; do not begin another one."
    );
    PROVIDER_DOWN.says(detail).after(retry_after).with("payment", payment.to_string())
}
