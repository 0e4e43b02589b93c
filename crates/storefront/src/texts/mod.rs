//! All that the pages say. A language is a value of [`Texts`], in a file of its own.

mod de;
mod en;
mod languages;
mod words;

pub use languages::{LANGUAGES, named, wanted};
pub use words::{Texts, filled};
