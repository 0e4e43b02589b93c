//! What a person reads on the edge's own pages. It stands in the folder `texts`, a file a language.

use axum::http::HeaderMap;

use crate::request::language::language;

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// The language that somebody chose, or that their browser prefers.
pub fn wanted(headers: &HeaderMap) -> &'static Texts {
    let tag = language(headers, &LANGUAGES.map(|texts| texts.tag()));
    LANGUAGES.into_iter().find(|texts| texts.tag() == tag).unwrap_or(LANGUAGES[0])
}
