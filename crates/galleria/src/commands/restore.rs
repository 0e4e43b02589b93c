//! `galleria restore` and `galleria tenant import`

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use console::CellAccess;
use kernel::SubjectId;
use store::travel::{self, Restored, Restoring};
use store::{Failure, Keeper, KeyFile};

use crate::commands::move_files::{Brought, Copier, copied, place_of};
use crate::commands::progress::said;
use crate::own_session::OwnSession;
use crate::{app, modules};

/// What was typed after `galleria restore`, or `galleria tenant import`.
pub struct Asked<'a> {
    pub file: &'a Path,
    pub only: Option<&'a str>,
    pub named: Option<&'a str>,
    pub replace: bool,
    pub files: Option<&'a str>,
    pub until: Option<&'a str>,
    pub erasures: Option<&'a Path>,
    pub journey: Option<&'a Path>,
    pub only_check: bool,
}

impl<'a> Asked<'a> {
    /// Everything that is in a file, as it is there.
    pub fn of(file: &'a Path) -> Self {
        Self {
            file,
            only: None,
            named: None,
            replace: false,
            files: None,
            until: None,
            erasures: None,
            journey: None,
            only_check: false,
        }
    }
}

pub async fn restore(session: &OwnSession, asked: Asked<'_>) -> Result<(), String> {
    let sentence = |failure: Failure| failure.to_string();
    let journey =
        asked.journey.map(|path| KeyFile::read(&session.path(path))).transpose().map_err(sentence)?;
    let erased = asked.erasures.map_or(Ok(Vec::new()), |path| read_erasures(&session.path(path)))?;
    let until = asked.until.map(str::parse).transpose()?;
    let path = session.path(asked.file);
    let first = !session.is_serving() && !app::is_there(&session.config);
    if asked.only_check || first {
        // Before anything is made for it.
        let summary = match &journey {
            Some(key) => travel::check(&modules::CONTEXTS, &path, key).await,
            None => travel::check(&modules::CONTEXTS, &path, &own_key(session)?).await,
        };
        let summary = summary.map_err(sentence)?;
        if asked.only_check {
            session.print(&serde_json::to_string_pretty(&summary).unwrap_or_default());
            return Ok(());
        }
    }
    let to = app::blobs(&session.config)?;
    let from = asked.files.map(|place| place_of(session, place)).transpose()?.or_else(|| to.clone());
    let copier = Copier::new(from, to);
    let restoring = Restoring {
        only: asked.only,
        named: asked.named,
        replace: asked.replace,
        until,
        keeper: journey.as_ref().map(|key| key as &dyn Keeper),
        erased,
        luggage: Some(&copier),
    };
    let cell = session.cell(CellAccess::Make).await?;
    let began = Instant::now();
    let restored = travel::restore(&cell, &path, &restoring, &mut said(session)).await.map_err(sentence);
    cell.close().await;
    for tenant in restored? {
        tell_restored(session, &tenant, copier.of(tenant.id), began.elapsed());
    }
    Ok(())
}

/// The key file of this installation, where there is no cell yet: it is not made, for no backup opens with a new one.
fn own_key(session: &OwnSession) -> Result<KeyFile, String> {
    let path = session.config.key_file().ok_or(app::NO_KEY_FILE)?;
    if !path.exists() {
        return Err(format!(
            "A backup opens with the key file of the installation that made it. Put a copy of that file at {}, or name it with --key-file; nothing was made or changed.",
            path.display()
        ));
    }
    KeyFile::read(&path).map_err(|failure| failure.to_string())
}

fn tell_restored(session: &OwnSession, tenant: &Restored, files: Brought, took: Duration) {
    let slug = &tenant.slug;
    session.tell(&format!("{slug} is restored, with {} events ({took:.1?}).", tenant.events));
    match tenant.kept_erased {
        0 => {}
        1 => session.tell("1 person who was erased since stays erased."),
        some => session.tell(&format!("{some} people who were erased since stay erased.")),
    }
    if files.copied > 0 {
        session.tell(&format!("{} for it.", copied(files.copied)));
    }
    if files.missing > 0 {
        session.tell(&format!(
            "{} of its uploaded files are not to be had here, so pictures of products may be missing. Files are in no backup: copy them from the place where they were kept into this one's, under {}.",
            files.missing, tenant.id
        ));
    }
}

/// One id a line, as `galleria privacy erasures` prints them.
fn read_erasures(path: &PathBuf) -> Result<Vec<SubjectId>, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{} cannot be read: {error}.", path.display()))?;
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let id = line.split_whitespace().next().unwrap_or_default().parse().map(SubjectId);
            id.map_err(|_| format!("{}: {line:?} is no person's id.", path.display()))
        })
        .collect()
}
