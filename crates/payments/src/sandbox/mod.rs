//! A payment service that moves nobody's money: real enough to build against.
//!
//! It speaks the interface of [`crate::rest`], knows requests by their keys, and keeps a book of what it charged, so that
//! a double charge can be seen. It runs as a process of its own (`galleria sandbox-payments`), which outlives whatever
//! asks it; or within the process that asks, on a loopback port, for a demo.
//!
//! What a payment does is said by its method: `tok_success`; `tok_decline`; `tok_challenge`, with a page on which the
//! challenge is met or not; `tok_timeout` charges and does not answer; `tok_lost` does neither, the first time; `tok_error`
//! fails, the first time; `tok_sluggish` does not answer captures and refunds that it makes. Without a method and with a
//! `return_url` it is paid on that page, from which the payer is sent back.

mod book;
mod serve;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use store::Clock;
use tokio::net::TcpListener;
use tokio::sync::OnceCell;

pub use book::Book;
pub use serve::serve;

#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Where the book is kept; in memory alone when there is none.
    pub book: Option<PathBuf>,
    /// How long it takes over everything, once it is in the book.
    pub pause: Duration,
}

/// The sandbox as it is reached from here: at the address that the settings name, or within this process.
#[derive(Clone)]
pub struct Sandbox {
    named: Option<String>,
    clock: Clock,
    within: Arc<OnceCell<String>>,
}

impl Sandbox {
    pub fn new(named: Option<String>, clock: Clock) -> Self {
        Self { named, clock, within: Arc::default() }
    }

    /// Starts it, if it is within this process and nobody has asked it yet.
    pub async fn address(&self) -> io::Result<String> {
        if let Some(address) = &self.named {
            return Ok(address.clone());
        }
        let started = self.within.get_or_try_init(|| async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let address = format!("http://{}", listener.local_addr()?);
            tokio::spawn(serve(listener, Settings::default(), self.clock));
            io::Result::Ok(address)
        });
        started.await.cloned()
    }
}
