//! A payment service that moves nobody's money: real enough to build against.
//!
//! It speaks the interface of [`crate::providers::rest`], knows requests by their keys, and keeps a book of what it charged, so that
//! a double charge can be seen. It runs as a process of its own (`galleria sandbox-payments`), which outlives whatever
//! asks it; or within the process that asks, on a loopback port, for a demo. Then its book lies beside the data, and its
//! challenges are met on the shop's own pages: an address of a port would be nobody's after a restart, and is nobody's on
//! another machine.
//!
//! What a payment does is said by its method: `tok_success`; `tok_decline`; `tok_challenge`, with a page on which the
//! challenge is met or not; `tok_timeout` charges and does not answer; `tok_lost` does neither, the first time; `tok_error`
//! fails, the first time; `tok_sluggish` does not answer captures and refunds that it makes. Without a method and with a
//! `return_url` it is paid on that page, from which the payer is sent back.

use kernel::boxed;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use store::{Clock, TenantRecord};
use tokio::net::TcpListener;
use tokio::sync::OnceCell;

use crate::sandbox::server::{Server, open};
use crate::sandbox::settings::Settings;

/// Where people find the pages of a shop.
pub type Addresses = Arc<dyn Fn(&TenantRecord) -> String + Send + Sync>;

/// Where the challenges of the sandbox within a process are met, on the shop's own pages: behind it comes the challenge's id.
pub const CHALLENGES: &str = "/sandbox/challenges/";

/// The sandbox as it is reached from here: at the address that the settings name, or within this process.
#[derive(Clone)]
pub struct Sandbox {
    named: Option<String>,
    book: Option<PathBuf>,
    shops: Addresses,
    clock: Clock,
    within: Arc<OnceCell<(String, Server)>>,
}

impl Sandbox {
    /// `book`: where the book of the one within this process is kept; `shops`: where its challenges are met.
    pub fn new(named: Option<String>, book: Option<PathBuf>, shops: Addresses, clock: Clock) -> Self {
        Self { named, book, shops, clock, within: Arc::default() }
    }

    /// The whole address of a challenge that is met on a page of the shop; any other is one already.
    pub(crate) fn complete(&self, shop: &TenantRecord, challenge: String) -> String {
        match challenge.starts_with(CHALLENGES) {
            true => format!("{}{challenge}", (self.shops)(shop)),
            false => challenge,
        }
    }

    /// Starts it, if it is within this process and nobody has asked it yet.
    #[boxed]
    pub async fn address(&self) -> io::Result<String> {
        match &self.named {
            Some(address) => Ok(address.clone()),
            None => self.within().await.map(|(address, _)| address.clone()),
        }
    }

    /// The person met a challenge, or did not; whether there was one. One that is elsewhere is met there.
    pub(crate) async fn meet(&self, id: &str, passed: bool) -> io::Result<bool> {
        if self.named.is_some() {
            return Ok(false);
        }
        Ok(self.within().await?.1.meet(id, passed).is_some())
    }

    async fn within(&self) -> io::Result<&(String, Server)> {
        let started = self.within.get_or_try_init(|| async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let address = format!("http://{}", listener.local_addr()?);
            let settings = Settings { book: self.book.clone(), ..Settings::default() };
            let server = Server::open(&settings, CHALLENGES.to_owned(), true, self.clock)?;
            tokio::spawn(open(listener, server.clone()));
            io::Result::Ok((address, server))
        });
        started.await
    }
}
