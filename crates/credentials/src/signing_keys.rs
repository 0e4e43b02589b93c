//! The keys that sign access tokens, one after the other.
//!
//! ES256 (ECDSA on P-256): every library and gateway that reads JWTs can verify it, which is not yet so of Ed25519.
//!
//! A key is published before it signs, so that whoever keeps a copy of the published keys has fetched it by then, and
//! stays published until the last token it signed has expired.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::{Zeroize as _, Zeroizing};

use crate::time::LEEWAY;
use crate::{Refusal, Seconds};

/// How long a key is what. All nodes rotate by the same ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifetimes {
    /// How long a key is published before it signs. Whoever answers with the JWKS lets it be kept half as long at most.
    pub announce: Seconds,
    /// How long a key signs.
    pub sign: Seconds,
    /// How long a token lasts at most.
    pub token: Seconds,
}

/// The keys of one issuer. It is a secret: whoever stores it seals it.
pub struct SigningKeys {
    lifetimes: Lifetimes,
    keys: Vec<Key>,
}

/// One key and its times.
pub(crate) struct Key {
    pub id: String,
    pub made: Seconds,
    pub sign_from: Seconds,
    pub sign_until: Seconds,
    pub verify_until: Seconds,
    /// PKCS#8.
    pub secret: Zeroizing<Vec<u8>>,
    /// The point on the curve, each coordinate as a JWK has it.
    pub x: String,
    pub y: String,
}

impl SigningKeys {
    /// One key, which signs at once.
    pub fn new(lifetimes: Lifetimes, now: Seconds) -> Self {
        let mut signing = Self { lifetimes, keys: Vec::new() };
        signing.add(now, now);
        signing
    }

    /// Makes the key that comes next when it is time to announce it, and forgets those of which no token can be left.
    /// Says whether anything changed and is to be stored. Called oftener than `announce`, every token is verified
    /// everywhere.
    pub fn rotate(&mut self, now: Seconds) -> bool {
        let before = self.keys.len();
        self.keys.retain(|key| now < key.verify_until);
        let forgotten = before - self.keys.len();
        let last = self.keys.iter().map(|key| key.sign_until).max().unwrap_or(now);
        if now < last.saturating_sub(self.lifetimes.announce) {
            return forgotten > 0;
        }
        self.add(last.max(now), now);
        true
    }

    /// Forgets a key that somebody else may have: its tokens are refused from now on. A new one signs at once.
    pub fn revoke(&mut self, id: &str, now: Seconds) -> bool {
        let before = self.keys.len();
        self.keys.retain(|key| key.id != id);
        if self.keys.len() == before {
            return false;
        }
        if self.signing(now).is_err() {
            self.add(now, now);
        }
        true
    }

    /// The id of the key that signs now.
    pub fn signing_id(&self, now: Seconds) -> Result<&str, Refusal> {
        Ok(&self.signing(now)?.id)
    }

    pub fn lifetimes(&self) -> Lifetimes {
        self.lifetimes
    }

    /// What is published: the keys with which tokens are to be verified, those to come included.
    pub fn jwks(&self, now: Seconds) -> Value {
        let published = self.keys.iter().filter(|key| now < key.verify_until);
        json!({ "keys": published.map(Key::jwk).collect::<Vec<_>>() })
    }

    /// For whoever seals and stores it.
    pub fn reveal(&self) -> Zeroizing<String> {
        let keys = self.keys.iter().map(StoredKey::from).collect();
        let stored = StoredKeys { lifetimes: self.lifetimes, keys };
        Zeroizing::new(serde_json::to_string(&stored).expect("numbers and texts can be written as JSON"))
    }

    /// What [`SigningKeys::reveal`] gave out.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let stored: StoredKeys = serde_json::from_str(text).map_err(|_| Refusal::RingUnreadable)?;
        let keys: Option<Vec<Key>> = stored.keys.iter().map(Key::stored).collect();
        Ok(Self { lifetimes: stored.lifetimes, keys: keys.ok_or(Refusal::RingUnreadable)? })
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter()
    }

    fn signing(&self, now: Seconds) -> Result<&Key, Refusal> {
        let signing = self.keys.iter().filter(|key| key.signs(now));
        signing.max_by_key(|key| key.sign_from).ok_or(Refusal::RingUnready)
    }

    fn add(&mut self, sign_from: Seconds, now: Seconds) {
        let sign_until = sign_from.saturating_add(self.lifetimes.sign);
        let verify_until = sign_until.saturating_add(self.lifetimes.token).saturating_add(LEEWAY);
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .expect("the operating system gives out random bytes");
        let secret = Zeroizing::new(pkcs8.as_ref().to_vec());
        let key = Key::new(secret, [now, sign_from, sign_until, verify_until]);
        self.keys.push(key.expect("a key that was just made can be read"));
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKeys({} keys, ***)", self.keys.len())
    }
}

impl Key {
    pub fn signs(&self, now: Seconds) -> bool {
        (self.sign_from..self.sign_until).contains(&now)
    }

    fn new(secret: Zeroizing<Vec<u8>>, times: [Seconds; 4]) -> Option<Self> {
        let [made, sign_from, sign_until, verify_until] = times;
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &secret, &SystemRandom::new()).ok()?;
        let point = pair.public_key().as_ref().strip_prefix(&[4])?;
        let (x, y) = point.split_at_checked(32)?;
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        Some(Self { id: thumbprint(&x, &y), made, sign_from, sign_until, verify_until, secret, x, y })
    }

    fn stored(stored: &StoredKey) -> Option<Self> {
        let secret = Zeroizing::new(STANDARD_NO_PAD.decode(&stored.secret).ok()?);
        let times = [stored.made, stored.sign_from, stored.sign_until, stored.verify_until];
        Self::new(secret, times).filter(|key| key.id == stored.id)
    }

    fn jwk(&self) -> Value {
        json!({
            "kty": "EC", "crv": "P-256", "x": self.x, "y": self.y, "kid": self.id, "alg": "ES256", "use": "sig",
        })
    }
}

/// RFC 7638: a name that follows from the key, so that no two keys can have the same.
fn thumbprint(x: &str, y: &str) -> String {
    let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    URL_SAFE_NO_PAD.encode(digest(&SHA256, canonical.as_bytes()))
}

#[derive(Serialize, Deserialize)]
struct StoredKeys {
    lifetimes: Lifetimes,
    keys: Vec<StoredKey>,
}

#[derive(Serialize, Deserialize)]
struct StoredKey {
    id: String,
    made: Seconds,
    sign_from: Seconds,
    sign_until: Seconds,
    verify_until: Seconds,
    secret: String,
}

impl Drop for StoredKey {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl From<&Key> for StoredKey {
    fn from(key: &Key) -> Self {
        Self {
            id: key.id.clone(),
            made: key.made,
            sign_from: key.sign_from,
            sign_until: key.sign_until,
            verify_until: key.verify_until,
            secret: STANDARD_NO_PAD.encode(key.secret.as_slice()),
        }
    }
}
