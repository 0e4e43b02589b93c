//! `galleria serve`

use store::relay::Pace;

use crate::app::Reach;
use crate::config::Config;
use crate::session::Session;
use crate::{app, control, tell, travel, workers};

pub async fn serve(config: &Config) -> Result<(), String> {
    let listener = edge::listen(config.listen).await?;
    let address = listener.local_addr().map_err(|error| format!("The address cannot be read: {error}"))?;
    let cell = app::open_cell(config, Reach::Make).await?;
    let session = Session::typed(config.clone());
    travel::clean_up(&session, &cell).await;
    // Operators sign in there, so it must be there before the first of them does.
    let house = cell.own().await.map_err(|failure| failure.to_string())?;
    domains::every_day(&house).await.map_err(crate::sentences)?;
    let cashier = app::cashier(config)?;
    let (router, platform) = app::router(cell.clone(), config, &cashier).await?;
    let host = if address.ip().is_loopback() { "localhost".to_owned() } else { address.ip().to_string() };
    tell(&format!("Galleria listens on http://{host}:{}", address.port()));
    let (blobs, letters) = (app::blobs(config)?, app::letters(config)?);
    let workers =
        workers::workers(blobs.as_ref(), letters, app::prover(config)?, &cashier, app::partners(config)?);
    let relay = cell.start(workers, Pace::default()).await.map_err(|failure| failure.to_string())?;
    let commands = match config.database_url {
        Some(_) => None,
        None => match control::listen(cell.clone(), config.clone()) {
            Ok(listening) => Some(listening),
            // Everything else works without it.
            Err(sentence) => {
                tell(&sentence);
                None
            }
        },
    };
    let sweeping = tokio::spawn(travel::keep_clean(session, cell.clone()));
    let served = edge::serve(listener, router, platform).await;
    if let Some(commands) = commands {
        commands.abort();
    }
    sweeping.abort();
    relay.stop().await;
    cell.close().await;
    served.map_err(|error| format!("Serving ended: {error}"))
}
