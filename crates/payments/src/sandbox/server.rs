//! The sandbox over HTTP.

use kernel::boxed;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{delete, get, post};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use store::Clock;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::payment::pending::Request;
use crate::providers::rest::BookText;
use crate::sandbox::ledger::{Asked, Ledger, Seen};
use crate::sandbox::settings::Settings;

#[derive(Clone)]
pub(super) struct Server(Arc<Inner>);

struct Inner {
    ledger: Mutex<Ledger>,
    /// The accounts that tokens were given to.
    tokens: Mutex<HashMap<String, String>>,
    /// Where challenges are met; behind it comes the challenge's id.
    challenges: String,
    pause: Duration,
    clock: Clock,
}

/// Longer than anybody waits.
const SILENCE: Duration = Duration::from_secs(120);

#[boxed]
pub async fn serve(listener: TcpListener, settings: Settings, clock: Clock) -> io::Result<()> {
    let challenges = format!("http://{}/challenges/", listener.local_addr()?);
    open(listener, Server::open(&settings, challenges, false, clock)?).await
}

pub(super) async fn open(listener: TcpListener, server: Server) -> io::Result<()> {
    let router = Router::new()
        .route("/payments", post(authorise))
        .route("/payments/{id}/captures", post(capture))
        .route("/payments/{id}/refunds", post(refund))
        .route("/payments/{id}/void", post(void))
        .route("/requests/{key}", get(request))
        .route("/book", get(book_of))
        .route("/account", get(account_of))
        .route("/challenges/{id}", get(challenge))
        .route("/challenges/{id}/pass", post(pass))
        .route("/challenges/{id}/fail", post(fail))
        .route("/token", post(token))
        .route("/tokens", delete(forget_tokens))
        .with_state(server);
    axum::serve(listener, router).await
}

async fn authorise(State(server): State<Server>, headers: HeaderMap, body: Bytes) -> Response {
    let (account, key) = match server.caller(&headers) {
        Ok(caller) => caller,
        Err(status) => return status.into_response(),
    };
    let Ok(asked) = serde_json::from_slice::<Asked>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let (now, challenges) = ((server.0.clock)(), &server.0.challenges);
    let seen = server.0.ledger.lock().authorise(&account, &key, asked, challenges, now);
    server.show(seen).await
}

async fn capture(server: State<Server>, headers: HeaderMap, id: Path<String>, body: Bytes) -> Response {
    follow(server, headers, id, body, Request::Capture).await
}

async fn refund(server: State<Server>, headers: HeaderMap, id: Path<String>, body: Bytes) -> Response {
    follow(server, headers, id, body, Request::Refund).await
}

async fn void(server: State<Server>, headers: HeaderMap, id: Path<String>, body: Bytes) -> Response {
    follow(server, headers, id, body, Request::Void).await
}

async fn follow(
    State(server): State<Server>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
    request: Request,
) -> Response {
    let (account, key) = match server.caller(&headers) {
        Ok(caller) => caller,
        Err(status) => return status.into_response(),
    };
    let Ok(asked) = serde_json::from_slice::<Asked>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let now = (server.0.clock)();
    let seen = server.0.ledger.lock().follow(&account, &key, &id, request, asked.amount, now);
    server.show(seen).await
}

async fn request(State(server): State<Server>, headers: HeaderMap, Path(key): Path<String>) -> Response {
    let Some(account) = server.account(&headers) else { return StatusCode::UNAUTHORIZED.into_response() };
    let answer = server.0.ledger.lock().entry(&account, &key).map(|entry| entry.answer.clone());
    answer.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |answer| json(&answer))
}

#[derive(Deserialize)]
struct Window {
    #[serde(default)]
    from: i64,
    to: Option<i64>,
}

async fn book_of(State(server): State<Server>, headers: HeaderMap, Query(window): Query<Window>) -> Response {
    let Some(account) = server.account(&headers) else { return StatusCode::UNAUTHORIZED.into_response() };
    let ledger = server.0.ledger.lock();
    if ledger.forgot_since(window.from) {
        return (StatusCode::GONE, "The sandbox remembers its last requests, and these are older.")
            .into_response();
    }
    let items = ledger.booked(&account, window.from, window.to.unwrap_or(i64::MAX));
    json(&BookText { items })
}

async fn account_of(State(server): State<Server>, headers: HeaderMap) -> Response {
    match server.account(&headers) {
        Some(account) => json(&serde_json::json!({ "account": account })),
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}

async fn challenge(Path(id): Path<String>) -> Response {
    let id: String =
        id.chars().filter(|letter| letter.is_ascii_alphanumeric() || "_-".contains(*letter)).collect();
    let page = format!(
        "<!doctype html><html lang=en><meta name=viewport content=\"width=device-width\"><title>Is it you?</title><h1>Is it you?</h1><p>This is the sandbox: no money moves.</p><form method=post action=\"/challenges/{id}/pass\"><button>Yes, it is me</button></form><form method=post action=\"/challenges/{id}/fail\"><button>No</button></form></html>"
    );
    ([("content-type", "text/html; charset=utf-8")], page).into_response()
}

async fn pass(State(server): State<Server>, Path(id): Path<String>) -> Response {
    met(server.meet(&id, true))
}

async fn fail(State(server): State<Server>, Path(id): Path<String>) -> Response {
    met(server.meet(&id, false))
}

fn met(met: Option<Option<String>>) -> Response {
    match met {
        Some(Some(back)) => Redirect::to(&back).into_response(),
        Some(None) => "Thank you. Go back to the page that you came from.".into_response(),
        None => {
            let gone = "This is over. Go back to the shop, and open your order again: it says how it stands.";
            (StatusCode::NOT_FOUND, gone).into_response()
        }
    }
}

/// OAuth 2 client credentials. Any client is known whose secret is its id with `secret-` before it.
async fn token(State(server): State<Server>, body: Bytes) -> Response {
    let form: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    let text = |name: &str| form.get(name).cloned().unwrap_or_default();
    let id = text("client_id");
    if text("grant_type") != "client_credentials" || text("client_secret") != format!("secret-{id}") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let token = format!("at_{}", Uuid::now_v7());
    server.0.tokens.lock().insert(token.clone(), id);
    json(&serde_json::json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600 }))
}

/// No token that was given out is good any more.
async fn forget_tokens(State(server): State<Server>) -> StatusCode {
    server.0.tokens.lock().clear();
    StatusCode::NO_CONTENT
}

impl Server {
    /// `within`: the one of a process that asks itself.
    pub(super) fn open(
        settings: &Settings,
        challenges: String,
        within: bool,
        clock: Clock,
    ) -> io::Result<Self> {
        let ledger = Mutex::new(Ledger::open(settings.book.as_deref(), within)?);
        let (tokens, pause) = (Mutex::default(), settings.pause);
        Ok(Self(Arc::new(Inner { ledger, tokens, challenges, pause, clock })))
    }

    /// The person met a challenge, or did not: where they come back to.
    pub(super) fn meet(&self, id: &str, passed: bool) -> Option<Option<String>> {
        self.0.ledger.lock().meet(id, passed)
    }

    fn account(&self, headers: &HeaderMap) -> Option<String> {
        let bearer = headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")?;
        match bearer.strip_prefix("at_") {
            Some(_) => self.0.tokens.lock().get(bearer).cloned(),
            None => (!bearer.is_empty() && bearer != "wrong").then(|| bearer.to_owned()),
        }
    }

    fn caller(&self, headers: &HeaderMap) -> Result<(String, String), StatusCode> {
        let account = self.account(headers).ok_or(StatusCode::UNAUTHORIZED)?;
        let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
        Ok((account, key.ok_or(StatusCode::BAD_REQUEST)?.to_owned()))
    }

    async fn show(&self, seen: Seen) -> Response {
        tokio::time::sleep(self.0.pause).await;
        match seen {
            Seen::Answer(answer) => json(&answer),
            Seen::Failure => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            Seen::Nothing => StatusCode::NOT_FOUND.into_response(),
            Seen::Silence => {
                tokio::time::sleep(SILENCE).await;
                StatusCode::GATEWAY_TIMEOUT.into_response()
            }
        }
    }
}

fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => ([("content-type", "application/json")], Body::from(bytes)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
