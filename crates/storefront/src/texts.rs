//! All that the pages say, and who reads which language. What is said stands in the folder `texts`, a file a language.

use axum::http::HeaderMap;

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// The language of this name; of `de-AT`, the first part counts.
pub fn named(name: &str) -> Option<&'static Texts> {
    let tag = ::texts::known_as(name, &LANGUAGES.map(|texts| texts.tag()))?;
    LANGUAGES.into_iter().find(|texts| texts.tag() == tag)
}

/// The language that somebody chose, or that their browser prefers.
pub fn wanted(headers: &HeaderMap) -> &'static Texts {
    named(edge::language(headers, &LANGUAGES.map(|texts| texts.tag()))).unwrap_or(LANGUAGES[0])
}
