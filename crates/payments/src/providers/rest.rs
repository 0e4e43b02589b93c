//! Our small REST interface to a payment service, behind a key or OAuth 2 client credentials: the gateway of seed 000,
//! and the sandbox, which speaks the same.

use std::time::Duration;

use http::{HeaderMap, Method, Request as HttpRequest, StatusCode};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::PaymentId;
use crate::payment::capture::Capture;
use crate::payment::card::Card;
use crate::payment::provider_port::{Ask, Asking, Booked, Outcome, Provider, Told, Trouble, Webhook};
use crate::providers::provider_client::{ProviderClient, unclear};
use crate::providers::signature;

pub const SIGNATURE: &str = "payment-signature";

pub struct Rest {
    pub client: ProviderClient,
    pub address: String,
    pub auth: RestAuth,
    pub webhook_secret: Option<String>,
}

/// How the service knows us.
pub enum RestAuth {
    Key(String),
    Client { token_address: String, id: String, secret: String, token: tokio::sync::Mutex<Option<Token>> },
}

pub struct Token {
    text: String,
    until: Instant,
}

/// What the service answers to everything that is asked of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What it calls the authorisation.
    pub id: String,
    /// authorised, captured, refunded, voided, challenged, declined, working
    pub status: String,
    #[serde(default)]
    pub amount: i64,
    /// Whether what was authorised beyond it is free again.
    #[serde(default)]
    pub last: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<Card>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What it tells of its own accord.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WebhookBody {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub payment: Option<PaymentId>,
    #[serde(default)]
    pub key: Option<String>,
    #[serde(default)]
    pub answer: Option<Answer>,
    #[serde(default)]
    pub dispute: Option<DisputeText>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DisputeText {
    pub id: String,
    pub amount: i64,
    #[serde(default)]
    pub reason: String,
}

#[derive(Serialize, Deserialize)]
pub struct BookText {
    pub items: Vec<Booked>,
}

#[derive(Deserialize)]
struct TokenText {
    access_token: String,
    #[serde(default)]
    expires_in: u64,
}

impl Provider for Rest {
    fn authorise<'a>(&'a self, ask: &'a Ask) -> Asking<'a, Outcome> {
        let mut body = serde_json::json!({
            "amount": ask.amount.amount, "currency": ask.amount.currency.code(),
            "capture": ask.capture == Capture::Automatic, "payment": ask.payment,
        });
        // The one or the other: without a method the payer names one on the service's page.
        match &ask.page {
            Some(page) => {
                body["return_url"] = page.return_url.as_str().into();
                body["description"] = page.description.as_str().into();
            }
            None => body["method"] = ask.method.as_str().into(),
        }
        Box::pin(self.post(ask, "/payments".into(), body))
    }

    fn capture<'a>(&'a self, ask: &'a Ask) -> Asking<'a, Outcome> {
        Box::pin(self.post(ask, self.of(ask, "captures"), amount(ask)))
    }

    fn void<'a>(&'a self, ask: &'a Ask) -> Asking<'a, Outcome> {
        Box::pin(self.post(ask, self.of(ask, "void"), serde_json::json!({})))
    }

    fn refund<'a>(&'a self, ask: &'a Ask) -> Asking<'a, Outcome> {
        Box::pin(self.post(ask, self.of(ask, "refunds"), amount(ask)))
    }

    fn look_up<'a>(&'a self, ask: &'a Ask) -> Asking<'a, Option<Outcome>> {
        Box::pin(async move {
            let (status, body) =
                self.send(Method::GET, &format!("/requests/{}", ask.key), None, None).await?;
            if status == StatusCode::NOT_FOUND {
                return Ok(None);
            }
            outcome(status, &body).map(Some)
        })
    }

    fn check(&self) -> Asking<'_, ()> {
        Box::pin(async move {
            match self.send(Method::GET, "/account", None, None).await? {
                (status, _) if status.is_success() => Ok(()),
                (status, _) => Err(unclear(format!("It answered {status}."))),
            }
        })
    }

    fn book(&self, from: Timestamp, to: Timestamp) -> Asking<'_, Vec<Booked>> {
        Box::pin(async move {
            let path = format!("/book?from={}&to={}", from.seconds(), to.seconds() + 1);
            let (status, body) = self.send(Method::GET, &path, None, None).await?;
            let read = serde_json::from_slice::<BookText>(&body).ok().filter(|_| status.is_success());
            read.map(|book| book.items).ok_or_else(|| unclear(format!("Its book cannot be read ({status}).")))
        })
    }

    fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Webhook, &'static str> {
        let secret =
            self.webhook_secret.as_deref().ok_or("No webhook secret was entered for this provider.")?;
        let header = headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
        signature::verify(secret, header, body, now)?;
        let text: WebhookBody = serde_json::from_slice(body).map_err(|_| "The notice cannot be read.")?;
        let reference = text.answer.as_ref().map(|answer| answer.id.clone()).filter(|id| !id.is_empty());
        let told = match (text.kind.as_str(), text.key, text.answer, text.dispute) {
            (_, Some(key), Some(answer), _) => match read(answer) {
                Some(outcome) => Told::Outcome { key, outcome },
                None => Told::Nothing,
            },
            ("dispute.opened", _, _, Some(dispute)) => {
                Told::Disputed { reference: dispute.id, amount: dispute.amount, reason: dispute.reason }
            }
            ("dispute.won", _, _, Some(dispute)) => Told::DisputeWon { reference: dispute.id },
            ("dispute.lost", _, _, Some(dispute)) => Told::DisputeLost { reference: dispute.id },
            _ => Told::Nothing,
        };
        Ok(Webhook { event: text.id, kind: text.kind, payment: text.payment, reference, told })
    }
}

impl Rest {
    async fn post(&self, ask: &Ask, path: String, body: serde_json::Value) -> Result<Outcome, Trouble> {
        let (status, body) = self.send(Method::POST, &path, Some(&ask.key), Some(body.to_string())).await?;
        outcome(status, &body)
    }

    fn of(&self, ask: &Ask, what: &str) -> String {
        format!("/payments/{}/{what}", ask.reference.as_deref().unwrap_or_default())
    }

    /// A token that is not good any more is exchanged once.
    async fn send(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<String>,
    ) -> Result<(StatusCode, Vec<u8>), Trouble> {
        let mut renew = false;
        loop {
            let bearer = self.bearer(renew).await?;
            let mut request = HttpRequest::builder()
                .method(method.clone())
                .uri(format!("{}{path}", self.address.trim_end_matches('/')))
                .header("authorization", format!("Bearer {bearer}"))
                .header("content-type", "application/json");
            if let Some(key) = key {
                request = request.header("idempotency-key", key);
            }
            let request = request
                .body(body.clone().unwrap_or_default().into_bytes())
                .map_err(|_| unsent("Its address or our secret cannot be sent."))?;
            let answer = self.client.send(&request).await?;
            let again =
                answer.status() == StatusCode::UNAUTHORIZED && matches!(self.auth, RestAuth::Client { .. });
            if again && !renew {
                renew = true;
                continue;
            }
            return Ok((answer.status(), answer.into_body().to_vec()));
        }
    }

    async fn bearer(&self, renew: bool) -> Result<String, Trouble> {
        let (address, id, secret, token) = match &self.auth {
            RestAuth::Key(key) => return Ok(key.clone()),
            RestAuth::Client { token_address, id, secret, token } => (token_address, id, secret, token),
        };
        // Whoever comes meanwhile waits for the one token.
        let mut known = token.lock().await;
        if let Some(token) = known.as_ref().filter(|token| !renew && Instant::now() < token.until) {
            return Ok(token.text.clone());
        }
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("grant_type", "client_credentials"),
                ("client_id", id),
                ("client_secret", secret),
            ])
            .finish();
        let request = HttpRequest::post(address.as_str())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(form.into_bytes())
            .map_err(|_| unsent("The address of its tokens cannot be asked."))?;
        // What was asked for has not been sent, whatever becomes of the token.
        let answer =
            self.client.send(&request).await.map_err(|trouble| Trouble { sent: false, ..trouble })?;
        let read: Option<TokenText> =
            serde_json::from_slice(answer.body()).ok().filter(|_| answer.status().is_success());
        let read = read.ok_or_else(|| unsent("It gives us no token; check client_id and secret."))?;
        let lasts = Duration::from_secs(read.expires_in.max(60)).saturating_sub(Duration::from_secs(30));
        *known = Some(Token { text: read.access_token.clone(), until: Instant::now() + lasts });
        Ok(read.access_token)
    }
}

fn unsent(why: &str) -> Trouble {
    Trouble { sent: false, why: why.to_owned(), retry_after: 30 }
}

fn amount(ask: &Ask) -> serde_json::Value {
    serde_json::json!({ "amount": ask.amount.amount, "payment": ask.payment })
}

fn outcome(status: StatusCode, body: &[u8]) -> Result<Outcome, Trouble> {
    if status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN {
        return Err(unsent("It does not know us; check the secret."));
    }
    if !status.is_success() && status != StatusCode::PAYMENT_REQUIRED {
        return Err(unclear(format!("It answered {status}.")));
    }
    let answer = serde_json::from_slice(body).ok().and_then(read);
    answer.ok_or_else(|| unclear("Its answer cannot be read."))
}

fn read(answer: Answer) -> Option<Outcome> {
    let Answer { id: reference, status, amount, last, card, challenge_url, code, message } = answer;
    Some(match status.as_str() {
        "authorised" => Outcome::Authorised { reference, amount, card },
        "captured" => Outcome::Captured { reference, amount, card, last },
        "refunded" => Outcome::Refunded { reference, amount },
        "voided" => Outcome::Voided,
        "challenged" => Outcome::Challenged { reference, url: challenge_url? },
        "working" => Outcome::Working,
        "declined" => Outcome::Declined {
            code: code.unwrap_or_else(|| "declined".into()),
            sentence: message.unwrap_or_else(|| "The provider declined it.".into()),
        },
        _ => return None,
    })
}
