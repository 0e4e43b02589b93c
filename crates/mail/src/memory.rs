//! A post for tests.

use std::sync::Arc;
use std::time::Duration;

use lettre::message::Mailbox;
use parking_lot::Mutex;

use crate::letter::mailbox;
use crate::{Letter, MailError, Post, Sending, Sent};

/// Keeps what it takes. It refuses what any post refuses, and clones share what they took.
#[derive(Debug, Clone)]
pub struct InMemory {
    sender: Mailbox,
    taken: Arc<Mutex<Vec<Taken>>>,
}

/// A letter, and how it would have gone out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub letter: Letter,
    pub message: Vec<u8>,
}

impl InMemory {
    pub fn new(from: &str) -> Result<Self, MailError> {
        Ok(Self { sender: mailbox("from", from)?, taken: Arc::default() })
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().clone()
    }
}

impl Post for InMemory {
    fn send<'a>(&'a self, letter: &'a Letter, now: Duration) -> Sending<'a> {
        Box::pin(async move {
            let written = letter.write(&self.sender, now)?;
            self.taken.lock().push(Taken { letter: letter.clone(), message: written.message.formatted() });
            Ok(Sent { message_id: written.id, answer: "kept in memory".into() })
        })
    }
}
