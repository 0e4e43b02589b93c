//! The pages with which a person gets in: signing in and up, a password, and what is theirs.
//!
//! **Vocabulary.** A *visit* is a request for such a page: at which shop, and as whom. The *frame* is what all pages
//! have around them. A *word* is a text that the script says; the other texts are in the page from the start.
//!
//! **Invariants.** A page's first answer asks no database: it is the same for everybody, and what is somebody's comes
//! through the API of `identity`, which decides all of it. The pages hold no inline script and no inline style.
//! Everything works by keyboard, in light and dark, and says what is wrong beside the field where it is wrong.
//!
//! **Deliberately absent.** A framework, a decision, and whatever a page of a shop or of its staff shows besides.

mod account;
mod assets;
mod fields;
mod frame;
mod module;
mod page;
mod sign_in_pages;
mod texts;
mod visit;

pub use module::{MODULE, running};
