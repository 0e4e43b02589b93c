//! A tenant from one cell to another, while it serves.
//!
//! Its log is copied while it goes on being written, then it is held back for a moment, the rest is copied and compared,
//! and it leaves the old cell. That departure is the one step that decides: before it the tenant lives in the old cell
//! and everything can be undone, after it the tenant lives in the new one and all that is left can be finished. Asked
//! again after a crash, the same move does whichever of the two is due.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kernel::{Arg, SubjectId, Timestamp, Word, boxed};
use uuid::Uuid;

use super::inflow::{Inflow, LogDigest};
use super::journey::{self, Journey, Step};
use super::own_rows::{KEYS, Sent, TABLES};
use super::passport::Passport;
use super::progress::Progress;
use super::sweep;
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
#[boxed]
pub async fn move_tenant(
    source: &Cell,
    target: &Cell,
    slug: &str,
    progress: &mut Progress<'_>,
) -> Result<Moved, Failure> {
    source.registry().refresh().await?;
    target.registry().refresh().await?;
    let record = source.registry().by_slug(slug).ok_or_else(|| {
        Failure::Refused(format!("There is no tenant {slug:?} here. `galleria tenant list` shows them; one that has moved already leaves nothing here."))
    })?;
    if record.status == TenantStatus::Arriving {
        return Err(Failure::Refused(format!("{slug:?} is not whole itself, so nothing was moved.")));
    }
    if target.registry().by_slug(slug).is_some_and(|other| other.id != record.id) {
        return Err(Failure::Refused(format!(
            "Another tenant is called {slug:?} over there. Give one of the two another name; nothing was changed."
        )));
    }
    sweep::finish_settling(source, record.id).await?;
    let marked = record.status == TenantStatus::Departed;
    let departed = marked || source.engine().is_departed(record.id).await?;
    let leaving = Journey::out_of(source, record.id, record.status, departed).await?;
    if departed && !marked {
        source.registry().depart(record.id).await?;
    }
    let journey = Move { source, target, record: &record, departed, leaving: &leaving };
    let moved = journey.go(progress).await;
    if moved.is_err() {
        let here = source.registry().tenant(record.id).is_some_and(|record| record.status.is_here());
        match source.engine().is_departed(record.id).await {
            Ok(false) if here => leaving.end().await?,
            _ => leaving.let_go().await,
        }
    }
    moved
}

/// From where and to where a tenant moves.
struct Move<'a> {
    source: &'a Cell,
    target: &'a Cell,
    record: &'a TenantRecord,
    /// Whether it had departed before this was asked: everything of it is still there, and nothing is written to it.
    departed: bool,
    leaving: &'a Journey,
}

impl Move<'_> {
    /// Does what is due.
    async fn go(&self, progress: &mut Progress<'_>) -> Result<Moved, Failure> {
        let Self { target, record, departed, leaving, .. } = *self;
        let there = target.registry().tenant(record.id).map(|there| there.status);
        let noted = journey::of_tenant(target, record.id).await?;
        let ours = noted.filter(|noted| noted.id == leaving.noted.id);
        match there {
            Some(status) if status.is_here() && departed => {
                sweep::finish_settling(target, record.id).await?;
                self.clean(progress).await?;
                self.finished().await
            }
            Some(status) if status.is_here() => Err(Failure::Refused(format!(
                "{:?} is in both places. That cannot be mended by moving it; look at both before you remove one.",
                record.slug
            ))),
            _ if !departed => self.begin(progress).await,
            Some(_) if let Some(whole) = ours.filter(|noted| noted.step == Step::Whole) => {
                let arrived = Journey::resumed(target, whole).await?;
                self.settle(arrived, Duration::ZERO, progress).await?;
                self.clean(progress).await?;
                self.finished().await
            }
            // It never lived there, and what was copied was swept away or is not whole: everything is still here.
            _ if ours.is_some() => self.begin(progress).await,
            _ => Err(Failure::Refused(format!(
                "{:?} has departed from here, and is not there. Look where it was moved to.",
                record.slug
            ))),
        }
    }

    async fn begin(&self, progress: &mut Progress<'_>) -> Result<Moved, Failure> {
        let Self { source, target, record, departed, leaving } = *self;
        let id = record.id;
        progress("clearing the place", 0, 0);
        sweep::sweep(target, id, None, progress).await?;
        let from = source.tenant(id);
        let keys = from.keys().await?;
        let kept = vault::read(source.engine(), id)
            .await?
            .ok_or_else(|| Failure::Bug("a tenant has no keys".into()))?;
        let secret = source.vault().secret(&kept).await?;
        let over_there = target.vault().wrap(kept.origin, &secret).await?;
        let passport = self.passport(kept.origin);
        self.bury(kept.origin).await?;
        let moving = (leaving.noted.id, true);
        let mut arrived = target.registry().begin_arrival(target, id, &passport, &over_there, moving).await?;
        let copied = async {
            let copied = self.copy(&from, keys, arrived.noted.fence, progress).await?;
            arrived.bring_to(Step::Whole).await?;
            Ok(copied)
        };
        let Copied { held, until, head, digest } = match copied.await {
            Ok(copied) => copied,
            Err(failure) => {
                self.undo(&arrived, progress).await;
                return Err(failure);
            }
        };
        if !departed {
            progress("departing", head, head);
            self.depart(until, head, &arrived, progress).await?;
        }
        let read_only = self.settle(arrived, held.elapsed(), progress).await?;
        self.clean(progress).await?;
        Ok(Moved { events: head, read_only, digest })
    }

    /// The one step that decides.
    async fn depart(
        &self,
        until: Timestamp,
        head: i64,
        arrived: &Journey,
        progress: &mut Progress<'_>,
    ) -> Result<(), Failure> {
        let (source, id) = (self.source, self.record.id);
        if let Err(failure) = source.engine().depart(id, until, head).await {
            // When the answer was lost, what is there decides; when that cannot be asked either, the next try finds out.
            let gone =
                if failure == Failure::Stale { Ok(false) } else { source.engine().is_departed(id).await };
            match gone {
                Ok(true) => {}
                Ok(false) => {
                    self.undo(arrived, progress).await;
                    return Err(match failure {
                        Failure::Stale => Failure::Refused("It took too long, and the tenant went on where it is. Nothing was moved; try again when less is written.".into()),
                        other => other,
                    });
                }
                Err(_) => return Err(failure),
            }
        }
        progress("marking it", head, head);
        source.registry().depart(id).await
    }

    /// The tenant goes on where it is, and nothing of it is left over there.
    async fn undo(&self, arrived: &Journey, progress: &mut Progress<'_>) {
        let Self { source, target, record, departed, .. } = *self;
        if !departed && let Err(failure) = source.engine().freeze(record.id, Timestamp::from_micros(0)).await
        {
            tracing::warn!(%failure, "A tenant is held back a little longer");
        }
        let swept = sweep::sweep(target, record.id, Some(arrived), progress).await;
        // One that did not depart need not hear of it.
        let swept = match swept {
            Ok(()) if !departed => journey::forget_undone(target, record.id).await,
            swept => swept,
        };
        if let Err(failure) = swept {
            tracing::warn!(%failure, "What was copied could not be removed; whoever comes next removes it");
        }
    }

    /// The tenant has departed: it begins to live over there. Returns for how long it could only be read.
    async fn settle(
        &self,
        mut arrived: Journey,
        held: Duration,
        progress: &mut Progress<'_>,
    ) -> Result<Duration, Failure> {
        progress("arriving", 0, 0);
        let (target, record, began) = (self.target, self.record, Instant::now());
        let origin = vault::read(target.engine(), record.id).await?.map(|kept| kept.origin);
        let origin = origin.ok_or_else(|| Failure::Bug("a tenant has no keys".into()))?;
        self.bury(origin).await?;
        target.registry().settle_arrival(&mut arrived, &record.slug, &self.passport(origin), None).await?;
        let read_only = held + began.elapsed();
        progress("settling in", 0, 0);
        sweep::settled(target, arrived).await?;
        Ok(read_only)
    }

    /// Whoever was erased here must not come back there, by a backup that is restored there later.
    async fn bury(&self, origin: Uuid) -> Result<(), Failure> {
        for subject in privacy::tombstones(self.source.engine(), origin).await? {
            privacy::bury(self.target.engine(), origin, subject, self.target.now()).await?;
        }
        Ok(())
    }

    fn passport(&self, origin: Uuid) -> Passport {
        let keys = self.source.registry().passport_keys(self.record.id);
        let status = self.leaving.noted.status.as_str().to_owned();
        Passport { status, ..Passport::of(self.record, keys, origin) }
    }

    /// It lives over there: nothing of it stays here.
    async fn clean(&self, progress: &mut Progress<'_>) -> Result<(), Failure> {
        progress("cleaning up", 0, 0);
        sweep::sweep(self.source, self.record.id, Some(self.leaving), progress).await
    }

    /// What a move that was broken off after the departure has done in the end.
    async fn finished(&self) -> Result<Moved, Failure> {
        let (events, digest) = LogDigest::of(&self.target.tenant(self.record.id)).await?;
        Ok(Moved { events, read_only: Duration::ZERO, digest })
    }

    /// Copies everything while the tenant goes on, then what was written meanwhile, then holds it back and copies the
    /// rest.
    async fn copy(
        &self,
        from: &Tenant,
        keys: Arc<TenantKeys>,
        fence: Uuid,
        progress: &mut Progress<'_>,
    ) -> Result<Copied, Failure> {
        let Self { source, target, departed, .. } = *self;
        let arrival = target.engine().arrive(from.id(), fence).await?;
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
            if !departed {
                source.engine().freeze(from.id(), until).await?;
            }
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
}

/// What was copied: since when and until when the tenant is held back, where its log ends, and the log's digest.
struct Copied {
    held: Instant,
    until: Timestamp,
    head: i64,
    digest: String,
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
        .flat_map(|recorded| crate::keys::seal::sealed_subjects(&recorded.event.data))
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
        let order = from.cell().engine().in_order_of(table.name);
        loop {
            let (sql, args) = table.page(order, sent.last(), READ);
            let rows = from.rows(&sql, args, |row| table.placed(row)).await?;
            if rows.is_empty() {
                break;
            }
            for (row, _) in &rows {
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
