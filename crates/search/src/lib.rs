//! Finding products by words: with typos, accents and forms of words, as somebody types, filtered and counted.
//!
//! **Vocabulary.** An *index* is one tenant's on one node. A *volume* is one making of it, in a folder of its own; it
//! knows its *place* in the tenant's log. An *entry* is a product as it stands there. A *part* of a question is what
//! stands between two spaces. A *facet* is how many products each filter would leave.
//!
//! **Invariants.** Nothing here is the truth: whatever is lost, damaged, or of another log is made again from the tables.
//! A search sees what was committed before it, or says that it does not. What is shown is read from the tables, by id, so
//! nothing is shown that may not be seen or is gone. Scores are whole numbers that depend on nothing but the product and
//! the question, so an index that was made again answers the same, and a cursor leads on in it.
//!
//! **Deliberately absent.** Texts: an index keeps words and not what they were in. Shared leases: each node follows each
//! log for itself. Syncing to disk: a damaged index is found out when it is opened.

mod api;
mod commands;
mod finding;
mod index;
mod language;
mod module;
mod refusal;
mod request;
mod shown;
mod stopped;
mod words;

pub use api::matching;
pub use commands::{Commands, obey};
pub use index::Search;
pub use module::{MODULE, Settings, running};
pub use refusal::PROBLEMS;
