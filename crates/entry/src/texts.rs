//! All that these pages say. What is said stands in the folder `texts`, a file a language.

use axum::http::HeaderMap;

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// The language of an address, else the one that somebody chose, or that their browser prefers.
pub fn wanted(asked: Option<&str>, headers: &HeaderMap) -> &'static Texts {
    let known = LANGUAGES.map(|texts| texts.tag());
    let tag = asked.and_then(|asked| ::texts::known_as(asked, &known));
    let tag = tag.unwrap_or_else(|| edge::language(headers, &known));
    LANGUAGES.into_iter().find(|texts| texts.tag() == tag).unwrap_or(LANGUAGES[0])
}
