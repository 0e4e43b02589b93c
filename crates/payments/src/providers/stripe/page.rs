//! Stripe's own page (a Checkout Session): the payer types their card in there, as often as it takes, until it expires.

use std::time::Duration;

use serde_json::Value;

use crate::payment::capture::Capture;
use crate::payment::pay_page::PayPage;
use crate::payment::provider_port::{Ask, Outcome, Trouble};
use crate::providers::provider_client::unclear;
use crate::providers::stripe::amount::theirs;
use crate::providers::stripe::answers::{declined, expired, uncountable};
use crate::providers::stripe::client::Stripe;

const SESSIONS: &str = "/v1/checkout/sessions";

/// How long a page is open, from when it was asked for; Stripe allows half an hour to a day. The same for each sending of
/// a request, for a key stands for the same words.
const OPEN: Duration = Duration::from_secs(3600);

impl Stripe {
    pub(super) async fn open_page(&self, ask: &Ask, page: &PayPage) -> Result<Outcome, Trouble> {
        let Some(amount) = theirs(ask.amount) else { return Ok(uncountable()) };
        let capture = if ask.capture == Capture::Automatic { "automatic" } else { "manual" };
        let (payment, until) = (ask.payment.to_string(), ask.since.plus(OPEN).seconds());
        let form = [
            ("mode", "payment".into()),
            ("payment_method_types[0]", "card".into()),
            ("line_items[0][quantity]", "1".into()),
            ("line_items[0][price_data][currency]", ask.amount.currency.code().to_ascii_lowercase()),
            ("line_items[0][price_data][unit_amount]", amount.to_string()),
            ("line_items[0][price_data][product_data][name]", page.description.clone()),
            ("success_url", page.return_url.clone()),
            ("cancel_url", page.return_url.clone()),
            ("client_reference_id", payment.clone()),
            ("expires_at", until.to_string()),
            ("metadata[payment]", payment.clone()),
            ("metadata[key]", ask.key.clone()),
            ("payment_intent_data[capture_method]", capture.into()),
            ("payment_intent_data[metadata][payment]", payment),
            ("payment_intent_data[metadata][key]", ask.key.clone()),
            ("payment_intent_data[metadata][hosted]", "true".into()),
        ];
        let (status, body) = self.post(SESSIONS, &ask.key, &form).await?;
        match declined(status, &body) {
            Some(no) => no,
            None => self.page_outcome(&body, ask).await,
        }
    }

    /// What became of the page of a request, by its name once that is known, else by the key; nothing, when there never
    /// was one.
    pub(super) async fn look_at_page(&self, ask: &Ask) -> Result<Option<Outcome>, Trouble> {
        let found = match page_of(ask) {
            Some(session) => match self.session(session).await? {
                Some(session) => Some(session),
                None => return Ok(Some(expired())),
            },
            None => self.find(SESSIONS, ask).await?,
        };
        match found {
            Some(session) => self.page_outcome(&session, ask).await.map(Some),
            None => Ok(None),
        }
    }

    /// None, when this key knows it no more: a shop that entered the key of another account asks in vain.
    async fn session(&self, session: &str) -> Result<Option<Value>, Trouble> {
        match self.get(&format!("{SESSIONS}/{session}")).await? {
            (200, session) => Ok(Some(session)),
            (404, _) => Ok(None),
            (status, _) => Err(unclear(format!("It answered {status}."))),
        }
    }

    async fn page_outcome(&self, session: &Value, ask: &Ask) -> Result<Outcome, Trouble> {
        let text = |name: &str| session[name].as_str().map(str::to_owned);
        match (session["status"].as_str(), text("id"), text("url")) {
            // A card that is refused there is no refusal of the payment: the payer tries another one.
            (Some("open"), Some(reference), Some(url)) => Ok(Outcome::Challenged { reference, url }),
            (Some("expired"), ..) => match self.page_intent(session).await? {
                Some(intent) if is_met(&intent) => self.intent_outcome(200, &intent, ask).await,
                _ => Ok(expired()),
            },
            (Some("complete"), ..) => match self.page_intent(session).await? {
                Some(intent) => self.intent_outcome(200, &intent, ask).await,
                None => Err(unclear("Its page is met and names no payment.")),
            },
            _ => Err(unclear("Its answer cannot be read.")),
        }
    }

    /// Ends a page before it is met. What was held by one that was met is let go; what was taken stays.
    pub(super) async fn close_page(&self, ask: &Ask, session: &str) -> Result<Outcome, Trouble> {
        let (status, body) = self.post(&format!("{SESSIONS}/{session}/expire"), &ask.key, &[]).await?;
        let Some(no) = declined(status, &body) else {
            return match body["status"].as_str() {
                Some("expired") => Ok(Outcome::Voided),
                _ => Err(unclear("It was not expired.")),
            };
        };
        // Expiring what is over is refused.
        let Some(session) = self.session(session).await? else { return Ok(Outcome::Voided) };
        let intent = self.page_intent(&session).await?.filter(is_met);
        match (session["status"].as_str(), intent) {
            (Some("expired"), None) => Ok(Outcome::Voided),
            (_, Some(intent)) => self.let_go(ask, &intent).await,
            (Some("complete"), None) => Ok(Outcome::Voided),
            _ => no,
        }
    }

    /// Whether a page that was to be ended is over, and nothing came in by it.
    pub(super) async fn is_page_closed(&self, session: &str) -> Result<bool, Trouble> {
        let Some(session) = self.session(session).await? else { return Ok(true) };
        let met = self.page_intent(&session).await?.is_some_and(|intent| is_met(&intent));
        Ok(session["status"] != "open" && !met)
    }

    async fn let_go(&self, ask: &Ask, intent: &Value) -> Result<Outcome, Trouble> {
        let id = intent["id"].as_str().unwrap_or_default();
        let (path, key) = (format!("/v1/payment_intents/{id}/cancel"), format!("{}-held", ask.key));
        let (status, body) = self.post(&path, &key, &[]).await?;
        match declined(status, &body) {
            Some(Ok(_)) => Ok(Outcome::Declined { code: "paid_meanwhile".into(), sentence: PAID.into() }),
            Some(trouble) => trouble,
            None if body["status"] == "canceled" => Ok(Outcome::Voided),
            None => Err(unclear("It was not cancelled.")),
        }
    }

    async fn page_intent(&self, session: &Value) -> Result<Option<Value>, Trouble> {
        match session["payment_intent"].as_str() {
            Some(intent) => self.object(&format!("/v1/payment_intents/{intent}")).await.map(Some),
            None => Ok(None),
        }
    }
}

const PAID: &str = "The payer paid on the provider's page in the meantime. Refund the payment instead.";

/// The page that a payment waits for, by the name that Stripe gives such things.
pub(super) fn page_of(ask: &Ask) -> Option<&str> {
    ask.reference.as_deref().filter(|reference| reference.starts_with("cs_"))
}

fn is_met(intent: &Value) -> bool {
    ["succeeded", "requires_capture", "processing"].iter().any(|status| intent["status"] == *status)
}
