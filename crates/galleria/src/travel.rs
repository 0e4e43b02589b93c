//! `galleria backup`, `galleria restore`, and tenants that are exported, imported and moved.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use blobs::Blobs;
use kernel::SubjectId;
use store::travel::{self, Removed, Restored, Restoring, Swept, Wanted};
use store::{Cell, Failure, Keeper, KeyFile};

use crate::app::{self, Reach};
use crate::carry::{self, Brought, Carriage, Copier};
use crate::config::Config;
use crate::modules;
use crate::session::Session;
use crate::tenant::Destination;

/// How often something long says how far it is.
const SAID_EVERY: Duration = Duration::from_secs(2);

/// How often a process that serves looks for what others left behind.
const SWEPT_EVERY: Duration = Duration::from_secs(10);

pub async fn backup(session: &Session, file: &Path, only: &[String], sealed: bool) -> Result<(), String> {
    let cell = session.cell(Reach::Look).await?;
    let result = pack(session, &cell, file, only, sealed, None).await;
    cell.close().await;
    result?;
    if app::blobs(&session.config)?.is_some() {
        session.tell("Files that were uploaded are not in it; copy the place that they are kept in, too.");
    }
    Ok(())
}

pub async fn export(
    session: &Session,
    slug: &str,
    file: &Path,
    journey: &Path,
    files: Option<&str>,
) -> Result<(), String> {
    let to = files.map(|place| place_of(session, place)).transpose()?;
    let cell = session.cell(Reach::Look).await?;
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
            let count = carry::count(&from, id).await?;
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

/// A place for files as it was typed: a folder is meant from where it was typed.
fn place_of(session: &Session, place: &str) -> Result<Blobs, String> {
    let place = match place.contains("://") {
        true => place.to_owned(),
        false => session.path(Path::new(place)).display().to_string(),
    };
    let mut config = session.config.clone();
    config.set("files", place);
    app::blobs(&config)?.ok_or_else(|| "--files names no place.".into())
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
    let wanted = Wanted { tenants, sealed, keeper: journey.map(|key| key as &dyn Keeper) };
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

pub async fn restore(session: &Session, asked: Asked<'_>) -> Result<(), String> {
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
    let cell = session.cell(Reach::Make).await?;
    let began = Instant::now();
    let restored = travel::restore(&cell, &path, &restoring, &mut said(session)).await.map_err(sentence);
    cell.close().await;
    for tenant in restored? {
        tell_restored(session, &tenant, copier.of(tenant.id), began.elapsed());
    }
    Ok(())
}

/// The key file of this installation, where there is no cell yet: it is not made, for no backup opens with a new one.
fn own_key(session: &Session) -> Result<KeyFile, String> {
    let path = session.config.key_file().ok_or(app::NO_KEY_FILE)?;
    if !path.exists() {
        return Err(format!(
            "A backup opens with the key file of the installation that made it. Put a copy of that file at {}, or name it with --key-file; nothing was made or changed.",
            path.display()
        ));
    }
    KeyFile::read(&path).map_err(|failure| failure.to_string())
}

fn tell_restored(session: &Session, tenant: &Restored, files: Brought, took: Duration) {
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

fn copied(files: u64) -> String {
    if files == 1 {
        "1 uploaded file was copied".to_owned()
    } else {
        format!("{files} uploaded files were copied")
    }
}

/// Removes what restores, imports and moves left behind whose process died. It is tried again, so a failure is only told.
pub async fn clean_up(session: &Session, cell: &Cell) {
    match swept(session, cell).await {
        Ok(swept) => swept.removed.iter().for_each(|removed| session.tell(&told(removed))),
        Err(sentence) => session.tell(&format!(
            "What a restore or a move left behind that was broken off could not be removed yet. {sentence}"
        )),
    }
}

/// Does so again and again, for what dies on other nodes.
pub async fn keep_clean(session: Session, cell: Cell) {
    loop {
        tokio::time::sleep(SWEPT_EVERY).await;
        match swept(&session, &cell).await {
            Ok(swept) => swept.removed.iter().for_each(|removed| session.tell(&told(removed))),
            Err(why) => tracing::warn!(why, "What was left behind cannot be looked for; it is tried again"),
        }
    }
}

/// `galleria tenant sweep`
pub async fn sweep(session: &Session) -> Result<(), String> {
    let cell = session.cell_as_it_is(Reach::Change).await?;
    let result = swept(session, &cell).await;
    cell.close().await;
    let swept = result?;
    swept.removed.iter().for_each(|removed| session.tell(&told(removed)));
    for name in &swept.under_way {
        session.tell(&format!("{name} is being brought in, or taken away, at this moment: left alone. (When a process dies, that is known within half a minute.)"));
    }
    for slug in &swept.departed {
        session.tell(&format!("{slug} has departed from here, and its move was not brought to its end: ask for the same `galleria tenant move {slug}` again."));
    }
    if swept == Swept::default() {
        session.tell("Nothing was left behind.");
    }
    Ok(())
}

async fn swept(session: &Session, cell: &Cell) -> Result<Swept, String> {
    let swept = travel::sweep_abandoned(cell, &mut |_, _, _| {}).await;
    let swept = swept.map_err(|failure| failure.to_string())?;
    if let Some(place) = app::blobs(&session.config)? {
        for removed in swept.removed.iter().filter(|removed| removed.own_files) {
            place.delete_all(removed.id).await.map_err(|problem| problem.detail)?;
        }
    }
    Ok(swept)
}

fn told(removed: &Removed) -> String {
    format!(
        "What was left of {:?}, which never wholly arrived, was removed: whoever brought it died on the way.",
        removed.name
    )
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
    if let Some(files) = &to.to_files {
        config.set("files", files.as_str());
    }
    let source = session.cell_as_it_is(Reach::Change).await?;
    if let Err(sentence) = source.tenant_named(slug) {
        source.close().await;
        return Err(format!("{sentence} One that has moved already leaves nothing here."));
    }
    let target = match app::open_cell(&config, Reach::Make).await {
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
