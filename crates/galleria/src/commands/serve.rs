//! `galleria serve`

use console::sentences::sentences;
use console::{CellAccess, Serving, tell};
use store::relay::{Pace, Workers};

use crate::own_session::OwnSession;
use crate::settings::config::Config;
use crate::{app, handover, installation, leftovers};

pub async fn serve(session: &OwnSession) -> Result<(), String> {
    let entrances = session.config.entrances().await?;
    let address =
        entrances.main.local_addr().map_err(|error| format!("The address cannot be read: {error}"))?;
    // A free port that was taken is what links lead to from now on.
    let config = Config { listen: address, ..session.config.clone() };
    let session = &installation::session(config, session.line.clone());
    let config = &session.config;
    let cell = app::open_cell(config, CellAccess::Make).await?;
    leftovers::clean_up(&session.console, config, &cell).await;
    // Operators sign in there, so it must be there before the first of them does.
    let platform = cell.own().await.map_err(|failure| failure.to_string())?;
    domains::every_day(&platform).await.map_err(sentences)?;
    let (router, platform) = app::router(cell.clone(), config).await?;
    let host = if address.ip().is_loopback() { "localhost".to_owned() } else { address.ip().to_string() };
    let scheme = if entrances.tls.is_some() { "https" } else { "http" };
    let below = Some(&config.base_domain).filter(|domain| *domain != "localhost");
    let below = below.map_or_else(String::new, |domain| format!(", for {domain} and the shops below it"));
    tell(&format!("Galleria listens on {scheme}://{host}:{}{below}", address.port()));
    if let Some(warning) = config.warning() {
        tell(&warning);
    }
    let workers = platform.workers().clone();
    let at_work = if config.background { workers.clone() } else { Workers::default() };
    let relay = cell.start(at_work, Pace::default()).await.map_err(|failure| failure.to_string())?;
    let commands = match config.database_url {
        Some(_) => None,
        None => {
            match handover::listen(session, Serving { cell: cell.clone(), workers: workers.clone() }) {
                Ok(listening) => Some(listening),
                // Everything else works without it.
                Err(sentence) => {
                    tell(&sentence);
                    None
                }
            }
        }
    };
    let sweeping = tokio::spawn(leftovers::keep_clean(session.console.clone(), config.clone(), cell.clone()));
    let served = edge::serve(entrances, router, platform).await;
    if let Some(commands) = commands {
        commands.abort();
    }
    sweeping.abort();
    relay.stop().await;
    cell.close().await;
    served.map_err(|error| format!("Serving ended: {error}"))
}
