//! `galleria backup` and `galleria tenant export`

use std::path::Path;
use std::time::Instant;

use console::CellAccess;
use store::travel::{self, ArchiveWanted};
use store::{Cell, Keeper, KeyFile};

use crate::app;
use crate::commands::move_files::{self, Carriage, copied, place_of};
use crate::commands::progress::said;
use crate::own_session::OwnSession;

pub async fn backup(session: &OwnSession, file: &Path, only: &[String], sealed: bool) -> Result<(), String> {
    let cell = session.cell(CellAccess::Look).await?;
    let result = pack(session, &cell, file, only, sealed, None).await;
    cell.close().await;
    result?;
    if app::blobs(&session.config)?.is_some() {
        session.tell("Files that were uploaded are not in it; copy the place that they are kept in, too.");
    }
    Ok(())
}

pub async fn export(
    session: &OwnSession,
    slug: &str,
    file: &Path,
    journey: &Path,
    files: Option<&str>,
) -> Result<(), String> {
    let to = files.map(|place| place_of(session, place)).transpose()?;
    let cell = session.cell(CellAccess::Look).await?;
    let exported = async {
        let id = cell.tenant_named(slug)?.id();
        let key = KeyFile::read_or_make(&session.path(journey)).map_err(|failure| failure.to_string())?;
        pack(session, &cell, file, &[slug.to_owned()], true, Some(&key)).await?;
        Ok::<_, String>(id)
    };
    let exported = exported.await;
    cell.close().await;
    let id = exported?;
    session.tell(&format!(
        "It opens with {} only: send the two on different ways, and import it with: galleria tenant import FILE --journey-key KEY",
        journey.display()
    ));
    match (app::blobs(&session.config)?, files.zip(to)) {
        (Some(from), Some((place, to))) => {
            let count = Carriage::new(from, to).carry(id).await?;
            session.tell(&format!(
                "{} to {place}. They are not encrypted: whoever has them can read them. Import them with --files.",
                copied(count)
            ));
        }
        (Some(from), None) => {
            let count = move_files::count(&from, id).await?;
            if count > 0 {
                session.tell(&format!(
                    "Its {count} uploaded files, pictures of products among them, are not in it. Say --files PLACE to copy them, too."
                ));
            }
        }
        (None, _) => {}
    }
    Ok(())
}

async fn pack(
    session: &OwnSession,
    cell: &Cell,
    file: &Path,
    only: &[String],
    sealed: bool,
    journey: Option<&KeyFile>,
) -> Result<(), String> {
    let mut tenants = cell.registry().tenants();
    if let Some(missing) = only.iter().find(|slug| cell.registry().by_slug(slug).is_none()) {
        return Err(format!("There is no tenant {missing:?}. `galleria tenant list` shows them."));
    }
    tenants.retain(|tenant| tenant.status.is_here() && (only.is_empty() || only.contains(&tenant.slug)));
    let wanted = ArchiveWanted { tenants, sealed, keeper: journey.map(|key| key as &dyn Keeper) };
    let path = session.path(file);
    let began = Instant::now();
    let summary = travel::pack(cell, &path, wanted, &mut said(session)).await;
    let summary = summary.map_err(|failure| failure.to_string())?;
    let events: i64 = summary.tenants.iter().map(|packed| packed.events).sum();
    let size = std::fs::metadata(&path).map_or(0, |found| found.len());
    let tenants = match summary.tenants.len() {
        1 => "1 tenant".to_owned(),
        many => format!("{many} tenants"),
    };
    session.tell(&format!(
        "{} holds {tenants} with {events} events, in {} KB ({:.1?}).",
        file.display(),
        size / 1024,
        began.elapsed()
    ));
    Ok(())
}
