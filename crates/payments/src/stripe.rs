//! Stripe: PaymentIntents that are confirmed at once, or on its own page; captured now or later.

mod amount;
mod page;

use http::{HeaderMap, Method, Request as HttpRequest};
use kernel::Timestamp;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::PaymentId;
use crate::line::{Line, unclear};
use crate::payment::{Capture, Request};
use crate::port::{Ask, Asking, Booked, Card, Notice, Outcome, Provider, Told, Trouble};
use crate::signature;
use amount::{ours, theirs};

pub const ADDRESS: &str = "https://api.stripe.com";

pub struct Stripe {
    pub line: Line,
    pub address: String,
    pub key: String,
    pub webhook_secret: Option<String>,
}

/// How many objects of a list are looked at, page after page.
const PAGES: usize = 50;

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
                    if matches!(outcome, Outcome::Declined { .. }) && !page::is_hosted(&intent) {
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

    fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Notice, &'static str> {
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
        Ok(Notice { event, payment, reference: text(intent), told: told(&kind, object), kind })
    }
}

impl Stripe {
    async fn post(&self, path: &str, key: &str, form: &[(&str, String)]) -> Result<(u16, Value), Trouble> {
        let body = Serializer::new(String::new()).extend_pairs(form).finish();
        self.send(Method::POST, path, Some(key), body).await
    }

    async fn get(&self, path: &str) -> Result<(u16, Value), Trouble> {
        self.send(Method::GET, path, None, String::new()).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: String,
    ) -> Result<(u16, Value), Trouble> {
        let mut request = HttpRequest::builder()
            .method(method)
            .uri(format!("{}{path}", self.address.trim_end_matches('/')))
            .header("authorization", format!("Bearer {}", self.key));
        if let Some(key) = key {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .header("idempotency-key", key);
        }
        let request = request.body(body.into_bytes()).map_err(|_| Trouble {
            sent: false,
            why: "Its address or our key cannot be sent.".into(),
            retry_after: 30,
        })?;
        let answer = self.line.send(&request).await?;
        let status = answer.status().as_u16();
        Ok((status, serde_json::from_slice(answer.body()).unwrap_or(Value::Null)))
    }

    async fn intent(&self, ask: &Ask) -> Result<Value, Trouble> {
        self.object(&intent_path(ask)).await
    }

    async fn object(&self, path: &str) -> Result<Value, Trouble> {
        match self.get(path).await? {
            (200, object) => Ok(object),
            (status, _) => Err(unclear(format!("It answered {status}."))),
        }
    }

    /// Cancels an intent that was declined: the next attempt is another one, and nobody is to meet both. When Stripe
    /// cannot be told, it stays as it is: what comes in for it is booked to this payment.
    async fn give_up(&self, answer: &Value, ask: &Ask) {
        let named = answer["error"]["payment_intent"]["id"].as_str().or(answer["id"].as_str());
        let intent = match named {
            Some(intent) => Some(intent.to_owned()),
            None => match self.find("/v1/payment_intents", ask).await {
                Ok(found) => found.and_then(|intent| intent["id"].as_str().map(str::to_owned)),
                Err(_) => None,
            },
        };
        let Some(intent) = intent else { return };
        let cancelled = self
            .post(&format!("/v1/payment_intents/{intent}/cancel"), &format!("{}-given-up", ask.key), &[])
            .await;
        if let Err(trouble) = cancelled {
            tracing::warn!(payment = %ask.payment, why = trouble.why, "A declined intent could not be cancelled");
        }
    }

    async fn find(&self, list: &str, ask: &Ask) -> Result<Option<Value>, Trouble> {
        let (before, ever) = (
            Timestamp::from_micros(ask.since.as_micros() - 300_000_000),
            Timestamp::from_micros(i64::MAX / 2),
        );
        let mut found = None;
        self.walk(list, before, ever, &mut |object| {
            let is_it = object["metadata"]["key"] == ask.key.as_str();
            if is_it {
                found = Some(object.clone());
            }
            is_it
        })
        .await?;
        Ok(found)
    }

    /// Shows every object of a list that was made between two moments, newest first, until one was enough.
    async fn walk(
        &self,
        list: &str,
        from: Timestamp,
        to: Timestamp,
        each: &mut (dyn FnMut(&Value) -> bool + Send),
    ) -> Result<(), Trouble> {
        let mut after = String::new();
        for _ in 0..PAGES {
            let (status, page) = self.get(&format!("{list}?limit=100{after}")).await?;
            let objects = page["data"].as_array().filter(|_| status == 200);
            let objects = objects.ok_or_else(|| unclear(format!("Its list cannot be read ({status}).")))?;
            let inside = |object: &&Value| {
                object["created"].as_i64().is_none_or(|at| (from.seconds()..=to.seconds()).contains(&at))
            };
            if objects.iter().filter(inside).any(&mut *each)
                || page["has_more"] != true
                || older(objects.last(), from)
            {
                return Ok(());
            }
            let Some(last) = objects.last().and_then(|object| object["id"].as_str()) else { return Ok(()) };
            after = format!("&starting_after={last}");
        }
        Err(unclear("It has made more than can be looked through."))
    }

    async fn intent_outcome(&self, status: u16, body: &Value, ask: &Ask) -> Result<Outcome, Trouble> {
        if let Some(no) = declined(status, body) {
            return no;
        }
        let reference = body["id"].as_str().ok_or_else(|| unclear("Its answer cannot be read."))?.to_owned();
        Ok(match body["status"].as_str() {
            Some("succeeded") => {
                let (amount, card) = (received(body).unwrap_or(ask.amount.amount), self.card(body).await);
                Outcome::Captured { reference, amount, card, last: true }
            }
            Some("requires_capture") => {
                let amount =
                    body["amount_capturable"].as_i64().map(|amount| ours(amount, ask.amount.currency.code()));
                let (amount, card) = (amount.unwrap_or(ask.amount.amount), self.card(body).await);
                Outcome::Authorised { reference, amount, card }
            }
            Some("requires_action") => Outcome::Challenged { reference, url: challenge(body) },
            Some("canceled") => Outcome::Voided,
            Some("requires_payment_method" | "requires_confirmation") => no(&body["last_payment_error"]),
            _ => Outcome::Working,
        })
    }

    /// What Stripe says of the card; a payment is as good without.
    async fn card(&self, intent: &Value) -> Option<Card> {
        let method = intent["payment_method"].as_str()?;
        let (_, method) = self.get(&format!("/v1/payment_methods/{method}")).await.ok()?;
        let card = &method["card"];
        let (year, month) = (card["exp_year"].as_i64()?, card["exp_month"].as_i64()?);
        let text = |name: &str| card[name].as_str().map(str::to_owned);
        Some(Card { brand: text("brand")?, last4: text("last4")?, expires: format!("{year:04}-{month:02}") })
    }
}

/// Lists are newest first: behind what is older there is nothing that is not.
fn older(last: Option<&Value>, from: Timestamp) -> bool {
    last.and_then(|object| object["created"].as_i64()).is_some_and(|at| at < from.seconds())
}

fn intent_path(ask: &Ask) -> String {
    format!("/v1/payment_intents/{}", ask.reference.as_deref().unwrap_or_default())
}

fn told(kind: &str, object: &Value) -> Told {
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
        "payment_intent.payment_failed" if page::is_hosted(object) => None,
        "checkout.session.expired" => Some(page::expired()),
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
fn declined(status: u16, body: &Value) -> Option<Result<Outcome, Trouble>> {
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

fn no(error: &Value) -> Outcome {
    let text = |name: &str| error[name].as_str().map(str::to_owned);
    let code = text("decline_code").or(text("code")).unwrap_or_else(|| "declined".into());
    let sentence = text("message").unwrap_or_else(|| "The provider declined it.".into());
    Outcome::Declined { code, sentence }
}

fn uncountable() -> Outcome {
    let sentence = "Stripe does not count this amount of this currency.".to_owned();
    Outcome::Declined { code: "amount_not_countable".into(), sentence }
}

fn captured(intent: &Value, ask: &Ask, amount: i64) -> Outcome {
    let reference = intent["id"].as_str().map(str::to_owned).or_else(|| ask.reference.clone());
    Outcome::Captured { reference: reference.unwrap_or_default(), amount, card: None, last: true }
}

fn refund_outcome(refund: &Value, amount: i64) -> Result<Outcome, Trouble> {
    let reference = refund["id"].as_str().ok_or_else(|| unclear("Its answer cannot be read."))?.to_owned();
    Ok(match refund["status"].as_str() {
        Some("succeeded") => Outcome::Refunded { reference, amount },
        Some("failed" | "canceled") => no(refund),
        _ => Outcome::Working,
    })
}

fn received(intent: &Value) -> Option<i64> {
    let currency = intent["currency"].as_str()?.to_ascii_uppercase();
    intent["amount_received"].as_i64().map(|amount| ours(amount, &currency))
}

/// Stripe's own scripts show the challenge when it has no page; they need the intent's secret.
fn challenge(intent: &Value) -> String {
    let page = intent["next_action"]["redirect_to_url"]["url"].as_str();
    page.or(intent["client_secret"].as_str()).unwrap_or_default().to_owned()
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
