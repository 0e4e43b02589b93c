//! A tenant from one cell to another, while it serves.
//!
//! Its log is copied while it goes on being written, then it is held back for a moment, the rest is copied and compared,
//! and it leaves the old cell. That departure is the one step that decides: before it the tenant lives in the old cell
//! and everything can be undone, after it the tenant lives in the new one and all that is left can be finished. Asked
//! again after a crash, the same move does whichever of the two is due.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kernel::{Arg, SubjectId, TenantId, Timestamp};

use super::inflow::{Inflow, LogDigest};
use super::own::{KEYS, Sent, TABLES};
use super::{Passport, Progress, sweep};
use crate::keys::TenantKeys;
use crate::log::{EVENT_COLUMNS, recorded};
use crate::registry::{TenantRecord, TenantStatus};
use crate::{Cell, Failure, Tenant, privacy, vault};

/// How many events are copied at a time.
const READ: i64 = 2000;

/// The tenant is held back when what was written meanwhile was copied so quickly, or after so many rounds.
const QUICK: Duration = Duration::from_millis(300);
const ROUNDS: usize = 20;

/// The longest that a tenant is held back, should whoever moves it die.
const HELD_BACK: Duration = Duration::from_secs(60);

/// How a move went.
#[derive(Debug, Clone)]
pub struct Moved {
    pub events: i64,
    /// For how long the tenant could only be read.
    pub read_only: Duration,
    pub digest: String,
}

/// Moves a tenant, or finishes a move that was broken off.
pub async fn move_tenant(
    source: &Cell,
    target: &Cell,
    slug: &str,
    progress: &mut Progress<'_>,
) -> Result<Moved, Failure> {
    source.registry().refresh().await?;
    target.registry().refresh().await?;
    let record = source.registry().by_slug(slug).ok_or_else(|| {
        Failure::Refused(format!("There is no tenant {slug:?} here. `galleria tenant list` shows them."))
    })?;
    let there = target.registry().tenant(record.id);
    if target.registry().by_slug(slug).is_some_and(|other| other.id != record.id) {
        return Err(Failure::Refused(format!(
            "Another tenant is called {slug:?} over there. Give one of the two another name; nothing was changed."
        )));
    }
    let departed = record.status == TenantStatus::Departed || source.engine().is_departed(record.id).await?;
    match there.map(|there| there.status) {
        Some(TenantStatus::Arriving) if departed => {
            settle(source, target, &record, Duration::ZERO, progress).await?;
            clean(source, &record, progress).await?;
            finished(target, record.id).await
        }
        Some(status) if status.is_here() && departed => {
            clean(source, &record, progress).await?;
            finished(target, record.id).await
        }
        Some(status) if status.is_here() => Err(Failure::Refused(format!(
            "{slug:?} is in both places. That cannot be mended by moving it; look at both before you remove one."
        ))),
        None if departed => Err(Failure::Refused(format!(
            "{slug:?} has departed from here, and is not there. Look where it was moved to."
        ))),
        _ => begin(source, target, &record, progress).await,
    }
}

async fn begin(
    source: &Cell,
    target: &Cell,
    record: &TenantRecord,
    progress: &mut Progress<'_>,
) -> Result<Moved, Failure> {
    let id = record.id;
    progress("clearing the place", 0, 0);
    sweep(target, id).await?;
    let from = source.tenant(id);
    let keys = from.keys().await?;
    let kept =
        vault::read(source.engine(), id).await?.ok_or_else(|| Failure::Bug("a tenant has no keys".into()))?;
    let secret = source.vault().secret(&kept).await?;
    let over_there = target.vault().wrap(kept.origin, &secret).await?;
    let passport = Passport::of(record, source.registry().passport_keys(id), kept.origin);
    // Whoever was erased here must not come back there, by a backup that is restored there later.
    for subject in privacy::tombstones(source.engine(), kept.origin).await? {
        privacy::bury(target.engine(), kept.origin, subject, target.now()).await?;
    }
    target.registry().begin_arrival(id, &passport, &over_there).await?;
    let copied = copy(source, target, &from, keys, progress).await;
    let Copied { held, until, head, digest } = match copied {
        Ok(copied) => copied,
        Err(failure) => {
            undo(source, target, id).await;
            return Err(failure);
        }
    };
    progress("departing", head, head);
    if let Err(failure) = source.engine().depart(id, until, head).await {
        // When the answer was lost, what is there decides; when that cannot be asked either, the next try finds out.
        let gone = if failure == Failure::Stale { Ok(false) } else { source.engine().is_departed(id).await };
        match gone {
            Ok(true) => {}
            Ok(false) => {
                undo(source, target, id).await;
                return Err(match failure {
                    Failure::Stale => Failure::Refused("It took too long, and the tenant went on where it is. Nothing was moved; try again when less is written.".into()),
                    other => other,
                });
            }
            Err(_) => return Err(failure),
        }
    }
    source.registry().set_status(id, TenantStatus::Departed).await?;
    let read_only = settle(source, target, record, held.elapsed(), progress).await?;
    clean(source, record, progress).await?;
    Ok(Moved { events: head, read_only, digest })
}

/// The tenant goes on where it is, and nothing of it is left over there.
async fn undo(source: &Cell, target: &Cell, id: TenantId) {
    if let Err(failure) = source.engine().freeze(id, Timestamp::from_micros(0)).await {
        tracing::warn!(%failure, "A tenant is held back a little longer");
    }
    if let Err(failure) = sweep(target, id).await {
        tracing::warn!(%failure, "What was copied could not be removed; the next move of this tenant removes it");
    }
}

/// What was copied: since when and until when the tenant is held back, where its log ends, and the log's digest.
struct Copied {
    held: Instant,
    until: Timestamp,
    head: i64,
    digest: String,
}

/// Copies everything while the tenant goes on, then what was written meanwhile, then holds it back and copies the rest.
async fn copy(
    source: &Cell,
    target: &Cell,
    from: &Tenant,
    keys: Arc<TenantKeys>,
    progress: &mut Progress<'_>,
) -> Result<Copied, Failure> {
    let arrival = target.engine().arrive(from.id()).await?;
    let mut inflow = Inflow::new(arrival, target.contexts(), keys, HashSet::new());
    let mut own: [Sent; 1 + TABLES.len()] = Default::default();
    let copied = async {
        send_own(from, &mut inflow, &mut own).await?;
        catch_up(from, &mut inflow, progress).await?;
        progress("writing down", inflow.head(), inflow.head());
        inflow.settle().await?;
        catch_up(from, &mut inflow, progress).await?;
        progress("holding back", inflow.head(), inflow.head());
        let held = Instant::now();
        let until = source.now().plus(HELD_BACK);
        source.engine().freeze(from.id(), until).await?;
        while pour(from, &mut inflow).await? {}
        send_own(from, &mut inflow, &mut own).await?;
        progress("comparing", inflow.head(), inflow.head());
        inflow.settle().await?;
        Ok::<_, Failure>((until, held))
    };
    let (until, held) = match copied.await {
        Ok(copied) => copied,
        Err(failure) => {
            inflow.undo().await;
            return Err(failure);
        }
    };
    let (head, digest) = (inflow.head(), inflow.digest());
    inflow.finish().await?;
    target.vault().forget(from.id());
    Ok(Copied { held, until, head, digest })
}

/// Copies what is there, and again what was written meanwhile, until that is little.
async fn catch_up(from: &Tenant, inflow: &mut Inflow, progress: &mut Progress<'_>) -> Result<(), Failure> {
    for _ in 0..ROUNDS {
        let (round, head) = (Instant::now(), from.head().await?);
        while inflow.head() < head {
            progress("copying", inflow.head(), head);
            pour(from, inflow).await?;
        }
        progress("copying", head, head);
        if round.elapsed() < QUICK {
            break;
        }
    }
    Ok(())
}

/// One page of the log; says whether there was any.
async fn pour(from: &Tenant, inflow: &mut Inflow) -> Result<bool, Failure> {
    let sql = format!("select {EVENT_COLUMNS} from events where position > $1 order by position limit $2");
    let args = kernel::args![inflow.head(), READ];
    let events = from.rows(&sql, args, |row| recorded(from.id(), row)).await?;
    let mut unknown: Vec<SubjectId> = events
        .iter()
        .flat_map(|recorded| crate::seal::sealed_subjects(&recorded.event.data))
        .filter(|subject| !inflow.knows(*subject))
        .collect();
    unknown.sort_unstable();
    unknown.dedup();
    for (subject, wrapped) in from.wrapped_keys(&unknown).await? {
        inflow.learn(subject, &wrapped)?;
    }
    let any = !events.is_empty();
    for recorded in events {
        inflow.event(recorded).await?;
    }
    Ok(any)
}

/// Sends of each of the store's own tables what is new and what changed since it was last sent. The keys come first and
/// are learned by the way, so that hardly any has to be looked up for an event.
async fn send_own(from: &Tenant, inflow: &mut Inflow, sent: &mut [Sent]) -> Result<(), Failure> {
    for (table, sent) in std::iter::once(&KEYS).chain(&TABLES).zip(sent) {
        sent.again();
        loop {
            let (sql, args) = table.page(sent.last(), READ);
            let rows = from.rows(&sql, args, |row| table.values(row)).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                if let (true, [Arg::Uuid(subject), Arg::Bytes(wrapped), _]) =
                    (table.name == KEYS.name, &row[..])
                {
                    inflow.learn(SubjectId(*subject), wrapped)?;
                }
            }
            inflow.put(sent.page(table, rows)?).await?;
        }
        inflow.put(sent.gone(table)).await?;
    }
    Ok(())
}

/// The tenant has departed: it begins to live over there. Returns for how long it could only be read.
async fn settle(
    source: &Cell,
    target: &Cell,
    record: &TenantRecord,
    held: Duration,
    progress: &mut Progress<'_>,
) -> Result<Duration, Failure> {
    progress("arriving", 0, 0);
    let began = Instant::now();
    let keys = source.registry().passport_keys(record.id);
    let mut passport = Passport::of(record, keys, record.id.uuid());
    if record.status == TenantStatus::Departed {
        passport.status = TenantStatus::Active.as_str().to_owned();
    }
    target.registry().settle_arrival(record.id, &record.slug, &passport, None).await?;
    Ok(held + began.elapsed())
}

/// It lives over there: nothing of it stays here.
async fn clean(source: &Cell, record: &TenantRecord, progress: &mut Progress<'_>) -> Result<(), Failure> {
    progress("cleaning up", 0, 0);
    sweep(source, record.id).await
}

/// What a move that was broken off after the departure has done in the end.
async fn finished(target: &Cell, id: TenantId) -> Result<Moved, Failure> {
    let (events, digest) = LogDigest::of(&target.tenant(id)).await?;
    Ok(Moved { events, read_only: Duration::ZERO, digest })
}
