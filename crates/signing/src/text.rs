//! What is signed, and the forms of its parts.
//!
//! No part can hold a line's end, and the parts are always as many, so no two requests have the same text. The second
//! version ends with the hash of a body after a line's end, the first with `|` and a time: no text is one of both.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::SigningError;

/// The parts of a request of the second version, all of them checked.
pub(crate) struct Parts<'a> {
    pub method: &'a str,
    pub target: &'a str,
    pub tenant: &'a str,
    pub timestamp: &'a str,
    pub nonce: &'a str,
    pub body: &'a [u8],
}

impl Parts<'_> {
    pub fn text(&self) -> String {
        let Self { method, target, tenant, timestamp, nonce, body } = self;
        format!("v2\n{method}\n{target}\n{tenant}\n{timestamp}\n{nonce}\n{}", hex(&Sha256::digest(body)))
    }
}

pub(crate) fn check_method(method: &str) -> Result<(), SigningError> {
    let good = (1..=32).contains(&method.len())
        && method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    if good { Ok(()) } else { Err(SigningError::MethodMalformed) }
}

/// A path and a query as they stand in the first line of a request.
pub(crate) fn check_target(target: &str) -> Result<(), SigningError> {
    let visible = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
    if target.starts_with('/') && target.bytes().all(visible) {
        Ok(())
    } else {
        Err(SigningError::TargetMalformed)
    }
}

/// The id of a key or of a tenant.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte))
}

pub(crate) fn is_nonce(text: &str) -> bool {
    (16..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Lowercase and of full length: there is one way to write a signature.
pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() != 64 || !text.bytes().all(lower) {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}
