//! Removes what restores, imports and moves left behind whose process died.

use std::time::Duration;

use console::Console;
use store::Cell;
use store::travel::{self, Removed, Swept};

use crate::app;
use crate::settings::config::Config;

/// How often a process that serves looks for what others left behind.
const SWEPT_EVERY: Duration = Duration::from_secs(10);

/// Removes it now. It is tried again, so a failure is only told.
pub async fn clean_up(console: &Console, config: &Config, cell: &Cell) {
    match swept(config, cell).await {
        Ok(swept) => swept.removed.iter().for_each(|removed| console.tell(&told(removed))),
        Err(sentence) => console.tell(&format!(
            "What a restore or a move left behind that was broken off could not be removed yet. {sentence}"
        )),
    }
}

/// Does so again and again, for what dies on other nodes.
pub async fn keep_clean(console: Console, config: Config, cell: Cell) {
    loop {
        tokio::time::sleep(SWEPT_EVERY).await;
        match swept(&config, &cell).await {
            Ok(swept) => swept.removed.iter().for_each(|removed| console.tell(&told(removed))),
            Err(why) => tracing::warn!(why, "What was left behind cannot be looked for; it is tried again"),
        }
    }
}

pub(crate) async fn swept(config: &Config, cell: &Cell) -> Result<Swept, String> {
    let swept = travel::sweep_abandoned(cell, &mut |_, _, _| {}).await;
    let swept = swept.map_err(|failure| failure.to_string())?;
    if let Some(place) = app::blobs(config)? {
        for removed in swept.removed.iter().filter(|removed| removed.own_files) {
            place.delete_all(removed.id).await.map_err(|problem| problem.detail)?;
        }
    }
    Ok(swept)
}

pub(crate) fn told(removed: &Removed) -> String {
    format!(
        "What was left of {:?}, which never wholly arrived, was removed: whoever brought it died on the way.",
        removed.name
    )
}
