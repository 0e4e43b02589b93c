//! Requests to Stripe.

use http::{Method, Request as HttpRequest};
use kernel::Timestamp;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::payment::card::Card;
use crate::payment::provider_port::{Ask, Outcome, Trouble};
use crate::providers::provider_client::{ProviderClient, unclear};
use crate::providers::stripe::amount::ours;
use crate::providers::stripe::answers::{challenge, declined, no, older, received};

pub const ADDRESS: &str = "https://api.stripe.com";

pub struct Stripe {
    pub client: ProviderClient,
    pub address: String,
    pub key: String,
    pub webhook_secret: Option<String>,
}

/// How many objects of a list are looked at, page after page.
const PAGES: usize = 50;

impl Stripe {
    pub(super) async fn post(
        &self,
        path: &str,
        key: &str,
        form: &[(&str, String)],
    ) -> Result<(u16, Value), Trouble> {
        let body = Serializer::new(String::new()).extend_pairs(form).finish();
        self.send(Method::POST, path, Some(key), body).await
    }

    pub(super) async fn get(&self, path: &str) -> Result<(u16, Value), Trouble> {
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
        let answer = self.client.send(&request).await?;
        let status = answer.status().as_u16();
        Ok((status, serde_json::from_slice(answer.body()).unwrap_or(Value::Null)))
    }

    pub(super) async fn intent(&self, ask: &Ask) -> Result<Value, Trouble> {
        self.object(&intent_path(ask)).await
    }

    pub(super) async fn object(&self, path: &str) -> Result<Value, Trouble> {
        match self.get(path).await? {
            (200, object) => Ok(object),
            (status, _) => Err(unclear(format!("It answered {status}."))),
        }
    }

    /// Cancels an intent that was declined: the next attempt is another one, and nobody is to meet both. When Stripe
    /// cannot be told, it stays as it is: what comes in for it is booked to this payment.
    pub(super) async fn give_up(&self, answer: &Value, ask: &Ask) {
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

    pub(super) async fn find(&self, list: &str, ask: &Ask) -> Result<Option<Value>, Trouble> {
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
    pub(super) async fn walk(
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

    pub(super) async fn intent_outcome(
        &self,
        status: u16,
        body: &Value,
        ask: &Ask,
    ) -> Result<Outcome, Trouble> {
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
    pub(super) async fn card(&self, intent: &Value) -> Option<Card> {
        let method = intent["payment_method"].as_str()?;
        let (_, method) = self.get(&format!("/v1/payment_methods/{method}")).await.ok()?;
        let card = &method["card"];
        let (year, month) = (card["exp_year"].as_i64()?, card["exp_month"].as_i64()?);
        let text = |name: &str| card[name].as_str().map(str::to_owned);
        Some(Card { brand: text("brand")?, last4: text("last4")?, expires: format!("{year:04}-{month:02}") })
    }
}

pub(crate) fn intent_path(ask: &Ask) -> String {
    format!("/v1/payment_intents/{}", ask.reference.as_deref().unwrap_or_default())
}
