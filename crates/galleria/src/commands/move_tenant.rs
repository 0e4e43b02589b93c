//! `galleria tenant move`

use std::path::PathBuf;

use console::CellAccess;
use store::{Cell, travel};

use crate::app;
use crate::commands::move_files::Carriage;
use crate::commands::progress::said;
use crate::own_session::OwnSession;
use crate::settings::config::Config;

/// Another cell.
#[derive(Debug, clap::Args)]
pub struct Destination {
    /// A folder.
    #[arg(long, value_name = "DIR", conflicts_with = "to_database_url")]
    pub to_data: Option<PathBuf>,
    /// A database server that was prepared with `galleria migrate`.
    #[arg(long, value_name = "URL")]
    pub to_database_url: Option<String>,
    /// Where its files are kept: a folder, s3://bucket/prefix or azure://account/container/prefix. A folder keeps them in
    /// itself unless this says otherwise.
    #[arg(long, value_name = "PLACE")]
    pub to_files: Option<String>,
    /// Its key file, when it is not the one that is used here.
    #[arg(long, value_name = "FILE")]
    pub to_key_file: Option<PathBuf>,
}

pub async fn move_tenant(session: &OwnSession, slug: &str, to: &Destination) -> Result<(), String> {
    let mut config = session.config.clone();
    config.key_file = to.to_key_file.as_ref().map(|path| session.path(path));
    match (&to.to_data, &to.to_database_url) {
        (Some(data), None) => (config.data, config.database_url) = (session.path(data), None),
        (None, Some(url)) => {
            config.database_url = Some(url.clone());
            config.key_file = config.key_file.or_else(|| session.config.key_file());
        }
        _ => return Err("Say where it is to move: --to-data DIR or --to-database-url URL.".into()),
    }
    if let Some(files) = &to.to_files {
        config.set("files", files.as_str());
    }
    let source = session.cell_as_it_is(CellAccess::Change).await?;
    if let Err(sentence) = source.tenant_named(slug) {
        source.close().await;
        return Err(format!("{sentence} One that has moved already leaves nothing here."));
    }
    let target = match app::open_cell(&config, CellAccess::Make).await {
        Ok(target) => target,
        Err(sentence) => {
            source.close().await;
            return Err(format!(
                "The place that it is to move to cannot be used, so nothing was changed. {sentence}"
            ));
        }
    };
    let moved = carried(session, &config, &source, &target, slug).await;
    target.close().await;
    source.close().await;
    let moved = moved?;
    session.tell(&format!(
        "{slug} lives there now, with {} events; it could only be read for {:.2?}. Digest of its log: {}",
        moved.events, moved.read_only, moved.digest
    ));
    Ok(())
}

/// Moves the tenant, and its files before it and after it.
async fn carried(
    session: &OwnSession,
    there: &Config,
    source: &Cell,
    target: &Cell,
    slug: &str,
) -> Result<travel::Moved, String> {
    let files = match source.registry().by_slug(slug).map(|record| record.id) {
        Some(id) => Carriage::between(&session.config, there, id).await?.map(|carriage| (id, carriage)),
        None => None,
    };
    let mut count = 0;
    if let Some((id, carriage)) = &files {
        count += carriage.carry(*id).await?;
    }
    let moved = travel::move_tenant(source, target, slug, &mut said(session)).await;
    let moved = moved.map_err(|failure| failure.to_string())?;
    if let Some((id, carriage)) = &files {
        let after = carriage.carry(*id).await;
        let after = match after {
            Ok(after) => carriage.leave(*id).await.map(|()| after),
            Err(sentence) => Err(sentence),
        };
        count += after.map_err(|sentence| format!("{slug} lives there now, but some of its files were left behind: {sentence} Carry over what lies under {id} by hand."))?;
        session.tell(&format!("{count} files were carried along."));
    }
    Ok(moved)
}
