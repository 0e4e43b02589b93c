//! Stripe: PaymentIntents that are confirmed at once, or on its own page; captured now or later.

use http::HeaderMap;
use kernel::Timestamp;
use serde_json::Value;

use crate::PaymentId;
use crate::payment::capture::Capture;
use crate::payment::pending::Request;
use crate::payment::provider_port::{Ask, Asking, Booked, Outcome, Provider, Webhook};
use crate::providers::provider_client::unclear;
use crate::providers::signature;
use crate::providers::stripe::amount::{ours, theirs};
use crate::providers::stripe::answers::{
    self, captured, declined, received, refund_outcome, told, uncountable,
};
use crate::providers::stripe::client::{Stripe, intent_path};
use crate::providers::stripe::page;

impl Provider for Stripe {
    fn authorise<'a>(&'a self, ask: &'a Ask) -> Asking<'a, Outcome> {
        Box::pin(async move {
            if let Some(page) = &ask.page {
                return self.open_page(ask, page).await;
            }
            let Some(amount) = theirs(ask.amount) else { return Ok(uncountable()) };
            let capture = if ask.capture == Capture::Automatic { "automatic" } else { "manual" };
            let currency = ask.amount.currency.code().to_ascii_lowercase();
            let payment = ask.payment.to_string();
            let form = [
                ("amount", amount.to_string()),
                ("currency", currency),
                ("payment_method", ask.method.clone()),
                ("payment_method_types[0]", "card".into()),
                ("confirm", "true".into()),
                ("capture_method", capture.into()),
                ("metadata[payment]", payment),
                ("metadata[key]", ask.key.clone()),
            ];
            let (status, body) = self.post("/v1/payment_intents", &ask.key, &form).await?;
            let outcome = self.intent_outcome(status, &body, ask).await?;
            if matches!(outcome, Outcome::Declined { .. }) {
                self.give_up(&body, ask).await;
            }
            Ok(outcome)
        })
    }

    fn capture<'a>(&'a self, ask: &'a Ask) -> Asking<'a, Outcome> {
        Box::pin(async move {
            let Some(amount) = theirs(ask.amount) else { return Ok(uncountable()) };
            let form = [("amount_to_capture", amount.to_string())];
            let (status, body) = self.post(&format!("{}/capture", intent_path(ask)), &ask.key, &form).await?;
            if let Some(no) = declined(status, &body) {
                return no;
            }
            match body["status"].as_str() {
                Some("succeeded") => Ok(captured(&body, ask, ask.amount.amount)),
                Some("requires_capture") => Ok(Outcome::Working),
                _ => Err(unclear("Its answer cannot be read.")),
            }
        })
    }

    fn void<'a>(&'a self, ask: &'a Ask) -> Asking<'a, Outcome> {
        Box::pin(async move {
            if let Some(session) = page::page_of(ask) {
                return self.close_page(ask, session).await;
            }
            let (status, body) = self.post(&format!("{}/cancel", intent_path(ask)), &ask.key, &[]).await?;
            if let Some(no) = declined(status, &body) {
                // Cancelling what was cancelled is refused, and yet it is what was asked for.
                return match self.intent(ask).await?["status"].as_str() {
                    Some("canceled") => Ok(Outcome::Voided),
                    _ => no,
                };
            }
            if body["status"] == "canceled" {
                Ok(Outcome::Voided)
            } else {
                Err(unclear("It was not cancelled."))
            }
        })
    }

    fn refund<'a>(&'a self, ask: &'a Ask) -> Asking<'a, Outcome> {
        Box::pin(async move {
            let Some(amount) = theirs(ask.amount) else { return Ok(uncountable()) };
            let form = [
                ("payment_intent", ask.reference.clone().unwrap_or_default()),
                ("amount", amount.to_string()),
                ("metadata[payment]", ask.payment.to_string()),
                ("metadata[key]", ask.key.clone()),
            ];
            let (status, body) = self.post("/v1/refunds", &ask.key, &form).await?;
            declined(status, &body).unwrap_or_else(|| refund_outcome(&body, ask.amount.amount))
        })
    }

    /// By the key in the metadata, in the lists of what was made since; a list is never behind, as the search is. What
    /// has no object of its own (a capture, a cancellation) is read off the intent.
    fn look_up<'a>(&'a self, ask: &'a Ask) -> Asking<'a, Option<Outcome>> {
        Box::pin(async move {
            match ask.request {
                Request::Authorise => {
                    // Also when its payer was erased, and nobody remembers that it was to be paid on a page.
                    if ask.method.is_empty()
                        && let Some(outcome) = self.look_at_page(ask).await?
                    {
                        return Ok(Some(outcome));
                    }
                    let found = self.find("/v1/payment_intents", ask).await?;
                    let Some(intent) = found else { return Ok(None) };
                    let outcome = self.intent_outcome(200, &intent, ask).await?;
                    if matches!(outcome, Outcome::Declined { .. }) && !answers::is_hosted(&intent) {
                        self.give_up(&intent, ask).await;
                    }
                    Ok(Some(outcome))
                }
                Request::Refund => {
                    let found = self.find("/v1/refunds", ask).await?;
                    found.map(|refund| refund_outcome(&refund, ask.amount.amount)).transpose()
                }
                Request::Capture => {
                    let intent = self.intent(ask).await?;
                    let done = intent["status"] == "succeeded";
                    Ok(done.then(|| captured(&intent, ask, received(&intent).unwrap_or(ask.amount.amount))))
                }
                Request::Void => {
                    if let Some(session) = page::page_of(ask) {
                        return Ok(self.is_page_closed(session).await?.then_some(Outcome::Voided));
                    }
                    Ok((self.intent(ask).await?["status"] == "canceled").then_some(Outcome::Voided))
                }
            }
        })
    }

    fn check(&self) -> Asking<'_, ()> {
        Box::pin(async move {
            match self.get("/v1/payment_intents?limit=1").await? {
                (200, _) => Ok(()),
                (401 | 403, _) => Err(unclear("Stripe does not know this key.")),
                (status, _) => Err(unclear(format!("It answered {status}."))),
            }
        })
    }

    fn book(&self, from: Timestamp, to: Timestamp) -> Asking<'_, Vec<Booked>> {
        Box::pin(async move {
            let mut booked = Vec::new();
            for (list, request) in
                [("/v1/payment_intents", Request::Authorise), ("/v1/refunds", Request::Refund)]
            {
                self.walk(list, from, to, &mut |object| {
                    if object["status"] == "succeeded"
                        && let Some(key) = object["metadata"]["key"].as_str()
                    {
                        let sign = if request == Request::Refund { -1 } else { 1 };
                        let amount = object["amount_received"].as_i64().or(object["amount"].as_i64());
                        let currency = object["currency"].as_str().unwrap_or_default().to_ascii_uppercase();
                        let amount = sign * ours(amount.unwrap_or(0), &currency);
                        let at = object["created"].as_i64().unwrap_or(0);
                        booked.push(Booked { key: key.to_owned(), request, amount, currency, at });
                    }
                    false
                })
                .await?;
            }
            Ok(booked)
        })
    }

    fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Webhook, &'static str> {
        let secret =
            self.webhook_secret.as_deref().ok_or("No webhook secret was entered for this provider.")?;
        let header = headers.get("stripe-signature").and_then(|value| value.to_str().ok());
        signature::verify(secret, header, body, now)?;
        let event: Value = serde_json::from_slice(body).map_err(|_| "The notice cannot be read.")?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let object = &event["data"]["object"];
        let payment = object["metadata"]["payment"].as_str().and_then(|id| id.parse::<PaymentId>().ok());
        let intent =
            if object["object"] == "payment_intent" { &object["id"] } else { &object["payment_intent"] };
        let kind = text(&event["type"]).ok_or("The notice has no type.")?;
        let event = text(&event["id"]).ok_or("The notice has no id.")?;
        Ok(Webhook { event, payment, reference: text(intent), told: told(&kind, object), kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stays_refused_counts_as_declined() {
        let error = serde_json::json!({ "error": { "code": "card_declined", "message": "No." } });
        assert!(
            matches!(declined(402, &error), Some(Ok(Outcome::Declined { code, .. })) if code == "card_declined")
        );
        for passing in [409, 429, 500, 503] {
            assert!(matches!(declined(passing, &error), Some(Err(trouble)) if trouble.sent), "{passing}");
        }
        assert!(matches!(declined(401, &error), Some(Err(trouble)) if !trouble.sent));
        assert!(declined(200, &error).is_none());
    }
}
