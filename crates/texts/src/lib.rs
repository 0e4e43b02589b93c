//! What pages say, in each language: texts, numbers and days.
//!
//! **Vocabulary.** A *language* is a file of texts, read when it is first needed. A *table* is all texts that begin with one
//! word, looked up by what follows it: of *words*, which leave nothing open, or of *phrases*, which are filled in.
//!
//! **Invariants.** A text that a language lacks stands in English. A text that leaves nothing open is made once, and costs
//! no more than a constant after that. Nothing here fails: what could is found by `translations`, which makes the code that
//! calls this crate, when that is built.
//!
//! **Deliberately absent.** Tenants, requests, and any text.

mod formats;
mod known;
mod language;
mod table;

pub use fluent_bundle::FluentValue as Value;
pub use formats::Formats;
pub use known::known_as;
pub use language::{Language, Text};
pub use table::{Phrase, Phrases, Words};
