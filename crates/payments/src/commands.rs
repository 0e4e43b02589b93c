//! What can be typed of payments: a payment service that moves nobody's money.

use kernel::boxed;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;
use console::{CellAccess, CommandSet, Session};
use store::Clock;

use crate::sandbox::{self, Settings};

#[derive(Debug, Subcommand)]
pub enum Commands {
    /// Serve a payment service that moves nobody's money, to try payments out with.
    #[command(after_help = "\
Examples:
  galleria sandbox-payments --listen 127.0.0.1:9100 --book ./sandbox.book
  GALLERIA_SANDBOX_PAYMENTS=http://127.0.0.1:9100 galleria serve")]
    SandboxPayments {
        /// Where it keeps its book; in memory when left out.
        #[arg(long, value_name = "FILE")]
        book: Option<PathBuf>,
        /// Milliseconds that it takes over everything.
        #[arg(long, value_name = "MS", default_value_t = 0)]
        pause: u64,
    },
}

impl CommandSet for Commands {
    fn access(&self) -> CellAccess {
        CellAccess::Look
    }
}

#[boxed]
pub async fn obey(
    session: &Session,
    listen: SocketAddr,
    clock: Clock,
    command: Commands,
) -> Result<u8, String> {
    let Commands::SandboxPayments { book, pause } = command;
    let listener = edge::listen(listen, "--listen").await?;
    let address = listener.local_addr().map_err(|error| format!("The address cannot be read: {error}"))?;
    session.tell(&format!("The sandbox for payments listens on http://{address}"));
    let settings = Settings { book, pause: Duration::from_millis(pause) };
    sandbox::serve(listener, settings, clock).await.map_err(|error| format!("Serving ended: {error}"))?;
    Ok(0)
}
