//! How a sandbox is run.

use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Where the book is kept; in memory alone when there is none.
    pub book: Option<PathBuf>,
    /// How long it takes over everything, once it is in the book.
    pub pause: Duration,
}
