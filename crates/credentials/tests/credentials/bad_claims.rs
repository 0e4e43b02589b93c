//! Tokens that the right key has signed and that say something wrong.

use credentials::refusal::Fault;
use credentials::{Refusal, Seconds, Verifier};
use serde_json::json;

use crate::NOW;
use crate::forge::{AUDIENCE, Forge, ISSUER, fault};

#[test]
fn refuses_another_issuer_or_audience() {
    let forge = Forge::new();
    for (name, expected) in [("iss", Fault::Issuer), ("aud", Fault::Audience)] {
        let right = forge.claims()[name].as_str().unwrap().to_owned();
        for other in
            ["", "https://evil.example", &format!("{right}/"), &right.to_uppercase(), &format!("{right} x")]
        {
            let token = forge.with_claims(|claims| claims[name] = other.into());
            assert_eq!(fault(&forge, &token), expected, "{name} {other}");
        }
        for shape in [json!([right]), json!([]), json!({}), json!(null), json!(1), json!(true)] {
            let token = forge.with_claims(|claims| claims[name] = shape.clone());
            assert_eq!(fault(&forge, &token), Fault::Claims, "{name} {shape}");
        }
    }
    let (token, _) = forge.issue();
    let elsewhere = Verifier::new(&forge.ring, ISSUER, format!("{AUDIENCE}/admin"));
    assert_eq!(elsewhere.verify(&token, NOW), Err(Refusal::AccessTokenInvalid(Fault::Audience)));
}

#[test]
fn refuses_claims_that_are_missing() {
    let forge = Forge::new();
    for name in ["iss", "aud", "sub", "exp", "nbf", "iat", "jti", "kind"] {
        let token = forge.with_claims(|claims| drop(claims.as_object_mut().unwrap().remove(name)));
        assert_eq!(fault(&forge, &token), Fault::Claims, "{name}");
    }
}

#[test]
fn refuses_what_has_expired_is_not_yet_valid_or_lasts_too_long() {
    let forge = Forge::new();
    let at = |iat: Seconds, nbf: Seconds, exp: Seconds| {
        let token = forge.with_claims(|claims| {
            claims["iat"] = iat.into();
            claims["nbf"] = nbf.into();
            claims["exp"] = exp.into();
        });
        forge.verifier.verify(&token, NOW).err()
    };
    let fault = |fault| Some(Refusal::AccessTokenInvalid(fault));
    assert_eq!(at(NOW - 100, NOW - 100, NOW - 29), None);
    assert_eq!(at(NOW - 100, NOW - 100, NOW - 30), fault(Fault::Expired));
    assert_eq!(at(NOW, NOW + 30, NOW + 600), None);
    assert_eq!(at(NOW, NOW + 31, NOW + 600), fault(Fault::NotYet));
    assert_eq!(at(NOW + 30, NOW, NOW + 600), None);
    assert_eq!(at(NOW + 31, NOW, NOW + 600), fault(Fault::NotYet));
    assert_eq!(at(NOW, NOW, NOW + 900), None);
    assert_eq!(at(NOW, NOW, NOW + 901), fault(Fault::Lifetime));
    assert_eq!(at(NOW - 86_400, NOW, NOW + 600), fault(Fault::Lifetime));
    assert_eq!(at(NOW, NOW, NOW), fault(Fault::Lifetime));
    assert_eq!(at(0, 0, NOW + 600), fault(Fault::Lifetime));
    assert_eq!(Refusal::AccessTokenInvalid(Fault::Expired).code(), "access_token_expired");
}

#[test]
fn refuses_times_that_are_not_whole_seconds_of_our_era() {
    let forge = Forge::new();
    for name in ["exp", "nbf", "iat"] {
        for value in [
            json!((NOW + 5).to_string()),
            json!(NOW as f64 + 5.0),
            json!(NOW as f64 + 0.5),
            json!(1e300),
            json!(-1),
            json!(-(NOW + 5)),
            json!(i64::MIN),
            json!(i64::MAX),
            json!(u64::MAX),
            json!(253_402_300_800_i64),
            json!((NOW + 5) * 1_000),
            json!(null),
            json!(true),
            json!([NOW + 5]),
            json!({}),
        ] {
            let token = forge.with_claims(|claims| claims[name] = value.clone());
            let fault = fault(&forge, &token);
            assert!(
                matches!(fault, Fault::Claims | Fault::Lifetime | Fault::NotYet),
                "{name} {value} {fault:?}"
            );
        }
    }
    for text in [
        "1795250005.0",
        "1.795250005e9",
        "+1795250005",
        "01795250005",
        "0x6b018a55",
        "NaN",
        "Infinity",
        "1795250005999999999999",
    ] {
        let claims =
            forge.claims().to_string().replace(&format!("\"exp\":{}", NOW + 600), &format!("\"exp\":{text}"));
        let token = forge.sign(&forge.header().to_string(), &claims);
        assert_eq!(fault(&forge, &token), Fault::Claims, "{text}");
    }
}

#[test]
fn refuses_what_is_no_object_of_claims() {
    let forge = Forge::new();
    let header = forge.header().to_string();
    for claims in [" ", "null", "[]", "\"claims\"", "1", "{", "{}", "{}{}", "\u{feff}{}", "{\"iss\":}"] {
        assert_eq!(fault(&forge, &forge.sign(&header, claims)), Fault::Claims, "{claims}");
    }
    let right = forge.claims().to_string();
    assert_eq!(fault(&forge, &forge.sign(&header, &format!("{right}x"))), Fault::Claims);
    for wrong in ["null", "[]", "\"ES256\"", "{", "{}", " "] {
        assert_eq!(fault(&forge, &forge.sign(wrong, &right)), Fault::Header, "{wrong}");
    }
}
