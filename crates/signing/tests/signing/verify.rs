//! What is accepted, and every way of being refused.

use std::time::Duration;

use proptest::prelude::*;
use signing::{Accepts, Form, Secret, Signed, Signer, SigningError};

use crate::{Arrived, NONCE, NOW, secret, signer};

const MINUTES: Duration = Duration::from_secs(60);

#[test]
fn a_signed_request_proves_its_key_tenant_and_nonce_until_its_time_is_over() {
    let claim = Arrived::signed().verify(&secret(), Accepts::V2, NOW).unwrap();
    assert_eq!((claim.key_id.as_str(), claim.tenant.as_deref()), ("checkout", Some("acme")));
    assert_eq!((claim.nonce.as_str(), claim.form), (NONCE, Form::V2));
    assert_eq!(Arrived::signed().outcome(claim.until), "signature_timestamp_outside");
    assert_eq!(Arrived::signed().outcome(claim.until - Duration::from_secs(1)), "accepted");
}

#[test]
fn a_request_without_a_tenant_is_signed_for_none_and_for_no_other() {
    let mut arrived = Arrived::signed();
    let headers = signer(None).sign("POST", &arrived.target, &arrived.body, NOW, NONCE).unwrap();
    arrived.headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    assert_eq!(arrived.verify(&secret(), Accepts::V2, NOW).unwrap().tenant, None);
    arrived.set("x-tenant-id", "acme");
    assert_eq!(arrived.outcome(NOW), "signature_wrong");
}

type Change = fn(&mut Arrived);

#[test]
fn whatever_was_changed_on_the_way_the_request_is_refused() {
    let changes: &[(&str, Change)] = &[
        ("method", |request| request.method = "PUT".into()),
        ("path", |request| request.target = "/orders/1?dry_run=1&note=a%20b".into()),
        ("query", |request| request.target = "/orders?dry_run=0&note=a%20b".into()),
        ("query left out", |request| request.target = "/orders".into()),
        ("query in another order", |request| request.target = "/orders?note=a%20b&dry_run=1".into()),
        ("query decoded", |request| request.target = "/orders?dry_run=1&note=a+b".into()),
        ("tenant", |request| request.set("x-tenant-id", "other")),
        ("tenant left out", |request| request.remove("x-tenant-id")),
        ("timestamp", |request| request.set("x-timestamp", "1795000000001")),
        ("timestamp in seconds", |request| request.set("x-timestamp", "1795000000")),
        ("nonce", |request| request.set("x-nonce", "00112233445566778899aabbccddeefe")),
        ("body", |request| request.body = br#"{"quantity":3}"#.to_vec()),
        ("body longer by a line's end", |request| request.body.push(b'\n')),
        ("body left out", |request| request.body.clear()),
    ];
    for (what, change) in changes {
        let mut request = Arrived::signed();
        assert_eq!(request.outcome(NOW), "accepted");
        change(&mut request);
        assert_eq!(request.outcome(NOW), "signature_wrong", "{what}");
    }
    let other = Secret::new("another secret, just as long as it").unwrap();
    let refused = Arrived::signed().verify(&other, Accepts::V2, NOW).unwrap_err();
    assert_eq!(refused, SigningError::SignatureWrong);
}

#[test]
fn a_time_is_taken_up_to_five_minutes_to_either_side() {
    let request = Arrived::signed();
    let milli = Duration::from_millis(1);
    for (now, outcome) in [
        (NOW, "accepted"),
        (NOW + 5 * MINUTES, "accepted"),
        (NOW - 5 * MINUTES, "accepted"),
        (NOW + 5 * MINUTES + milli, "signature_timestamp_outside"),
        (NOW - 5 * MINUTES - milli, "signature_timestamp_outside"),
        (Duration::ZERO, "signature_timestamp_outside"),
        (Duration::MAX, "signature_timestamp_outside"),
    ] {
        assert_eq!(request.outcome(now), outcome, "{now:?}");
    }
    let early = request.verify(&secret(), Accepts::V2, NOW - 6 * MINUTES).unwrap_err();
    assert!(early.to_string().contains("360 seconds after now"), "{early}");
}

#[test]
fn what_is_not_plainly_a_time_is_refused() {
    for text in [
        "",
        " ",
        "-1795000000",
        "+1795000000",
        "1795000000.5",
        "1.795e9",
        "0x6afd6a40",
        "01795000000",
        "0",
        "1795000000 ",
        " 1795000000",
        "1795000000s",
        "2026-11-21T08:00:00Z",
        "Sat, 21 Nov 2026 08:00:00 GMT",
        "NaN",
        "Infinity",
        "null",
        "\"1795000000\"",
        "١٧٩٥٠٠٠٠٠٠",
        "99999999999999999999999",
        "1795000000000000",
    ] {
        let mut request = Arrived::signed();
        request.set("x-timestamp", text);
        assert_eq!(request.outcome(NOW), "signature_timestamp_malformed", "{text:?}");
    }
}

#[test]
fn each_header_must_come_once_and_in_its_form() {
    for name in ["x-api-key", "x-timestamp", "x-signature", "x-nonce"] {
        let mut request = Arrived::signed();
        request.remove(name);
        assert_eq!(request.outcome(NOW), "signature_header_missing", "{name}");
    }
    for name in ["x-api-key", "x-timestamp", "x-signature", "x-nonce", "x-tenant-id"] {
        let mut request = Arrived::signed();
        let same = request.header(name).to_owned();
        request.headers.push((name.to_uppercase(), same));
        assert_eq!(request.outcome(NOW), "signature_header_twice", "{name}");
    }
    let short = "a".repeat(15);
    let long = "a".repeat(129);
    for (name, value) in [
        ("x-api-key", ""),
        ("x-api-key", "a key"),
        ("x-api-key", "ké"),
        ("x-api-key", &long),
        ("x-api-key", "a,b"),
        ("x-tenant-id", ""),
        ("x-tenant-id", "ac me"),
        ("x-tenant-id", "acme\nPOST"),
        ("x-tenant-id", &long),
        ("x-nonce", ""),
        ("x-nonce", &short),
        ("x-nonce", &long),
        ("x-nonce", "0011223344556677 8899"),
        ("x-nonce", "00112233445566778899,aabb"),
        ("x-nonce", "001122334455667788é9aabb"),
        ("x-signature", ""),
        ("x-signature", "v2="),
        ("x-signature", "v2=00"),
        ("x-signature", "00ff"),
        ("x-signature", &long),
    ] {
        let mut request = Arrived::signed();
        request.set(name, value);
        assert_eq!(request.outcome(NOW), "signature_header_malformed", "{name}: {value:?}");
    }
}

#[test]
fn refuses_a_signature_that_was_cut_off_or_written_in_another_way() {
    let whole = Arrived::signed().header("x-signature").to_owned();
    for (value, outcome) in [
        (whole[..whole.len() - 1].to_owned(), "signature_header_malformed"),
        (whole[..whole.len() - 32].to_owned(), "signature_header_malformed"),
        (format!("{whole}0"), "signature_header_malformed"),
        (format!(" {whole}"), "signature_version_unknown"),
        (format!("v2={}", whole[3..].to_uppercase()), "signature_header_malformed"),
        (whole.replace("v2=", "v1="), "signature_version_unknown"),
        (whole.replace("v2=", "V2="), "signature_version_unknown"),
        (whole.replace("v2=", "="), "signature_version_unknown"),
        (format!("v2={whole}"), "signature_header_malformed"),
        (format!("v2={}", "0".repeat(64)), "signature_wrong"),
    ] {
        let mut request = Arrived::signed();
        request.set("x-signature", &value);
        assert_eq!(request.outcome(NOW), outcome, "{value}");
    }
}

#[test]
fn headers_that_are_no_text_are_refused() {
    let refused = Signed::read([("x-api-key", b"\xff\xfe".as_slice())]).unwrap_err();
    assert_eq!(refused, SigningError::HeaderMalformed { name: "x-api-key" });
}

fn legacy() -> Arrived {
    let mut request = Arrived::signed();
    request.remove("x-nonce");
    request.set("x-timestamp", "1795000000");
    request.set("x-signature", "fe0fdd73c84266acdff31c091067a3b45493ab40bebbfe37ddd61362b412ba70");
    request
}

#[test]
fn the_old_form_is_taken_from_a_key_that_is_marked_for_it_and_from_no_other() {
    let claim = legacy().verify(&secret(), Accepts::V2AndLegacy, NOW).unwrap();
    assert_eq!(claim.form, Form::Legacy);
    assert_eq!(claim.tenant, None, "nobody signed the tenant");
    assert_eq!(claim.nonce, legacy().header("x-signature"));
    assert_eq!(legacy().verify(&secret(), Accepts::V2, NOW), Err(SigningError::LegacyRefused));
    assert_eq!(legacy().outcome(NOW + 6 * MINUTES), "signature_timestamp_outside");
    let mut changed = legacy();
    changed.body.push(b' ');
    assert_eq!(changed.outcome(NOW), "signature_wrong");
}

#[test]
fn a_request_of_the_second_version_is_not_one_of_the_old_form_nor_the_other_way_round() {
    let mut downgraded = Arrived::signed();
    let bare = downgraded.header("x-signature")[3..].to_owned();
    downgraded.set("x-signature", &bare);
    assert_eq!(downgraded.outcome(NOW), "signature_wrong");
    downgraded.remove("x-nonce");
    assert_eq!(downgraded.outcome(NOW), "signature_wrong");
    assert_eq!(downgraded.verify(&secret(), Accepts::V2, NOW), Err(SigningError::LegacyRefused));

    let mut upgraded = legacy();
    let marked = format!("v2={}", upgraded.header("x-signature"));
    upgraded.set("x-signature", &marked);
    assert_eq!(upgraded.outcome(NOW), "signature_header_missing");
    upgraded.set("x-nonce", NONCE);
    assert_eq!(upgraded.outcome(NOW), "signature_wrong");
}

#[test]
fn what_cannot_be_put_on_the_wire_is_not_signed_and_not_verified() {
    let sign = |method: &str, url: &str, nonce: &str| {
        signer(None).sign(method, url, b"", NOW, nonce).map_err(|why| why.code()).err()
    };
    assert_eq!(sign("GET", "/", NONCE), None);
    for method in ["", "get", "GET\n", "GET /", "PÖST"] {
        assert_eq!(sign(method, "/", NONCE), Some("signature_method_malformed"), "{method:?}");
    }
    for url in ["", "orders", "/a b", "/a\n/b", "/ä", "ftp://shop.example/", "*"] {
        assert_eq!(sign("GET", url, NONCE), Some("signature_target_malformed"), "{url:?}");
    }
    assert_eq!(sign("GET", "/", "short"), Some("signature_header_malformed"));
    assert_eq!(Signer::new("a key", secret(), None).unwrap_err().code(), "signature_header_malformed");
    assert_eq!(
        Signer::new("k", secret(), Some("a\nb".into())).unwrap_err().code(),
        "signature_header_malformed"
    );
    assert_eq!(Secret::new("too short").unwrap_err().code(), "signature_secret_too_short");

    let mut arrived = Arrived::signed();
    arrived.target = "/orders\nx".into();
    assert_eq!(arrived.outcome(NOW), "signature_target_malformed");
    arrived.method = "post".into();
    assert_eq!(arrived.outcome(NOW), "signature_method_malformed");
}

#[test]
fn a_secret_is_not_printed() {
    assert!(!format!("{:?} {:?}", secret(), signer(None)).contains(crate::SECRET));
}

proptest! {
    #[test]
    fn what_was_signed_is_accepted_and_with_one_bit_of_the_body_changed_it_is_not(
        method in "[A-Z]{1,8}", target in "/[!-\"$-~]{0,60}", body in prop::collection::vec(any::<u8>(), 1..200),
        tenant in prop::option::of("[a-zA-Z0-9._:-]{1,40}"), nonce in "[a-zA-Z0-9._~+/=-]{16,128}",
        place in any::<prop::sample::Index>(), bit in 0..8,
    ) {
        let headers = signer(tenant.as_deref()).sign(&method, &target, &body, NOW, &nonce).unwrap();
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let mut arrived = Arrived { method, target, headers, body };
        prop_assert_eq!(arrived.outcome(NOW), "accepted");
        let place = place.index(arrived.body.len());
        arrived.body[place] ^= 1_u8 << bit;
        prop_assert_eq!(arrived.outcome(NOW), "signature_wrong");
    }
}
