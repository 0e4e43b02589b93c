//! The folder `texts/` of a crate, as the crate's build script reads it: checked, and made into code.
//!
//! **Vocabulary.** A *file* is what one language says, in the syntax of Fluent (`de.ftl`). A *text* is a message or an
//! attribute of one (`refusal-too_many.title`). A *table* is all texts that begin with one word (`refusal-`), which are
//! looked up by what follows it.
//!
//! **Invariants.** `en.ftl` is the only list of texts. Another language may lack some, and has none that English has not.
//! A variable is a number where English counts with it, and a text elsewhere.
//!
//! **Deliberately absent.** Saying anything: that is `texts`, which the code that is made here calls.

mod build;
mod check;
mod code;
mod file;
mod folder;
mod report;
mod variables;

pub use build::{Plan, compile};
pub use folder::Folder;
