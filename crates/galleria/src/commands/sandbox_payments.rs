//! `galleria sandbox-payments`: a payment service that moves nobody's money.

use std::path::PathBuf;
use std::time::Duration;

use payments::sandbox::{self, Settings};

use crate::clock;
use crate::console::tell;
use crate::settings::config::Config;

pub async fn serve(config: &Config, book: Option<PathBuf>, pause: u64) -> Result<(), String> {
    let listener = edge::listen(config.listen, "--listen").await?;
    let address = listener.local_addr().map_err(|error| format!("The address cannot be read: {error}"))?;
    tell(&format!("The sandbox for payments listens on http://{address}"));
    let settings = Settings { book, pause: Duration::from_millis(pause) };
    sandbox::serve(listener, settings, clock::now).await.map_err(|error| format!("Serving ended: {error}"))
}
