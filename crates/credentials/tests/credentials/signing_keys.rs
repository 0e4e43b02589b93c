use std::collections::HashSet;

use credentials::{Issuer, Lifetimes, Refusal, Seconds, SigningKeys, Verifier};
use serde_json::Value;

use crate::NOW;
use crate::forge::{AUDIENCE, ISSUER, wish};

const DAY: Seconds = 86_400;
const LIFETIMES: Lifetimes = Lifetimes { announce: DAY, sign: 30 * DAY, token: 600 };

fn ids(ring: &SigningKeys, now: Seconds) -> HashSet<String> {
    let jwks = ring.jwks(now);
    jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_new_ring_signs_at_once() {
    let ring = SigningKeys::new(LIFETIMES, NOW);
    assert_eq!(ids(&ring, NOW), HashSet::from([ring.signing_id(NOW).unwrap().to_owned()]));
    assert_eq!(ring.signing_id(NOW - 1), Err(Refusal::RingUnready));
    assert_eq!(ring.signing_id(NOW + 30 * DAY), Err(Refusal::RingUnready));
}

#[test]
fn a_key_is_published_before_it_signs_and_until_its_last_token_has_expired() {
    let mut ring = SigningKeys::new(LIFETIMES, NOW);
    let first = ring.signing_id(NOW).unwrap().to_owned();
    assert!(!ring.rotate(NOW));
    assert!(!ring.rotate(NOW + 29 * DAY - 1));
    assert!(ring.rotate(NOW + 29 * DAY));
    assert!(!ring.rotate(NOW + 29 * DAY), "once is enough");

    let published = ids(&ring, NOW + 29 * DAY);
    assert_eq!(published.len(), 2);
    assert_eq!(ring.signing_id(NOW + 30 * DAY - 1).unwrap(), first);
    let second = ring.signing_id(NOW + 30 * DAY).unwrap().to_owned();
    assert_ne!(second, first);
    assert!(published.contains(&second));

    let last_token_gone = NOW + 30 * DAY + 600 + 30;
    assert!(ids(&ring, last_token_gone - 1).contains(&first));
    assert!(!ids(&ring, last_token_gone).contains(&first));
    assert!(ring.rotate(last_token_gone), "it is forgotten");
    assert_eq!(ids(&ring, last_token_gone), HashSet::from([second]));
}

#[test]
fn every_token_of_two_hundred_days_is_verified_by_a_node_that_is_half_a_day_behind() {
    let mut ring = SigningKeys::new(LIFETIMES, NOW);
    let mut behind = Verifier::new(&ring, ISSUER, AUDIENCE);
    let mut signers = HashSet::new();
    for half_day in 1..400 {
        let now = NOW + half_day * DAY / 2;
        ring.rotate(now);
        let (token, _) = Issuer::new(&ring, ISSUER).issue(wish(), now).unwrap();
        behind.verify(&token, now).unwrap();
        behind.verify(&token, now + 600).unwrap();
        signers.insert(ring.signing_id(now).unwrap().to_owned());
        behind = Verifier::new(&ring, ISSUER, AUDIENCE);
    }
    assert_eq!(signers.len(), 7);
}

#[test]
fn the_last_token_of_a_key_outlives_its_turn_to_sign() {
    let mut ring = SigningKeys::new(LIFETIMES, NOW);
    ring.rotate(NOW + 29 * DAY);
    let end = NOW + 30 * DAY;
    let (token, _) = Issuer::new(&ring, ISSUER).issue(wish(), end - 1).unwrap();
    ring.rotate(end + 300);
    assert!(Verifier::new(&ring, ISSUER, AUDIENCE).verify(&token, end + 300).is_ok());
}

#[test]
fn a_ring_that_was_forgotten_for_a_year_signs_again_when_it_is_rotated() {
    let mut ring = SigningKeys::new(LIFETIMES, NOW);
    let later = NOW + 365 * DAY;
    assert_eq!(Issuer::new(&ring, ISSUER).issue(wish(), later), Err(Refusal::RingUnready));
    assert!(ring.rotate(later));
    assert!(Issuer::new(&ring, ISSUER).issue(wish(), later).is_ok());
    assert_eq!(ids(&ring, later).len(), 1);
}

#[test]
fn a_revoked_key_verifies_nothing_from_then_on() {
    let mut ring = SigningKeys::new(LIFETIMES, NOW);
    let stolen = ring.signing_id(NOW).unwrap().to_owned();
    let (token, _) = Issuer::new(&ring, ISSUER).issue(wish(), NOW).unwrap();
    assert!(!ring.revoke("another", NOW));
    assert!(ring.revoke(&stolen, NOW));
    assert!(Verifier::new(&ring, ISSUER, AUDIENCE).verify(&token, NOW).is_err());
    let (token, _) = Issuer::new(&ring, ISSUER).issue(wish(), NOW).unwrap();
    assert!(Verifier::new(&ring, ISSUER, AUDIENCE).verify(&token, NOW).is_ok());
}

#[test]
fn a_stored_ring_is_the_same_ring() {
    let mut ring = SigningKeys::new(LIFETIMES, NOW);
    ring.rotate(NOW + 29 * DAY);
    let read = SigningKeys::read(&ring.reveal()).unwrap();
    assert_eq!(read.jwks(NOW), ring.jwks(NOW));
    assert_eq!(read.lifetimes(), LIFETIMES);
    let (token, _) = Issuer::new(&read, ISSUER).issue(wish(), NOW).unwrap();
    assert!(Verifier::new(&ring, ISSUER, AUDIENCE).verify(&token, NOW).is_ok());
}

#[test]
fn refuses_a_stored_ring_that_was_changed() {
    let ring = SigningKeys::new(LIFETIMES, NOW);
    let stored: Value = serde_json::from_str(&ring.reveal()).unwrap();
    let mut renamed = stored.clone();
    renamed["keys"][0]["id"] = "another".into();
    let mut broken = stored.clone();
    broken["keys"][0]["secret"] = "AAAA".into();
    let mut swapped = stored;
    let other: Value = serde_json::from_str(&SigningKeys::new(LIFETIMES, NOW).reveal()).unwrap();
    swapped["keys"][0]["secret"] = other["keys"][0]["secret"].clone();
    for text in [renamed.to_string(), broken.to_string(), swapped.to_string(), "{}".to_owned(), String::new()]
    {
        assert_eq!(SigningKeys::read(&text).unwrap_err(), Refusal::RingUnreadable, "{text}");
    }
}

#[test]
fn what_is_published_or_printed_has_nothing_secret_in_it() {
    let ring = SigningKeys::new(LIFETIMES, NOW);
    let stored: Value = serde_json::from_str(&ring.reveal()).unwrap();
    let secret = stored["keys"][0]["secret"].as_str().unwrap();
    let jwks = ring.jwks(NOW);
    let key = jwks["keys"][0].as_object().unwrap();
    let mut fields: Vec<&str> = key.keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    assert_eq!((&key["alg"], &key["kty"], &key["use"]), (&"ES256".into(), &"EC".into(), &"sig".into()));
    assert!(!jwks.to_string().contains(secret));
    assert_eq!(format!("{ring:?}"), "SigningKeys(1 keys, ***)");
    assert!(!format!("{:?}", Issuer::new(&ring, ISSUER)).contains(secret));
}
