//! An issuer of ours that says and signs whatever a test wants it to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Any moment would do: nobody here asks the clock.
pub fn noon() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOON)
}

pub const NOON: u64 = 1_900_000_000;

pub struct Key {
    pub kid: &'static str,
    secret: EncodingKey,
    point: Vec<u8>,
}

impl Key {
    pub fn new(kid: &'static str) -> Self {
        let (rule, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(rule, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(rule, document.as_ref(), &random).unwrap();
        let point = pair.public_key().as_ref().to_vec();
        Self { kid, secret: EncodingKey::from_ec_der(document.as_ref()), point }
    }

    pub fn header(&self) -> Header {
        Header { kid: Some(self.kid.into()), ..Header::new(Algorithm::ES256) }
    }

    pub fn sign(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &self.secret).unwrap()
    }

    /// As the issuer shows it to everybody.
    pub fn shown(&self) -> Value {
        let (x, y) = self.point[1..].split_at(32);
        let encoded = |bytes| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": self.kid, "x": encoded(x), "y": encoded(y) })
    }

    /// What everybody knows of this key, used as if it were a shared secret.
    pub fn public_as_secret(&self) -> Vec<EncodingKey> {
        let shown = self.shown().to_string();
        [self.point.as_slice(), &self.point[1..], shown.as_bytes()].map(EncodingKey::from_secret).into()
    }
}

/// A token without a signature.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(header), part(claims))
}

pub struct Forger {
    port: u16,
    told: Arc<Told>,
    serving: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Told {
    metadata: Mutex<Value>,
    keys: Mutex<Value>,
    tokens: Mutex<(u16, Value)>,
    asked: AtomicUsize,
    keys_asked: AtomicUsize,
}

impl Forger {
    pub async fn start(keys: &[&Key]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let forger = Self {
            port: listener.local_addr().unwrap().port(),
            told: Arc::default(),
            serving: Mutex::default(),
        };
        let at = |path: &str| format!("{}{path}", forger.issuer());
        *forger.told.metadata.lock().unwrap() = json!({
            "issuer": forger.issuer(),
            "authorization_endpoint": at("/auth"),
            "token_endpoint": at("/token"),
            "jwks_uri": at("/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256", "ES256"],
        });
        forger.show(keys);
        forger.serve(listener);
        forger
    }

    pub fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What its description says, changed.
    pub fn describe(&self, name: &str, value: Value) {
        self.told.metadata.lock().unwrap()[name] = value;
    }

    pub fn show(&self, keys: &[&Key]) {
        *self.told.keys.lock().unwrap() =
            json!({ "keys": keys.iter().map(|key| key.shown()).collect::<Vec<_>>() });
    }

    pub fn show_raw(&self, keys: Value) {
        *self.told.keys.lock().unwrap() = keys;
    }

    /// What its token endpoint answers.
    pub fn answer(&self, status: u16, tokens: Value) {
        *self.told.tokens.lock().unwrap() = (status, tokens);
    }

    pub fn hand_out(&self, id_token: &str) {
        self.answer(200, json!({ "access_token": "access", "token_type": "Bearer", "id_token": id_token }));
    }

    /// How often it was asked for its description.
    pub fn asked(&self) -> usize {
        self.told.asked.load(Ordering::SeqCst)
    }

    pub fn keys_asked(&self) -> usize {
        self.told.keys_asked.load(Ordering::SeqCst)
    }

    /// Nobody answers until it is up again.
    pub fn down(&self) {
        if let Some(serving) = self.serving.lock().unwrap().take() {
            serving.abort();
        }
    }

    pub async fn up(&self) {
        self.serve(TcpListener::bind(("127.0.0.1", self.port)).await.unwrap());
    }

    fn serve(&self, listener: TcpListener) {
        let told = Arc::clone(&self.told);
        let serving = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let told = Arc::clone(&told);
                tokio::spawn(async move {
                    let _ = reply(stream, &told).await;
                });
            }
        });
        *self.serving.lock().unwrap() = Some(serving);
    }
}

impl Drop for Forger {
    fn drop(&mut self) {
        self.down();
    }
}

async fn reply(mut stream: TcpStream, told: &Told) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !whole(&request) {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let line = String::from_utf8_lossy(&request);
    let (status, body) = match line.split(' ').nth(1).unwrap_or_default() {
        "/.well-known/openid-configuration" => {
            told.asked.fetch_add(1, Ordering::SeqCst);
            (200, told.metadata.lock().unwrap().to_string())
        }
        "/keys" => {
            told.keys_asked.fetch_add(1, Ordering::SeqCst);
            (200, told.keys.lock().unwrap().to_string())
        }
        "/token" => {
            let (status, tokens) = &*told.tokens.lock().unwrap();
            (*status, tokens.to_string())
        }
        _ => (404, String::new()),
    };
    let head = format!(
        "HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await?;
    stream.shutdown().await
}

fn whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}
