//! Makes access tokens that are right but for one thing.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use credentials::issuer::Ours;
use credentials::refusal::Fault;
use credentials::{Claims, Issuer, Lifetimes, Refusal, SigningKeys, Verifier, Wish};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};

use crate::NOW;

pub const ISSUER: &str = "https://shop.example";
pub const AUDIENCE: &str = "https://shop.example/api";
pub const LIFETIMES: Lifetimes = Lifetimes { announce: 86_400, sign: 30 * 86_400, token: 900 };

pub struct Forge {
    pub ring: SigningKeys,
    pub verifier: Verifier,
    pub id: String,
    pair: EcdsaKeyPair,
}

pub fn wish() -> Wish {
    Wish {
        audience: AUDIENCE.to_owned(),
        subject: "person-1".to_owned(),
        lasts: 600,
        ours: Ours {
            tid: Some("tenant-1".to_owned()),
            sid: Some("session-1".to_owned()),
            kind: "staff".to_owned(),
            client_id: Some("console".to_owned()),
            roles: vec!["owner".to_owned(), "clerk".to_owned()],
            scopes: vec!["orders:read".to_owned(), "orders:write".to_owned()],
            auth_time: Some(NOW - 5),
            amr: vec!["pwd".to_owned(), "otp".to_owned()],
        },
    }
}

/// What is wrong with a token, now.
pub fn fault(forge: &Forge, token: &str) -> Fault {
    match forge.verifier.verify(token, NOW) {
        Err(Refusal::AccessTokenInvalid(fault)) => fault,
        other => panic!("{other:?} for {token}"),
    }
}

impl Forge {
    pub fn new() -> Self {
        let ring = SigningKeys::new(LIFETIMES, NOW);
        let verifier = Verifier::new(&ring, ISSUER, AUDIENCE);
        let id = ring.signing_id(NOW).unwrap().to_owned();
        let stored: Value = serde_json::from_str(&ring.reveal()).unwrap();
        let pair = pair(&stored["keys"][0]);
        Self { ring, verifier, id, pair }
    }

    pub fn issue(&self) -> (String, Claims) {
        Issuer::new(&self.ring, ISSUER).issue(wish(), NOW).unwrap()
    }

    pub fn header(&self) -> Value {
        json!({ "typ": "at+jwt", "alg": "ES256", "kid": self.id })
    }

    /// What the issuer would say, to be changed.
    pub fn claims(&self) -> Value {
        serde_json::to_value(self.issue().1).unwrap()
    }

    /// A token with any header and any claims that is signed by the right key.
    pub fn sign(&self, header: &str, claims: &str) -> String {
        let said = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.pair.sign(&SystemRandom::new(), said.as_bytes()).unwrap();
        format!("{said}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    pub fn with_header(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut header = self.header();
        change(&mut header);
        self.sign(&header.to_string(), &self.claims().to_string())
    }

    pub fn with_claims(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.claims();
        change(&mut claims);
        self.sign(&self.header().to_string(), &claims.to_string())
    }
}

fn pair(stored: &Value) -> EcdsaKeyPair {
    let pkcs8 = STANDARD_NO_PAD.decode(stored["secret"].as_str().unwrap()).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8, &SystemRandom::new()).unwrap()
}
