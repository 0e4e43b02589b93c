//! `galleria keys …`

use store::KeyFile;

use crate::cli::KeysCommand;
use crate::session::Session;

pub async fn keys(session: &Session, command: KeysCommand) -> Result<(), String> {
    match command {
        KeysCommand::New { file } => {
            let file = session.path(&file);
            KeyFile::make(&file).map_err(|failure| failure.to_string())?;
            session.tell(&format!(
                "{} is made. Keep a copy of it somewhere else: without it nobody's personal data can be read again.",
                file.display()
            ));
        }
        KeysCommand::Rotate => {
            let path = session.config.key_file();
            let path = path.ok_or(crate::app::NO_KEY_FILE)?;
            KeyFile::rotate(&path).map_err(|failure| failure.to_string())?;
            // Opened anew, so that it wraps with the key that has just been made.
            let cell = crate::app::open_cell(&session.config, false).await?;
            let wrapped = cell.rewrap_keys().await.map_err(|failure| failure.to_string());
            cell.close().await;
            session.tell(&format!(
                "There is a new key in {}, and the secrets of {} tenants are wrapped with it. Give the file to every node; the older keys in it still open older backups.",
                path.display(),
                wrapped?
            ));
        }
    }
    Ok(())
}
