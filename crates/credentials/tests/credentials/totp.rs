use credentials::{AppSecret, Refusal};

use crate::NOW;

/// The secret of the examples in RFC 6238, appendix B.
const RFC: &[u8] = b"12345678901234567890";

fn rfc() -> AppSecret {
    AppSecret::from_bytes(RFC).unwrap()
}

#[test]
fn shows_the_codes_of_the_standard() {
    // The last six of the eight digits there.
    for (time, code) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        assert_eq!(rfc().step_of(code, time, None), Some(time as u64 / 30), "{time}");
    }
}

#[test]
fn a_code_holds_for_its_step_and_one_either_side() {
    // 287082 is the code of step 1, the seconds 30 to 59.
    for (now, accepted) in
        [(0, true), (29, true), (30, true), (59, true), (60, true), (89, true), (90, false), (500, false)]
    {
        assert_eq!(rfc().step_of("287082", now, None), accepted.then_some(1), "second {now}");
    }
    assert_eq!(rfc().step_of("081804", 1_111_111_109 - 60, None), None);
    assert_eq!(rfc().step_of("287082", -1, None), None);
}

#[test]
fn a_code_counts_once_and_none_counts_that_is_older() {
    let step = 1_111_111_109 / 30;
    assert_eq!(rfc().step_of("081804", 1_111_111_109, Some(step - 1)), Some(step));
    assert_eq!(rfc().step_of("081804", 1_111_111_109, Some(step)), None);
    assert_eq!(rfc().step_of("081804", 1_111_111_109, Some(step + 1)), None);
    // Two seconds later it is the next step's turn.
    assert_eq!(rfc().step_of("050471", 1_111_111_111, Some(step)), Some(step + 1));
}

#[test]
fn a_code_may_be_typed_with_a_space_and_is_nothing_but_six_digits() {
    assert_eq!(rfc().step_of(" 287 082 ", 59, None), Some(1));
    for wrong in [
        "",
        "28708",
        "2870822",
        "28708a",
        "+87082",
        "２８７０８２",
        "287082\0",
        "-28708",
        &"287082".repeat(9),
    ] {
        assert_eq!(rfc().step_of(wrong, 59, None), None, "{wrong:?}");
    }
}

#[test]
fn a_code_of_another_secret_is_wrong() {
    let (one, other) = (AppSecret::new(), AppSecret::new());
    assert_ne!(one.reveal(), other.reveal());
    let app = totp_rs::Builder::new().with_secret(*one.reveal()).build_noncompliant();
    // Another secret shows the same in one step of 300,000; not in three that follow each other.
    let codes: Vec<String> = [0, 30, 60].map(|later| app.generate(NOW as u64 + later).to_string()).into();
    let accepted = |secret: &AppSecret| {
        let both = codes.iter().zip([0, 30, 60]);
        both.filter(|(code, later)| secret.step_of(code, NOW + later, None).is_some()).count()
    };
    assert_eq!(accepted(&one), 3);
    assert!(accepted(&other) < 2);
}

#[test]
fn the_address_and_the_typed_secret_lead_an_app_to_the_same_codes() {
    let secret = rfc();
    let address = secret.address("Oak & Linen: Köln", "anna@example.com").unwrap();
    assert!(address.starts_with("otpauth://totp/"), "{}", *address);
    let app = totp_rs::Totp::from_url(address.as_str()).unwrap();
    assert_eq!(app.secret().as_bytes(), RFC);
    assert_eq!(app.issuer(), Some("Oak & Linen  Köln"));
    assert_eq!(app.account_name(), "anna@example.com");
    assert_eq!((app.digits(), app.step()), (6, 30));
    let code = app.generate(NOW as u64).to_string();
    assert_eq!(secret.step_of(&code, NOW, None), Some(NOW as u64 / 30));
    assert_eq!(*secret.typed(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
}

#[test]
fn the_address_is_drawn_as_a_picture_that_fits_any_page() {
    let secret = AppSecret::new();
    let drawn = secret.qr_code("Oak & Linen", "anna@example.com").unwrap();
    assert!(drawn.contains("<svg") && drawn.contains("viewBox"), "{}", &drawn[..200]);
    assert!(!drawn.contains("<script") && !drawn.contains("href"));
    assert_ne!(*secret.qr_code("Oak & Linen", "ben@example.com").unwrap(), *drawn);
    assert_eq!(secret.qr_code(&"long ".repeat(800), "anna").unwrap_err(), Refusal::NameTooLong);
}

#[test]
fn a_secret_is_stored_and_read_back_and_not_printed() {
    let secret = AppSecret::new();
    assert_eq!(AppSecret::from_bytes(secret.reveal()).unwrap().reveal(), secret.reveal());
    assert!(AppSecret::from_bytes(&secret.reveal()[1..]).is_none());
    assert_eq!(format!("{secret:?}"), "AppSecret(***)");
}
