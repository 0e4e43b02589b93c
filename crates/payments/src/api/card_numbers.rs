//! Card numbers stay outside: a request that holds one is refused before anything reads it.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use edge::Refused;
use edge::problems::TOO_LARGE;
use serde_json::Value;
use uuid::Uuid;

use crate::Refusal;

/// Larger bodies are refused; the usual limit is far below.
const LARGEST: usize = 16 * 1024 * 1024;

pub(crate) async fn refuse(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        let problem = TOO_LARGE.says("The body is too large, or broke off. Send less at once.");
        return Refused(problem).into_response();
    };
    let query = parts.uri.query().unwrap_or_default();
    let asked = url::form_urlencoded::parse(query.as_bytes());
    if asked.into_iter().any(|(_, value)| in_text(&value)) || in_body(&bytes) {
        return Refused(Refusal::CardNumber.into()).into_response();
    }
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

fn in_body(bytes: &[u8]) -> bool {
    match serde_json::from_slice(bytes) {
        Ok(value) => in_value(&value),
        Err(_) => in_text(&String::from_utf8_lossy(bytes)),
    }
}

fn in_value(value: &Value) -> bool {
    match value {
        Value::String(text) => in_text(text),
        Value::Number(number) => in_text(&number.to_string()),
        Value::Array(items) => items.iter().any(in_value),
        Value::Object(members) => members.iter().any(|(name, member)| in_text(name) || in_value(member)),
        Value::Null | Value::Bool(_) => false,
    }
}

/// Whether groups of digits, as people write them, make a number that a card can have. An id is none, whatever its
/// digits, also as a part of an address.
fn in_text(text: &str) -> bool {
    text.split(['/', '?', '&', '=', '#']).any(in_part)
}

fn in_part(text: &str) -> bool {
    if text.len() < 13 || Uuid::try_parse(text).is_ok() {
        return false;
    }
    let joined = |letter: char| !(letter.is_ascii_digit() || letter == ' ' || letter == '-');
    text.split(joined).any(|run| {
        let groups: Vec<&str> = run.split([' ', '-']).filter(|group| !group.is_empty()).collect();
        (0..groups.len()).any(|first| {
            let mut number = String::new();
            groups[first..].iter().any(|group| {
                number.push_str(group);
                (13..=19).contains(&number.len()) && luhn(&number)
            })
        })
    })
}

fn luhn(number: &str) -> bool {
    let digits = number.bytes().rev().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_number_is_seen_however_it_is_written() {
        for body in [
            r#"{"method":"4111111111111111"}"#,
            r#"{"a":[{"b":"paid with 5555 5555 5555 4444 12/30, thank you"}]}"#,
            r#"{"4111-1111-1111-1111":true}"#,
            r#"{"card":378282246310005}"#,
            r#"{"method":"\u0034111111111111111"}"#,
            r#"{"return_url":"https://oak.example/?card=4111111111111111"}"#,
            "4111111111111111",
        ] {
            assert!(in_body(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn what_is_no_card_number_passes() {
        for body in [
            r#"{"method":"tok_success","amount":1999}"#,
            r#"{"method":"4111111111111112"}"#,
            r#"{"order_id":"01890000-1111-7111-8111-411111111111"}"#,
            r#"{"return_url":"https://oak.example/orders/01890000-1111-7111-8111-411111111111?pay=now"}"#,
            r#"{"note":"call +353 1 234 5678"}"#,
            "",
        ] {
            assert!(!in_body(body.as_bytes()), "{body}");
        }
    }
}
