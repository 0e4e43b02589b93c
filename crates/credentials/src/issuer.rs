//! What an access token says, and who makes one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rand::Rng as _;
use serde::{Deserialize, Serialize};

use crate::signing_keys::{Key, SigningKeys};
use crate::{Refusal, Seconds, provider};

/// RFC 9068: no ID token, and nothing else that somebody signs, passes for one of these.
pub(crate) const TYPE: &str = "at+jwt";

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who signed it.
    pub iss: String,
    /// For whom it is: one, never a list.
    pub aud: String,
    /// Who shows it.
    pub sub: String,
    pub exp: Seconds,
    pub nbf: Seconds,
    pub iat: Seconds,
    /// Its own number.
    pub jti: String,
    #[serde(flatten)]
    pub ours: Ours,
}

/// What we say besides what every token says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ours {
    /// The tenant, unless it is somebody of the platform's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tid: Option<String>,
    /// The session, unless it is a machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Which kind of person or machine: staff, customer, app.
    pub kind: String,
    /// The app that asked for it (RFC 9068).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    #[serde(default, rename = "scope", with = "spaced", skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// When the person last proved who they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<Seconds>,
    /// With what (RFC 8176): `pwd`, `otp`, `hwk`, …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
}

/// What somebody who may have a token wants it to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub audience: String,
    pub subject: String,
    /// At most as long as the lifetimes of the signing keys allow.
    pub lasts: Seconds,
    pub ours: Ours,
}

/// Makes access tokens with the signing keys. Make a new one when they have changed.
pub struct Issuer {
    name: String,
    longest: Seconds,
    keys: Vec<Signer>,
}

struct Signer {
    header: Header,
    sign_from: Seconds,
    sign_until: Seconds,
    key: EncodingKey,
}

impl Issuer {
    /// `name` is an address of ours, `https://shop.example`.
    pub fn new(signing: &SigningKeys, name: impl Into<String>) -> Self {
        provider::install();
        let signer = |key: &Key| Signer {
            header: Header {
                typ: Some(TYPE.to_owned()),
                kid: Some(key.id.clone()),
                ..Header::new(Algorithm::ES256)
            },
            sign_from: key.sign_from,
            sign_until: key.sign_until,
            key: EncodingKey::from_ec_der(&key.secret),
        };
        let keys = signing.keys().map(signer).collect();
        Self { name: name.into(), longest: signing.lifetimes().token, keys }
    }

    /// The token, and what it says.
    pub fn issue(&self, wish: Wish, now: Seconds) -> Result<(String, Claims), Refusal> {
        let signing = self.keys.iter().filter(|key| (key.sign_from..key.sign_until).contains(&now));
        let signer = signing.max_by_key(|key| key.sign_from).ok_or(Refusal::RingUnready)?;
        let claims = Claims {
            iss: self.name.clone(),
            aud: wish.audience,
            sub: wish.subject,
            exp: now.saturating_add(wish.lasts.clamp(1, self.longest)),
            nbf: now,
            iat: now,
            jti: number(),
            ours: wish.ours,
        };
        let token = jsonwebtoken::encode(&signer.header, &claims, &signer.key);
        Ok((token.map_err(|_| Refusal::RingUnready)?, claims))
    }
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Issuer({}, ***)", self.name)
    }
}

fn number() -> String {
    let mut bytes = [0; 16];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Scopes are one text with spaces in it (RFC 8693).
mod spaced {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(scopes: &[String], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&scopes.join(" "))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(text.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect())
    }
}
