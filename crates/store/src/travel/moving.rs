//! A tenant from one cell to another, while it serves.
//!
//! Its log is copied while it goes on being written, then it is held back for a moment, the rest is copied and compared,
//! and it leaves the old cell. That departure is the one step that decides: before it the tenant lives in the old cell
//! and everything can be undone, after it the tenant lives in the new one and all that is left can be finished. Asked
//! again after a crash, the same move does whichever of the two is due.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kernel::{SubjectId, TenantId, Timestamp};

use super::inflow::{Inflow, LogDigest};
use super::own::TABLES;
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
            finish(source, target, &record, Duration::ZERO, progress).await
        }
        Some(status) if status.is_here() && departed => {
            clean(source, target, &record, Duration::ZERO, progress).await
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
    let (until, head, held) = match copied {
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
    finish(source, target, record, held.elapsed(), progress).await
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

/// Copies the log, holds the tenant back, and copies the rest. Returns until when it is held back, where its log ends,
/// and since when.
async fn copy(
    source: &Cell,
    target: &Cell,
    from: &Tenant,
    keys: Arc<TenantKeys>,
    progress: &mut Progress<'_>,
) -> Result<(Timestamp, i64, Instant), Failure> {
    let arrival = target.engine().arrive(from.id()).await?;
    let mut inflow = Inflow::new(arrival, target.contexts(), keys, HashSet::new());
    let copied = async {
        for _ in 0..ROUNDS {
            let (round, head) = (Instant::now(), from.head().await?);
            while inflow.head() < head {
                progress("copying", inflow.head(), head);
                pour(from, &mut inflow).await?;
            }
            progress("copying", head, head);
            if round.elapsed() < QUICK {
                break;
            }
        }
        progress("holding back", inflow.head(), inflow.head());
        let held = Instant::now();
        let until = source.now().plus(HELD_BACK);
        source.engine().freeze(from.id(), until).await?;
        while pour(from, &mut inflow).await? {}
        own_rows(from, &mut inflow).await?;
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
    progress("writing down", head, head);
    inflow.finish().await?;
    target.vault().forget(from.id());
    progress("comparing", head, head);
    if LogDigest::of(&target.tenant(from.id())).await? != (head, digest) {
        return Err(Failure::Unreachable("what arrived is not what was sent".into()));
    }
    Ok((until, head, held))
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

/// Keys, replies, cursors, dead letters and jobs, from one moment.
async fn own_rows(from: &Tenant, inflow: &mut Inflow) -> Result<(), Failure> {
    let mut queries = vec![("select subject, wrapped, created from subject_keys", Vec::new())];
    queries.extend(TABLES.iter().map(|table| (table.select, Vec::new())));
    let (mut people, mut rows) = (Vec::new(), Vec::new());
    from.read(&queries, &mut |query, row| {
        match query {
            0 => people.push((SubjectId(row.get(0)?), row.get::<Option<Vec<u8>>>(1)?, row.get(2)?)),
            own => rows.push(TABLES[own - 1].row(row)?),
        }
        Ok(())
    })
    .await?;
    for (subject, wrapped, created) in people {
        inflow.keep_key(subject, wrapped, created).await?;
    }
    for row in rows {
        inflow.own(row).await?;
    }
    Ok(())
}

/// The tenant has departed: it begins to live over there.
async fn finish(
    source: &Cell,
    target: &Cell,
    record: &TenantRecord,
    held: Duration,
    progress: &mut Progress<'_>,
) -> Result<Moved, Failure> {
    progress("arriving", 0, 0);
    let began = Instant::now();
    let keys = source.registry().passport_keys(record.id);
    let mut passport = Passport::of(record, keys, record.id.uuid());
    if record.status == TenantStatus::Departed {
        passport.status = TenantStatus::Active.as_str().to_owned();
    }
    target.registry().settle_arrival(record.id, &record.slug, &passport, None).await?;
    clean(source, target, record, held + began.elapsed(), progress).await
}

/// It lives over there: nothing of it stays here.
async fn clean(
    source: &Cell,
    target: &Cell,
    record: &TenantRecord,
    read_only: Duration,
    progress: &mut Progress<'_>,
) -> Result<Moved, Failure> {
    progress("cleaning up", 0, 0);
    sweep(source, record.id).await?;
    let (events, digest) = LogDigest::of(&target.tenant(record.id)).await?;
    Ok(Moved { events, read_only, digest })
}
