use std::hint::black_box;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credentials::{Issuer, Seconds};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation};
use serde_json::{Value, json};

use crate::NOW;
use crate::forge::{Forge, ISSUER, wish};

#[test]
fn what_was_issued_is_what_is_read() {
    let forge = Forge::new();
    let (token, claims) = forge.issue();
    assert_eq!(forge.verifier.verify(&token, NOW).unwrap(), claims);
    assert_eq!(claims.ours, wish().ours);
    assert_eq!((claims.iat, claims.nbf, claims.exp), (NOW, NOW, NOW + 600));
    assert_ne!(forge.issue().1.jti, claims.jti);
}

#[test]
fn a_token_reads_as_the_standards_say() {
    let forge = Forge::new();
    let (token, claims) = forge.issue();
    let part = |place: usize| -> Value {
        let part = token.split('.').nth(place).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    assert_eq!(part(0), json!({ "typ": "at+jwt", "alg": "ES256", "kid": forge.id }));
    assert_eq!(
        part(1),
        json!({
            "iss": "https://shop.example", "aud": "https://shop.example/api", "sub": "person-1",
            "exp": NOW + 600, "nbf": NOW, "iat": NOW, "jti": claims.jti,
            "tid": "tenant-1", "sid": "session-1", "kind": "staff", "client_id": "console",
            "roles": ["owner", "clerk"], "scope": "orders:read orders:write",
            "auth_time": NOW - 5, "amr": ["pwd", "otp"],
        })
    );
}

#[test]
fn somebody_else_verifies_it_with_nothing_but_the_published_keys() {
    let forge = Forge::new();
    let (token, _) = forge.issue();
    let jwks: jsonwebtoken::jwk::JwkSet = serde_json::from_value(forge.ring.jwks(NOW)).unwrap();
    let jwk = jwks.find(&forge.id).unwrap();
    assert_eq!(jwk.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256).unwrap(), forge.id);
    // By the library's own arithmetic, not by ours.
    let key = DecodingKey::from_jwk(jwk).unwrap();
    let factory = jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER.verifier_factory;
    let verifier = factory(&Algorithm::ES256, &key).unwrap();
    let (said, signature) = token.rsplit_once('.').unwrap();
    let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    verifier.verify(said.as_bytes(), &signature).unwrap();
    signature[7] ^= 1;
    assert!(verifier.verify(said.as_bytes(), &signature).is_err());
}

#[test]
fn other_algorithms_are_left_to_the_library() {
    let forge = Forge::new();
    forge.verifier.verify(&forge.issue().0, NOW).unwrap();
    let (signs, reads) = (EncodingKey::from_secret(b"shared"), DecodingKey::from_secret(b"shared"));
    let header = jsonwebtoken::Header::new(Algorithm::HS256);
    let token =
        jsonwebtoken::encode(&header, &json!({ "sub": "x", "exp": 4_000_000_000_u64 }), &signs).unwrap();
    let read = jsonwebtoken::decode::<Value>(&token, &reads, &Validation::new(Algorithm::HS256)).unwrap();
    assert_eq!(read.claims["sub"], "x");
    let ours = DecodingKey::from_ec_der(b"no key");
    assert!(
        jsonwebtoken::decode::<Value>(&forge.issue().0, &ours, &Validation::new(Algorithm::ES256)).is_err()
    );
}

#[test]
fn clocks_may_be_half_a_minute_apart() {
    let forge = Forge::new();
    let (token, _) = forge.issue();
    let at = |now: Seconds| forge.verifier.verify(&token, now).is_ok();
    assert!(at(NOW - 30) && at(NOW + 629));
    assert!(!at(NOW - 31) && !at(NOW + 630));
}

#[test]
fn a_token_never_lasts_longer_than_those_of_the_ring() {
    let forge = Forge::new();
    for (asked, given) in [(900, 900), (901, 900), (Seconds::MAX, 900), (0, 1), (-5, 1)] {
        let (token, claims) = Issuer::new(&forge.ring, ISSUER)
            .issue(credentials::Wish { lasts: asked, ..wish() }, NOW)
            .unwrap();
        assert_eq!(claims.exp - claims.iat, given, "{asked}");
        assert!(forge.verifier.verify(&token, NOW).is_ok());
    }
}

#[test]
fn what_a_later_version_adds_does_not_shut_out_an_earlier_one() {
    let forge = Forge::new();
    let token = forge.with_claims(|claims| claims["new"] = json!({ "any": ["thing"] }));
    assert!(forge.verifier.verify(&token, NOW).is_ok());
}

/// How long it takes, in a build that is optimised: `cargo nextest run -p credentials --run-ignored all --no-capture how_long`
#[test]
#[ignore = "it measures, it does not check"]
fn how_long_issuing_and_verifying_take() {
    let forge = Forge::new();
    let issuer = Issuer::new(&forge.ring, ISSUER);
    let (token, _) = forge.issue();
    let rounds = 2_000;
    let start = Instant::now();
    for _ in 0..rounds {
        black_box(issuer.issue(wish(), NOW).unwrap());
    }
    let issue = start.elapsed() / rounds;
    let start = Instant::now();
    for _ in 0..rounds {
        black_box(forge.verifier.verify(black_box(&token), NOW).unwrap());
    }
    let verify = start.elapsed() / rounds;
    eprintln!("issue {issue:?}, verify {verify:?}, {} bytes", token.len());
}
