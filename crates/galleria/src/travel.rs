//! `galleria backup`, `galleria restore`, and tenants that are exported, imported and moved.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kernel::SubjectId;
use store::travel::{self, Restoring, Wanted};
use store::{Cell, KeyFile};

use crate::app;
use crate::carry::Carriage;
use crate::cli::Destination;
use crate::config::Config;
use crate::session::Session;

/// How often something long says how far it is.
const SAID_EVERY: Duration = Duration::from_secs(2);

pub async fn backup(session: &Session, file: &Path, only: &[String], sealed: bool) -> Result<(), String> {
    let cell = session.cell(false).await?;
    let result = pack(session, &cell, file, only, sealed, None).await;
    cell.close().await;
    result
}

pub async fn export(session: &Session, slug: &str, file: &Path, journey: &Path) -> Result<(), String> {
    let key = KeyFile::read_or_make(&session.path(journey)).map_err(|failure| failure.to_string())?;
    let cell = session.cell(false).await?;
    let result = pack(session, &cell, file, &[slug.to_owned()], true, Some(&key)).await;
    cell.close().await;
    result?;
    session.tell(&format!(
        "It opens with {} only: send the two on different ways, and import it with: galleria tenant import FILE --journey-key KEY",
        journey.display()
    ));
    Ok(())
}

async fn pack(
    session: &Session,
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
    let wanted = Wanted { tenants, sealed, keeper: journey.map(|key| key as &dyn store::Keeper) };
    let path = session.path(file);
    let began = Instant::now();
    let summary = travel::pack(cell, &path, wanted, &mut said(session)).await;
    let summary = summary.map_err(|failure| failure.to_string())?;
    let events: i64 = summary.tenants.iter().map(|packed| packed.events).sum();
    let size = std::fs::metadata(&path).map_or(0, |found| found.len());
    if app::blobs(&session.config)?.is_some() {
        session.tell("Files that were uploaded are not in it; copy the place that they are kept in, too.");
    }
    session.tell(&format!(
        "{} holds {} tenants with {events} events, in {} KB ({:.1?}).",
        file.display(),
        summary.tenants.len(),
        size / 1024,
        began.elapsed()
    ));
    Ok(())
}

/// What was typed after `galleria restore`, or `galleria tenant import`.
pub struct Asked<'a> {
    pub file: &'a Path,
    pub only: Option<&'a str>,
    pub named: Option<&'a str>,
    pub replace: bool,
    pub until: Option<&'a str>,
    pub erasures: Option<&'a Path>,
    pub journey: Option<&'a Path>,
    pub only_check: bool,
}

pub async fn restore(session: &Session, asked: Asked<'_>) -> Result<(), String> {
    let sentence = |failure: store::Failure| failure.to_string();
    let journey =
        asked.journey.map(|path| KeyFile::read(&session.path(path))).transpose().map_err(sentence)?;
    let keeper = journey.as_ref().map(|key| key as &dyn store::Keeper);
    let erased = asked.erasures.map_or(Ok(Vec::new()), |path| read_erasures(&session.path(path)))?;
    let until = asked.until.map(str::parse).transpose()?;
    let path = session.path(asked.file);
    let cell = session.cell(!asked.only_check).await?;
    let result = if asked.only_check {
        match travel::check(&cell, &path, keeper).await.map_err(sentence) {
            Ok(summary) => {
                session.print(&serde_json::to_string_pretty(&summary).unwrap_or_default());
                Ok(())
            }
            Err(sentence) => Err(sentence),
        }
    } else {
        let restoring =
            Restoring { only: asked.only, named: asked.named, replace: asked.replace, until, keeper, erased };
        let began = Instant::now();
        travel::restore(&cell, &path, &restoring, &mut said(session)).await.map_err(sentence).map(
            |restored| {
                for tenant in restored {
                    let kept = match tenant.kept_erased {
                        0 => String::new(),
                        some => format!(" {some} people who were erased since stay erased."),
                    };
                    session.tell(&format!(
                        "{} is here, with {} events ({:.1?}).{kept}",
                        tenant.slug,
                        tenant.events,
                        began.elapsed()
                    ));
                }
            },
        )
    };
    cell.close().await;
    result
}

pub async fn move_tenant(session: &Session, slug: &str, to: &Destination) -> Result<(), String> {
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
    config.files = to.to_files.clone().or(config.files);
    let source = session.cell(true).await?;
    let target = match app::open_cell(&config, true).await {
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
    session: &Session,
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

/// Says how far something long is, now and then.
fn said(session: &Session) -> impl FnMut(&str, i64, i64) + Send + '_ {
    let (mut last, mut step) = (Instant::now(), String::new());
    move |what: &str, done: i64, total: i64| {
        if step == what && last.elapsed() < SAID_EVERY {
            return;
        }
        (last, step) = (Instant::now(), what.to_owned());
        match (done, total) {
            (0, 0) => session.tell(&format!("{what} …")),
            (done, 0) => session.tell(&format!("{what}: {done} events")),
            (done, total) => session.tell(&format!("{what}: {done} of {total} events")),
        }
    }
}
