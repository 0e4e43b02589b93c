//! Who takes letters.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::{Letter, MailError};

pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Sent, MailError>> + Send + 'a>>;

pub trait Post: fmt::Debug + Send + Sync {
    /// Hands one letter over. `now`, since 1970, becomes its date.
    fn send<'a>(&'a self, letter: &'a Letter, now: Duration) -> Sending<'a>;
}

/// A letter that was taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// With its angle brackets, as it stands in the letter.
    pub message_id: String,
    /// What the post said to it, for the log: a server usually names the place in its queue.
    pub answer: String,
}

#[derive(Debug, Clone)]
pub struct Settings {
    /// Who writes, unless a letter says otherwise: `Galleria <shop@example.com>`.
    pub from: String,
    /// Certificates in PEM that are trusted beside those of the system.
    pub certificates: Option<String>,
    /// For one try, from connecting to the server's last word.
    pub timeout: Duration,
    /// How often a letter is tried while the failure is one that passes.
    pub tries: u32,
    /// Before the second try; it doubles from try to try.
    pub pause: Duration,
}

impl Settings {
    pub fn new(from: impl Into<String>) -> Self {
        Self {
            from: from.into(),
            certificates: None,
            timeout: Duration::from_secs(30),
            tries: 3,
            pause: Duration::from_millis(500),
        }
    }
}
