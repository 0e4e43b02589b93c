//! Tokens that are wrong in one way each. Unless they say otherwise, the right key has signed them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use credentials::{Refusal, SigningKeys, refusal::Fault};
use ring::hmac;
use serde_json::{Value, json};

use crate::NOW;
use crate::forge::{Forge, LIFETIMES, fault};

#[test]
fn the_forge_itself_makes_good_ones() {
    let forge = Forge::new();
    assert!(forge.verifier.verify(&forge.with_claims(|_| ()), NOW).is_ok());
    assert!(forge.verifier.verify(&forge.with_header(|_| ()), NOW).is_ok());
}

#[test]
fn refuses_to_do_without_a_signature_however_it_is_spelt() {
    let forge = Forge::new();
    let claims = URL_SAFE_NO_PAD.encode(forge.claims().to_string());
    for name in ["none", "None", "NONE", "nOnE", "none ", "", "null"] {
        let token = forge.with_header(|header| header["alg"] = name.into());
        assert_eq!(fault(&forge, &token), Fault::Algorithm, "{name}");
        let mut header = forge.header();
        header["alg"] = name.into();
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        assert_eq!(fault(&forge, &format!("{header}.{claims}.")), Fault::Shape, "{name}");
        assert_eq!(fault(&forge, &format!("{header}.{claims}.AAAA")), Fault::Algorithm, "{name}");
    }
    let empty = forge.issue().0;
    let (said, _) = empty.rsplit_once('.').unwrap();
    assert_eq!(fault(&forge, &format!("{said}.")), Fault::Shape);
}

#[test]
fn refuses_the_public_key_as_a_shared_secret() {
    let forge = Forge::new();
    let jwks = forge.ring.jwks(NOW);
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(jwks["keys"][0][name].as_str().unwrap()).unwrap();
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    let prefix = [
        0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d,
        3, 1, 7, 3, 0x42, 0,
    ];
    let der = [prefix.to_vec(), point.clone()].concat();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&der));
    let jwk = jwks["keys"][0].to_string();
    for secret in [&point[..], &der, pem.as_bytes(), jwk.as_bytes(), b""] {
        for name in ["HS256", "HS384", "HS512"] {
            let mut header = forge.header();
            header["alg"] = name.into();
            let said = format!(
                "{}.{}",
                URL_SAFE_NO_PAD.encode(header.to_string()),
                URL_SAFE_NO_PAD.encode(forge.claims().to_string())
            );
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), said.as_bytes());
            let token = format!("{said}.{}", URL_SAFE_NO_PAD.encode(tag));
            assert_eq!(fault(&forge, &token), Fault::Algorithm);
        }
    }
}

#[test]
fn refuses_every_other_algorithm() {
    let forge = Forge::new();
    for name in ["ES384", "ES512", "ES256K", "RS256", "PS256", "EdDSA", "Ed25519", "es256", "ES256 ", "dir"] {
        let token = forge.with_header(|header| header["alg"] = name.into());
        assert_eq!(fault(&forge, &token), Fault::Algorithm, "{name}");
    }
    for value in [Value::Null, json!(256), json!(["ES256"])] {
        let token = forge.with_header(|header| header["alg"] = value.clone());
        assert_eq!(fault(&forge, &token), Fault::Header, "{value}");
    }
}

#[test]
fn refuses_what_is_not_an_access_token() {
    let forge = Forge::new();
    for name in ["JWT", "jwt", "at+JWT", "application/at+jwt", "dpop+jwt", "logout+jwt", ""] {
        let token = forge.with_header(|header| header["typ"] = name.into());
        assert_eq!(fault(&forge, &token), Fault::Type, "{name}");
    }
    let token = forge.with_header(|header| drop(header.as_object_mut().unwrap().remove("typ")));
    assert_eq!(fault(&forge, &token), Fault::Header);
}

#[test]
fn refuses_a_header_that_says_more_than_ours() {
    let forge = Forge::new();
    let stranger = SigningKeys::new(LIFETIMES, NOW).jwks(NOW)["keys"][0].clone();
    for (name, value) in [
        ("jwk", stranger),
        ("jku", json!("https://evil.example/jwks")),
        ("x5u", json!("https://evil.example/chain")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("abc")),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
        ("cty", json!("JWT")),
        ("exp", json!(NOW + 5)),
    ] {
        let token = forge.with_header(|header| header[name] = value);
        assert_eq!(fault(&forge, &token), Fault::Header, "{name}");
    }
}

#[test]
fn a_key_brought_along_is_not_believed() {
    let (ours, evil) = (Forge::new(), Forge::new());
    let jwk = evil.ring.jwks(NOW)["keys"][0].clone();
    let claims = ours.claims().to_string();
    let mut header = evil.header();
    assert_eq!(fault(&ours, &evil.sign(&header.to_string(), &claims)), Fault::Key, "its own name");
    header["kid"] = ours.id.as_str().into();
    assert_eq!(fault(&ours, &evil.sign(&header.to_string(), &claims)), Fault::Signature, "our name");
    header["jwk"] = jwk;
    assert_eq!(fault(&ours, &evil.sign(&header.to_string(), &claims)), Fault::Header, "the key itself");
}

#[test]
fn refuses_a_key_that_is_unknown_unnamed_or_retired() {
    let forge = Forge::new();
    for id in ["", "unknown", &forge.id[1..], &format!("{} ", forge.id), "../../etc/passwd", "' or 1=1 --"] {
        let token = forge.with_header(|header| header["kid"] = id.into());
        assert_eq!(fault(&forge, &token), Fault::Key, "{id}");
    }
    let unnamed = forge.with_header(|header| drop(header.as_object_mut().unwrap().remove("kid")));
    assert_eq!(fault(&forge, &unnamed), Fault::Header);
    let numbered = forge.with_header(|header| header["kid"] = 1.into());
    assert_eq!(fault(&forge, &numbered), Fault::Header);
    // The token says it was made long after the key was retired, as its thief would.
    let later = NOW + LIFETIMES.sign + LIFETIMES.token + 30;
    let stolen = forge.with_claims(|claims| {
        claims["iat"] = later.into();
        claims["nbf"] = later.into();
        claims["exp"] = (later + 600).into();
    });
    assert_eq!(forge.verifier.verify(&stolen, later), Err(Refusal::AccessTokenInvalid(Fault::Key)));
    assert!(forge.verifier.verify(&stolen, later - 1).is_ok(), "a second before");
}

#[test]
fn refuses_a_signature_with_any_bit_changed_or_cut_off() {
    let forge = Forge::new();
    let (token, _) = forge.issue();
    let (said, signature) = token.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert_eq!(bytes.len(), 64);
    for bit in 0..512 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let changed = format!("{said}.{}", URL_SAFE_NO_PAD.encode(changed));
        assert_eq!(fault(&forge, &changed), Fault::Signature, "bit {bit}");
    }
    for length in 1..signature.len() {
        let fault = fault(&forge, &format!("{said}.{}", &signature[..length]));
        assert!(matches!(fault, Fault::Signature | Fault::Shape), "{length} {fault:?}");
    }
    for zeros in [0_usize, 1, 63, 64, 65, 128] {
        if zeros > 0 {
            let zeros = URL_SAFE_NO_PAD.encode(vec![0; zeros]);
            assert_eq!(fault(&forge, &format!("{said}.{zeros}")), Fault::Signature);
        }
    }
    let doubled = URL_SAFE_NO_PAD.encode([bytes.clone(), bytes].concat());
    assert_eq!(fault(&forge, &format!("{said}.{doubled}")), Fault::Signature);
}

#[test]
fn refuses_a_token_with_any_character_changed() {
    let forge = Forge::new();
    let (token, _) = forge.issue();
    for place in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(forge.verifier.verify(&changed, NOW).is_err(), "place {place}");
    }
    let (other, _) = forge.issue();
    let parts: Vec<&str> = token.split('.').collect();
    let other: Vec<&str> = other.split('.').collect();
    assert_eq!(fault(&forge, &[parts[0], other[1], parts[2]].join(".")), Fault::Signature);
}

#[test]
fn refuses_what_has_not_three_parts_of_base64url() {
    let forge = Forge::new();
    let (token, _) = forge.issue();
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!() };
    for wrong in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        header.to_owned(),
        format!("{header}.{claims}"),
        format!("{header}.{claims}.{signature}."),
        format!(".{token}"),
        format!("{token}.{signature}"),
        format!("{header}.{claims}.{signature}.{claims}.{signature}"),
        format!("{header}..{signature}"),
        format!(".{claims}.{signature}"),
        format!(" {token}"),
        format!("{token} "),
        format!("{token}\n"),
        format!("{token}\0"),
        format!("{header}.{claims} .{signature}"),
        format!("{header}.\t{claims}.{signature}"),
        format!("{token}="),
        format!("{token}=="),
        format!("{header}=.{claims}.{signature}"),
        format!("{header}.{claims}==.{signature}"),
        format!("{header}.{claims}.+{signature}"),
        format!("{header}.{claims}.{signature}ä"),
        format!("Bearer {token}"),
        format!("\u{feff}{token}"),
        json!({ "protected": header, "payload": claims, "signature": signature }).to_string(),
    ] {
        assert_eq!(fault(&forge, &wrong), Fault::Shape, "{wrong:?}");
    }
}

#[test]
fn refuses_names_that_are_said_twice() {
    let forge = Forge::new();
    let (header, claims) = (forge.header().to_string(), forge.claims().to_string());
    for name in ["alg", "typ", "kid"] {
        let said = format!("\"{name}\":{}", forge.header()[name]);
        let twice = header.replacen(&said, &format!("{said},{said}"), 1);
        assert_ne!(twice, header);
        assert_eq!(fault(&forge, &forge.sign(&twice, &claims)), Fault::Header, "{name}");
    }
    for name in [
        "iss",
        "aud",
        "sub",
        "exp",
        "nbf",
        "iat",
        "jti",
        "tid",
        "sid",
        "kind",
        "client_id",
        "roles",
        "scope",
        "auth_time",
        "amr",
    ] {
        let said = format!("\"{name}\":{}", forge.claims()[name]);
        let said = if name == "jti" { String::new() } else { said };
        let first = format!("{{\"{name}\":{},", forge.claims()[name]);
        let twice = claims.replacen('{', &first, 1);
        assert!(twice.contains(&said));
        assert_eq!(fault(&forge, &forge.sign(&header, &twice)), Fault::Claims, "{name}");
    }
}

#[test]
fn what_is_nested_deeply_or_is_large_takes_neither_the_stack_nor_the_time() {
    let forge = Forge::new();
    let header = forge.header().to_string();
    let deep = format!("{}{}", "[".repeat(2_500), "]".repeat(2_500));
    for name in ["roles", "exp", "unknown"] {
        let mut claims = forge.claims();
        claims.as_object_mut().unwrap().remove(name);
        let claims = claims.to_string().replacen('{', &format!("{{\"{name}\":{deep},"), 1);
        assert_eq!(fault(&forge, &forge.sign(&header, &claims)), Fault::Claims, "{name}");
    }
    let nested = header.replacen('{', &format!("{{\"jwk\":{deep},"), 1);
    assert_eq!(fault(&forge, &forge.sign(&nested, "{}")), Fault::Header);

    let long = |length: usize| forge.with_claims(|claims| claims["sub"] = "x".repeat(length).into());
    let good = (5_000..6_000).map(long).take_while(|token| token.len() <= 8_192).last().unwrap();
    assert!(forge.verifier.verify(&good, NOW).is_ok(), "{}", good.len());
    assert_eq!(fault(&forge, &long(6_000)), Fault::Size);
    assert_eq!(fault(&forge, &".".repeat(10_000_000)), Fault::Size);
}
