//! Who holds the outermost key, and what is locked with it.

use std::future::Future;
use std::pin::Pin;

use zeroize::Zeroizing;

use crate::Failure;

/// A secret under a keeper's key, and which key that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    pub key: String,
    pub bytes: Vec<u8>,
}

pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// Who holds the outermost key: a file, or a key management service behind this same face.
pub trait Keeper: Send + Sync {
    /// The name of the key that wraps today.
    fn current(&self) -> String;

    /// `about` is authenticated with it: a secret that was moved to another place does not open there.
    fn wrap<'a>(&'a self, about: &'a [u8], secret: &'a [u8]) -> Later<'a, Wrapped>;

    fn unwrap<'a>(&'a self, about: &'a [u8], wrapped: &'a Wrapped) -> Later<'a, Zeroizing<Vec<u8>>>;
}
