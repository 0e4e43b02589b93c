//! Access tokens that a tenant's own issuers made for us.

use boxed::boxed;
use std::time::SystemTime;

use jsonwebtoken::dangerous::insecure_decode;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::facts::{Facts, Outsider, moment, text, texts};
use crate::issuer::Known;
use crate::sign_in::SKEW;
use crate::{Federation, FederationError, Flaw, Provider};

/// Entra's with two hundred groups have about 9 KiB.
const LONGEST: usize = 16 * 1024;

const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Only ID tokens and logout tokens have them.
const NOT_OF_ACCESS: [&str; 4] = ["nonce", "at_hash", "c_hash", "events"];

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl Federation {
    /// Whose token this is, where one of the providers' issuers made it for one of that provider's audiences.
    #[boxed]
    pub async fn verify_bearer(
        &self,
        providers: &[Provider],
        token: &str,
        now: SystemTime,
    ) -> Result<Outsider, FederationError> {
        let refused = FederationError::Bearer;
        let (header, issuer) = look(token).map_err(refused)?;
        let whose: Vec<_> = providers.iter().filter(|provider| provider.issuer() == issuer).collect();
        let first = whose.first().ok_or(refused(Flaw::Issuer))?;
        let issuer = self.issuer(first)?;
        let known = issuer.known(now).await?;
        let claims = match verify(token, &header, &known, &whose) {
            Err(Flaw::UnknownKey) => match issuer.with_newer_keys(&known, now).await {
                Some(known) => verify(token, &header, &known, &whose),
                None => Err(Flaw::UnknownKey),
            },
            verified => verified,
        };
        let claims = claims.map_err(refused)?;
        check_times(&claims, now).map_err(refused)?;
        if NOT_OF_ACCESS.iter().any(|name| claims.others.contains_key(*name)) || !is_bearer(&claims) {
            return Err(refused(Flaw::Kind));
        }
        let audiences = texts(&claims.others, "aud");
        let provider =
            whose.iter().find(|one| one.bearer_audiences.iter().any(|good| audiences.contains(good)));
        facts(claims.iss, claims.sub, &claims.others).admit(provider.ok_or(refused(Flaw::Audience))?)
    }
}

/// What can be said before a key is found. The issuer is only what somebody wrote, until the signature holds.
fn look(token: &str) -> Result<(Header, String), Flaw> {
    #[derive(Deserialize)]
    struct Issuer {
        iss: String,
    }
    if token.len() > LONGEST {
        return Err(Flaw::TooLong);
    }
    let read = insecure_decode::<Issuer>(token).map_err(|_| Flaw::Unreadable)?;
    let (header, claims) = (read.header, read.claims);
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Flaw::Algorithm);
    }
    let kind = header.typ.as_deref().unwrap_or_default().to_ascii_lowercase();
    let known = ["jwt", "at+jwt", "application/at+jwt"].contains(&kind.as_str());
    // What must be understood, and is not: RFC 7515 has it refused.
    if !known || header.crit.is_some() || header.cty.is_some() {
        return Err(Flaw::Type);
    }
    Ok((header, claims.iss))
}

fn verify(token: &str, header: &Header, known: &Known, providers: &[&Provider]) -> Result<Claims, Flaw> {
    let key = DecodingKey::from_jwk(key(header, known)?).map_err(|_| Flaw::UnknownKey)?;
    let mut rules = Validation::new(header.alg);
    rules.set_required_spec_claims(&["exp", "iss", "sub", "aud"]);
    rules.set_issuer(&[known.metadata.issuer().as_str()]);
    let audiences = providers.iter().flat_map(|provider| &provider.bearer_audiences);
    rules.set_audience(&audiences.collect::<Vec<_>>());
    // The library asks the clock; ours is passed in.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    let read = decode::<Claims>(token, &key, &rules).map_err(|why| match why.kind() {
        ErrorKind::InvalidSignature => Flaw::Signature,
        ErrorKind::InvalidAudience => Flaw::Audience,
        ErrorKind::InvalidIssuer => Flaw::Issuer,
        ErrorKind::InvalidAlgorithm => Flaw::Algorithm,
        _ => Flaw::Unreadable,
    })?;
    Ok(read.claims)
}

/// The one that the header names, or the only one that could be meant.
fn key<'a>(header: &Header, known: &'a Known) -> Result<&'a Jwk, Flaw> {
    let fits = |key: &&Jwk| {
        let common = &key.common;
        let signs =
            common.public_key_use.as_ref().is_none_or(|for_what| *for_what == PublicKeyUse::Signature);
        signs && common.key_algorithm.is_none_or(|algorithm| algorithm == KeyAlgorithm::from(header.alg))
    };
    let mut keys =
        known.keys.iter().filter(fits).filter(|key| header.kid.is_none() || key.common.key_id == header.kid);
    match (keys.next(), keys.next()) {
        (Some(key), None) => Ok(key),
        _ => Err(Flaw::UnknownKey),
    }
}

fn check_times(claims: &Claims, now: SystemTime) -> Result<(), Flaw> {
    let expires = moment(claims.exp).ok_or(Flaw::Unreadable)?;
    if now.checked_sub(SKEW).is_some_and(|earlier| earlier >= expires) {
        return Err(Flaw::Expired);
    }
    for seconds in [claims.nbf, claims.iat].into_iter().flatten() {
        if moment(seconds).ok_or(Flaw::Unreadable)? > now + SKEW {
            return Err(Flaw::NotYet);
        }
    }
    Ok(())
}

/// Keycloak says it in a claim: `Bearer`, where others of its tokens say `ID`, `Refresh` or `Logout`.
fn is_bearer(claims: &Claims) -> bool {
    text(&claims.others, "typ").is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"))
}

fn facts(issuer: String, subject: String, others: &Map<String, Value>) -> Facts<'_> {
    let own = |name| text(others, name).map(str::to_owned);
    let verified = others.get("email_verified").is_some_and(|said| *said == true || *said == "true");
    Facts {
        issuer,
        subject,
        email: own("email"),
        email_verified: verified,
        name: own("name"),
        locale: own("locale"),
        auth_time: others.get("auth_time").and_then(Value::as_i64).and_then(moment),
        amr: texts(others, "amr"),
        others,
    }
}
