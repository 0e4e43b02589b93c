//! The languages that there are, and which of them somebody reads.

use axum::http::HeaderMap;

use super::words::Texts;
use super::{de, en};

/// The first is what those read whose browser asks for none of them.
pub static LANGUAGES: [&Texts; 2] = [&en::ENGLISH, &de::GERMAN];

/// The language of this name; of `de-AT`, the first part counts.
pub fn named(name: &str) -> Option<&'static Texts> {
    let name = name.split(['-', '_']).next().unwrap_or_default().trim();
    LANGUAGES.into_iter().find(|texts| texts.language.eq_ignore_ascii_case(name))
}

/// The language that somebody chose, or that their browser prefers.
pub fn wanted(headers: &HeaderMap) -> &'static Texts {
    let known = LANGUAGES.map(|texts| texts.language);
    named(edge::language(headers, &known)).unwrap_or(LANGUAGES[0])
}
