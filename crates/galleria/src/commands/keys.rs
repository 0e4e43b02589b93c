//! `galleria keys …`

use std::path::PathBuf;

use clap::Subcommand;
use console::CellAccess;
use store::KeyFile;

use crate::own_session::OwnSession;

#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make a key file. An existing one is never overwritten.
    #[command(after_help = "Example:\n  galleria keys new /etc/galleria/keys")]
    New { file: PathBuf },
    /// Put a new key in front of the key file, and wrap every tenant's secret with it. Nothing is encrypted again. Where
    /// several nodes share a database, the file goes to all of them first, and then comes `rewrap`.
    Rotate,
    /// Wrap every tenant's secret with the key that stands first in the file.
    Rewrap,
}

pub async fn keys(session: &OwnSession, command: KeysCommand) -> Result<(), String> {
    match command {
        KeysCommand::New { file } => {
            let file = session.path(&file);
            KeyFile::make(&file).map_err(|failure| failure.to_string())?;
            session.tell(&format!(
                "The key file {} was made. Keep a copy of it somewhere else: without it nobody's personal data can be read again.",
                file.display()
            ));
        }
        KeysCommand::Rotate => {
            let path = session.config.key_file();
            let path = path.ok_or(crate::app::NO_KEY_FILE)?;
            KeyFile::rotate(&path).map_err(|failure| failure.to_string())?;
            if session.config.database_url.is_some() {
                session.tell(&format!(
                    "There is a new key in {}. Give the file to every node; then wrap the tenants' secrets with it: galleria keys rewrap",
                    path.display()
                ));
                return Ok(());
            }
            rewrap(session).await?;
        }
        KeysCommand::Rewrap => rewrap(session).await?,
    }
    Ok(())
}

/// With the key that stands first in the file. It is read anew, for it may just have been made.
async fn rewrap(session: &OwnSession) -> Result<(), String> {
    // The process that serves has the folder already.
    let access = if session.is_serving() { CellAccess::Look } else { CellAccess::Change };
    let cell = crate::app::open_cell(&session.config, access).await?;
    let wrapped = cell.rewrap_keys().await.map_err(|failure| failure.to_string());
    cell.close().await;
    session.tell(&format!(
        "The secrets of {} tenants are wrapped with the new key. Keep the older keys in the file: they open older backups.",
        wrapped?
    ));
    Ok(())
}
