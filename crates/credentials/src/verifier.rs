//! Who believes an access token, and what for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use crate::issuer::TYPE;
use crate::refusal::Fault;
use crate::signing_keys::{Key, SigningKeys};
use crate::time::LEEWAY;
use crate::{Claims, Refusal, Seconds, provider};

/// A header of a request is rarely allowed to be longer.
const LONGEST_TOKEN: usize = 8 * 1024;
/// The year 10,000. Later times overflow what others reckon with.
const END_OF_TIME: Seconds = 253_402_300_800;

/// Reads access tokens. Make a new one when the signing keys have changed.
pub struct Verifier {
    issuer: String,
    audience: String,
    longest: Seconds,
    keys: Vec<Known>,
    rules: Validation,
}

struct Known {
    id: String,
    verify_until: Seconds,
    key: DecodingKey,
}

/// What the header of one of ours says. Anything else in it is refused: a key it brings along, an address of one, a
/// word on how else it is to be read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

impl Verifier {
    /// Of the tokens that `issuer` made for `audience`.
    pub fn new(signing: &SigningKeys, issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        let known = |key: &Key| {
            let public = DecodingKey::from_ec_components(&key.x, &key.y);
            Known {
                id: key.id.clone(),
                verify_until: key.verify_until,
                key: public.expect("we have written these ourselves"),
            }
        };
        provider::install();
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            longest: signing.lifetimes().token,
            keys: signing.keys().map(known).collect(),
            rules: signature_only(),
        }
    }

    /// What the token says, if there is no doubt of it.
    ///
    /// A token is known by its `jti`: ECDSA has two ways to write the same signature, so its text is no name for it.
    pub fn verify(&self, token: &str, now: Seconds) -> Result<Claims, Refusal> {
        self.read(token, now).map_err(Refusal::AccessTokenInvalid)
    }

    fn read(&self, token: &str, now: Seconds) -> Result<Claims, Fault> {
        let header = header(token)?;
        if header.alg != "ES256" {
            return Err(Fault::Algorithm);
        }
        if header.typ != TYPE {
            return Err(Fault::Type);
        }
        let known = self.keys.iter().find(|key| key.id == header.kid && now < key.verify_until);
        let key = &known.ok_or(Fault::Key)?.key;
        let read = jsonwebtoken::decode::<Claims>(token, key, &self.rules);
        let claims = read.map_err(|why| fault(why.kind()))?.claims;
        self.check(&claims, now)?;
        Ok(claims)
    }

    /// The clock is the caller's, so times are not left to the library.
    fn check(&self, claims: &Claims, now: Seconds) -> Result<(), Fault> {
        let Claims { exp, nbf, iat, .. } = *claims;
        if claims.iss != self.issuer {
            return Err(Fault::Issuer);
        }
        if claims.aud != self.audience {
            return Err(Fault::Audience);
        }
        if [exp, nbf, iat].iter().any(|time| !(0..END_OF_TIME).contains(time)) {
            return Err(Fault::Claims);
        }
        if exp <= iat || exp - iat > self.longest {
            return Err(Fault::Lifetime);
        }
        if nbf > now + LEEWAY || iat > now + LEEWAY {
            return Err(Fault::NotYet);
        }
        if exp <= now - LEEWAY {
            return Err(Fault::Expired);
        }
        Ok(())
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verifier({} for {}, {} keys)", self.issuer, self.audience, self.keys.len())
    }
}

fn header(token: &str) -> Result<Header, Fault> {
    if token.len() > LONGEST_TOKEN {
        return Err(Fault::Size);
    }
    let parts: Vec<&str> = token.split('.').collect();
    let encoded = |part: &&str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let [header, _, _] = parts[..] else { return Err(Fault::Shape) };
    if !parts.iter().all(encoded) {
        return Err(Fault::Shape);
    }
    let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| Fault::Shape)?;
    serde_json::from_slice(&header).map_err(|_| Fault::Header)
}

fn signature_only() -> Validation {
    let mut rules = Validation::new(Algorithm::ES256);
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    rules
}

fn fault(kind: &ErrorKind) -> Fault {
    match kind {
        ErrorKind::InvalidSignature => Fault::Signature,
        ErrorKind::InvalidAlgorithm => Fault::Algorithm,
        ErrorKind::Json(_) | ErrorKind::Utf8(_) => Fault::Claims,
        _ => Fault::Shape,
    }
}
