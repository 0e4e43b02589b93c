//! What Stripe answers and tells, as outcomes.

use kernel::Timestamp;
use serde_json::Value;

use crate::payment::provider_port::{Ask, Outcome, PAGE_EXPIRED, Told, Trouble};
use crate::providers::provider_client::unclear;
use crate::providers::stripe::amount::ours;

/// Lists are newest first: behind what is older there is nothing that is not.
pub(crate) fn older(last: Option<&Value>, from: Timestamp) -> bool {
    last.and_then(|object| object["created"].as_i64()).is_some_and(|at| at < from.seconds())
}

pub(crate) fn told(kind: &str, object: &Value) -> Told {
    let key = object["metadata"]["key"].as_str().map(str::to_owned);
    let reference = object["id"].as_str().unwrap_or_default().to_owned();
    let currency = object["currency"].as_str().unwrap_or_default().to_ascii_uppercase();
    let amount = |name: &str| object[name].as_i64().map(|amount| ours(amount, &currency));
    let outcome = match kind {
        "payment_intent.succeeded" if object["capture_method"] != "manual" => amount("amount_received")
            .or(amount("amount"))
            .map(|amount| Outcome::Captured { reference: reference.clone(), amount, card: None, last: true }),
        "payment_intent.amount_capturable_updated" => amount("amount_capturable")
            .map(|amount| Outcome::Authorised { reference: reference.clone(), amount, card: None }),
        // On a page the payer tries another card.
        "payment_intent.payment_failed" if is_hosted(object) => None,
        "checkout.session.expired" => Some(expired()),
        "payment_intent.payment_failed" => Some(no(&object["last_payment_error"])),
        "refund.updated" | "refund.created" if object["status"] == "succeeded" => {
            amount("amount").map(|amount| Outcome::Refunded { reference: reference.clone(), amount })
        }
        _ => None,
    };
    match (kind, key, outcome) {
        (_, Some(key), Some(outcome)) => Told::Outcome { key, outcome },
        ("charge.dispute.created", ..) => Told::Disputed {
            reference,
            amount: amount("amount").unwrap_or(0),
            reason: object["reason"].as_str().unwrap_or_default().to_owned(),
        },
        ("charge.dispute.closed", ..) if object["status"] == "won" => Told::DisputeWon { reference },
        ("charge.dispute.closed", ..) if object["status"] == "lost" => Told::DisputeLost { reference },
        _ => Told::Nothing,
    }
}

/// A refusal that stays one. Being asked too often, at the same time, or by a stranger is none.
pub(crate) fn declined(status: u16, body: &Value) -> Option<Result<Outcome, Trouble>> {
    match status {
        200..300 => None,
        401 | 403 => {
            Some(Err(Trouble { sent: false, why: "Stripe does not know this key.".into(), retry_after: 30 }))
        }
        // Something was sent under this key before, and in other words: that was not declined.
        400 if body["error"]["type"] == "idempotency_error" => Some(Err(unclear("The key was used before."))),
        400 | 402 | 404 => Some(Ok(no(&body["error"]))),
        status => Some(Err(unclear(format!("It answered {status}.")))),
    }
}

pub(crate) fn no(error: &Value) -> Outcome {
    let text = |name: &str| error[name].as_str().map(str::to_owned);
    let code = text("decline_code").or(text("code")).unwrap_or_else(|| "declined".into());
    let sentence = text("message").unwrap_or_else(|| "The provider declined it.".into());
    Outcome::Declined { code, sentence }
}

pub(crate) fn uncountable() -> Outcome {
    let sentence = "Stripe does not count this amount of this currency.".to_owned();
    Outcome::Declined { code: "amount_not_countable".into(), sentence }
}

pub(crate) fn captured(intent: &Value, ask: &Ask, amount: i64) -> Outcome {
    let reference = intent["id"].as_str().map(str::to_owned).or_else(|| ask.reference.clone());
    Outcome::Captured { reference: reference.unwrap_or_default(), amount, card: None, last: true }
}

pub(crate) fn refund_outcome(refund: &Value, amount: i64) -> Result<Outcome, Trouble> {
    let reference = refund["id"].as_str().ok_or_else(|| unclear("Its answer cannot be read."))?.to_owned();
    Ok(match refund["status"].as_str() {
        Some("succeeded") => Outcome::Refunded { reference, amount },
        Some("failed" | "canceled") => no(refund),
        _ => Outcome::Working,
    })
}

pub(crate) fn received(intent: &Value) -> Option<i64> {
    let currency = intent["currency"].as_str()?.to_ascii_uppercase();
    intent["amount_received"].as_i64().map(|amount| ours(amount, &currency))
}

/// Stripe's own scripts show the challenge when it has no page; they need the intent's secret.
pub(crate) fn challenge(intent: &Value) -> String {
    let page = intent["next_action"]["redirect_to_url"]["url"].as_str();
    page.or(intent["client_secret"].as_str()).unwrap_or_default().to_owned()
}

/// Whether an intent, or what is told of one, is of a page.
pub(super) fn is_hosted(intent: &Value) -> bool {
    intent["metadata"]["hosted"] == "true"
}

pub(super) fn expired() -> Outcome {
    let sentence = "The payment page was open for too long, and nothing was charged. Pay again on a new one.";
    Outcome::Declined { code: PAGE_EXPIRED.into(), sentence: sentence.into() }
}
