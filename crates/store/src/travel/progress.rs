//! How whoever waits for something long is told of it.

/// Told how far something long is: what is done, of how much, and what it is.
pub type Progress<'a> = dyn FnMut(&str, i64, i64) + Send + 'a;
