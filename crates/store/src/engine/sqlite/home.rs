//! One tenant, awake: its writer, which commits waiting works in groups, and its readers.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use kernel::{Envelope, Problem, StreamId, SubjectId, TenantId, Timestamp, Word};
use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::connection::{self, failure};
use super::replies::Replies;
use super::trail::{Link, Trail};
use crate::clock::Clock;
use crate::commit_signal::CommitSignal;
use crate::context::Context;
use crate::engine::query::{Each, Query};
use crate::keys::{TenantKeys, seal};
use crate::work::batch::{self, Batch};
use crate::work::{Changed, Done, Drain, Ground, Held, Job, KeptReplies, Lane, Loaded};
use crate::{Failure, threads};

/// How many works share one commit at the most.
const TOGETHER: usize = 256;

/// How many states the writer keeps in memory between commits.
const REMEMBERED: usize = 512;

/// Folding begins when so many pages of the log are not in the file yet.
const FOLDED_FROM: i64 = 500;

/// A log of so many pages is begun anew as soon as little is left to fold: 32 MB, which stay allocated and in the cache.
const ANEW_FROM: i64 = 8_000;

/// So many pages the writer folds itself, for then nothing is left and the log begins anew.
const LITTLE: i64 = 300;

/// A log never gets longer than this, whoever has to wait for it: whoever folds beside the writer may be held up.
const LOG_AT_MOST: i64 = 32_000;

/// How many idle readers stay open.
const READERS: usize = 4;

pub(super) struct Home {
    pub(super) lane: Arc<Lane>,
    /// When it was last asked for, in seconds since the cell was opened.
    pub(super) used: AtomicU64,
    tenant: TenantId,
    path: PathBuf,
    contexts: &'static [Context],
    clock: Clock,
    commits: Arc<CommitSignal>,
    /// Until when nothing is written to the log.
    frozen: Arc<AtomicI64>,
    writer: Mutex<Option<Writer>>,
    readers: Mutex<Vec<Connection>>,
    opened: OnceCell<()>,
    folding: AtomicBool,
}

/// The only connection that writes, and what it knows because nobody else does.
struct Writer {
    connection: Connection,
    position: i64,
    remembered: Loaded,
    /// Of the streams that are remembered.
    trails: HashMap<Uuid, (StreamId, Trail)>,
    replies: Replies,
    pruned: Timestamp,
    commits: Arc<CommitSignal>,
    frozen: Arc<AtomicI64>,
}

impl Home {
    pub(super) fn new(
        tenant: TenantId,
        path: PathBuf,
        contexts: &'static [Context],
        clock: Clock,
        commits: Arc<CommitSignal>,
        frozen: Arc<AtomicI64>,
    ) -> Self {
        Self {
            lane: Arc::default(),
            used: AtomicU64::new(0),
            tenant,
            path,
            contexts,
            clock,
            commits,
            frozen,
            writer: Mutex::default(),
            readers: Mutex::default(),
            opened: OnceCell::new(),
            folding: AtomicBool::new(false),
        }
    }

    /// Opens the file once, however many ask at the same time; after a failure the next one tries again.
    pub(super) async fn opened(self: &Arc<Self>) -> Result<(), Failure> {
        if self.opened.initialized() {
            return Ok(());
        }
        let home = self.clone();
        self.opened.get_or_try_init(|| threads::blocking(move || home.open_writer())).await.map(|_| ())
    }

    pub(super) fn read(&self, queries: &[Query<'_>], each: &mut Each<'_>) -> Result<(), Failure> {
        self.with_reader(&mut |reader| connection::read(reader, queries, each))
    }

    /// Lends a reader; one that failed is not lent again.
    fn with_reader(&self, with: &mut dyn FnMut(&Connection) -> Result<(), Failure>) -> Result<(), Failure> {
        let reader = self.readers.lock().pop();
        let reader = match reader {
            Some(reader) => reader,
            None => connection::open_reader(&self.path)?,
        };
        with(&reader)?;
        let mut idle = self.readers.lock();
        if idle.len() < READERS {
            idle.push(reader);
        }
        Ok(())
    }

    /// Empties the lane, group by group. Runs on a thread that may block.
    pub(super) fn drain(self: &Arc<Self>, mut drain: Drain) {
        let mut writer = self.writer.lock();
        while let Some(jobs) = drain.take(TOGETHER) {
            metrics::histogram!("galleria_commit_works").record(jobs.len() as f64);
            match self.commit(&mut writer, &jobs) {
                Ok(results) => batch::finish(jobs, results),
                // One work that the tables refuse must not take the others with it.
                Err(Failure::Bug(_)) if jobs.len() > 1 => self.commit_each(&mut writer, jobs),
                Err(failure) => batch::fail(jobs, &failure.into()),
            }
            self.fold_log(&writer);
        }
    }

    /// Folds the write-ahead log into the file, beside the writer and not in its way. The writer itself folds the little
    /// that came meanwhile, once in every so many pages, because only a log that is folded whole can begin anew.
    fn fold_log(self: &Arc<Self>, writer: &Option<Writer>) {
        let Some(Ok((logged, folded))) =
            writer.as_ref().map(|writer| connection::log_pages(&writer.connection, "noop"))
        else {
            return;
        };
        let left = logged - folded;
        let begins_anew = logged > ANEW_FROM && left <= LITTLE || logged > LOG_AT_MOST;
        if !begins_anew && left < FOLDED_FROM || self.folding.swap(true, Ordering::Relaxed) {
            return;
        }
        if begins_anew && let Some(writer) = writer {
            let _ = connection::log_pages(&writer.connection, "passive");
            self.folding.store(false, Ordering::Relaxed);
            return;
        }
        let home = self.clone();
        tokio::task::spawn_blocking(move || {
            // A failure is not lost: the writer meets the same disk, and says so to whoever asked.
            let _ = home.with_reader(&mut |folder| connection::log_pages(folder, "passive").map(drop));
            home.folding.store(false, Ordering::Relaxed);
        });
    }

    /// Writes the file anew when it has pages that are not used any more, and empties the write-ahead log.
    pub(super) fn scrub(&self) -> Result<(), Failure> {
        // Readers hold on to the log; new ones are opened when they are needed.
        self.readers.lock().clear();
        let mut slot = self.writer.lock();
        let writer = match &mut *slot {
            Some(writer) => writer,
            None => slot.insert(self.reopen_writer()?),
        };
        connection::scrub(&writer.connection)
    }

    /// Waits until nothing is being committed.
    pub(super) async fn lane_is_empty(self: &Arc<Self>) {
        let home = self.clone();
        let _ = threads::blocking(move || {
            drop(home.writer.lock());
            Ok(())
        })
        .await;
    }

    fn commit_each(&self, writer: &mut Option<Writer>, jobs: Vec<Job>) {
        for job in jobs {
            match self.commit(writer, std::slice::from_ref(&job)) {
                Ok(results) => batch::finish(vec![job], results),
                Err(failure) => job.finish(Err(failure.into())),
            }
        }
    }

    fn commit(&self, slot: &mut Option<Writer>, jobs: &[Job]) -> Result<Vec<Result<Done, Problem>>, Failure> {
        let writer = match slot {
            Some(writer) => writer,
            None => slot.insert(self.reopen_writer()?),
        };
        let result = writer.commit(self.tenant, (self.clock)(), jobs);
        match &result {
            Ok(_) => {}
            Err(Failure::Bug(_) | Failure::Stale | Failure::Frozen) => writer.forget(),
            // After an error of the disk nothing that this connection believes can be relied on.
            Err(_) => *slot = None,
        }
        result
    }

    fn open_writer(&self) -> Result<(), Failure> {
        *self.writer.lock() = Some(self.writer(connection::open_tenant(&self.path, self.contexts)?)?);
        Ok(())
    }

    /// Opens the writer again after a failure. What the kernel said of the last `fsync` is not to be trusted, so all
    /// that the write-ahead log holds is written once more, into the file itself, before anything is added.
    fn reopen_writer(&self) -> Result<Writer, Failure> {
        let connection = connection::open_tenant(&self.path, self.contexts)?;
        let busy: i64 = connection
            .query_row("pragma wal_checkpoint(truncate)", [], |row| row.get(0))
            .map_err(|error| failure(&error))?;
        if busy != 0 {
            return Err(Failure::Overloaded);
        }
        self.writer(connection)
    }

    fn writer(&self, connection: Connection) -> Result<Writer, Failure> {
        Writer::new(connection, self.commits.clone(), self.frozen.clone())
    }
}

impl Writer {
    fn new(
        connection: Connection,
        commits: Arc<CommitSignal>,
        frozen: Arc<AtomicI64>,
    ) -> Result<Self, Failure> {
        let position = last_position(&connection)?;
        let (remembered, trails) = (Loaded::default(), HashMap::new());
        let (replies, pruned) = (Replies::open(&connection)?, Timestamp::from_micros(0));
        Ok(Self { connection, position, remembered, trails, replies, pruned, commits, frozen })
    }

    fn commit(
        &mut self,
        tenant: TenantId,
        now: Timestamp,
        jobs: &[Job],
    ) -> Result<Vec<Result<Done, Problem>>, Failure> {
        let Some(keys) = jobs.first().map(|job| job.keys.clone()) else { return Ok(Vec::new()) };
        self.load(&batch::names(jobs))?;
        self.hold(&keys, batch::subjects(jobs))?;
        self.hold(&keys, self.remembered.missing())?;
        self.remembered.open(keys.origin());
        let mut kept = self.kept(&keys, &batch::keys(jobs))?;
        let ground = Ground { tenant, keys: &keys, recorded: now };
        let batch = Batch::decide(ground, jobs, &mut self.remembered, &mut kept);
        if batch.needs_open_log() && now.as_micros() < self.frozen.load(Ordering::SeqCst) {
            self.forget();
            return Err(Failure::Frozen);
        }
        if !batch.is_empty() {
            self.write(&batch, keys.origin(), now)?;
        }
        if !batch.events.is_empty() {
            self.commits.committed(tenant);
        }
        self.remembered.settle(REMEMBERED);
        self.trails.retain(|_, (name, _)| self.remembered.contains(name));
        if batch.erases {
            self.forget();
        }
        Ok(batch.results)
    }

    fn write(&mut self, batch: &Batch, origin: Uuid, now: Timestamp) -> Result<(), Failure> {
        connection::run(&self.connection, "begin immediate")?;
        let written =
            self.write_all(batch, origin, now).and_then(|()| connection::run(&self.connection, "commit"));
        if let Err(failure) = written {
            // Fails when the database has rolled back by itself, which is just as well.
            let _ = connection::run(&self.connection, "rollback");
            self.replies = Replies::open(&self.connection)?;
            return Err(failure);
        }
        self.position += batch.events.len() as i64;
        Ok(())
    }

    fn write_all(&mut self, batch: &Batch, origin: Uuid, now: Timestamp) -> Result<(), Failure> {
        for guard in &batch.guard {
            connection::guard(&self.connection, guard)?;
        }
        for (position, event) in (self.position + 1..).zip(&batch.events) {
            let link = self.link(position, event)?;
            insert_event(&self.connection, position, event, link)?;
        }
        for write in &batch.writes {
            connection::execute(&self.connection, write)?;
        }
        for changed in self.remembered.changed(origin) {
            let trail = self.trails.get(&changed.name.id).map(|(_, trail)| trail.encode());
            save_state(&self.connection, changed, trail)?;
        }
        for (once, reply) in &batch.keep {
            self.replies.keep(&self.connection, once, reply, now)?;
        }
        self.replies.settle(&self.connection)?;
        self.prune(now)
    }

    /// The event at a position joins its stream's trail.
    fn link(&mut self, position: i64, event: &Envelope<String>) -> Result<Link, Failure> {
        let (id, version) = (event.stream_id, event.version);
        let Some((_, trail)) = self.trails.get_mut(&id) else {
            return Err(Failure::Bug(format!("the stream {id} of a {:?} was not loaded", event.kind)));
        };
        if trail.is_empty() && version > 1 {
            *trail = Trail::from(indexed(&self.connection, id, version - 1)?);
        }
        Ok(trail.goes_on(version, position))
    }

    /// Learns the keys of those who are not known yet.
    fn hold(&mut self, keys: &TenantKeys, subjects: Vec<SubjectId>) -> Result<(), Failure> {
        for subject in subjects {
            if self.remembered.held(subject).is_none() {
                let row = subject_key(&self.connection, subject)?;
                self.remembered.hold(subject, Held::from_row(keys, subject, row)?);
            }
        }
        Ok(())
    }

    fn load(&mut self, names: &[StreamId]) -> Result<(), Failure> {
        let mut statement = self
            .connection
            .prepare_cached("select version, state, trail from states where id = ?1 and stream = ?2")
            .map_err(|error| failure(&error))?;
        for name in names {
            if self.remembered.contains(name) {
                continue;
            }
            let mut rows = statement.query((name.id, name.kind)).map_err(|error| failure(&error))?;
            let stored = match rows.next().map_err(|error| failure(&error))? {
                Some(row) => {
                    let trail: Option<String> = row.get(2).map_err(|error| failure(&error))?;
                    let trail = trail.map(|text| Trail::decode(&text)).unwrap_or_default();
                    self.trails.insert(name.id, (*name, trail));
                    Some((
                        row.get(0).map_err(|error| failure(&error))?,
                        row.get(1).map_err(|error| failure(&error))?,
                    ))
                }
                None => {
                    // There may be a stream of another kind by this id, which is remembered.
                    self.trails.entry(name.id).or_insert_with(|| (*name, Trail::default()));
                    None
                }
            };
            self.remembered.insert(*name, stored);
        }
        Ok(())
    }

    fn kept(&mut self, holders: &TenantKeys, keys: &[Uuid]) -> Result<KeptReplies, Failure> {
        let mut kept = KeptReplies::new();
        if keys.is_empty() {
            return Ok(kept);
        }
        for key in keys {
            if let Some(found) = self.replies.find(&self.connection, *key)? {
                kept.insert(*key, found);
            }
        }
        self.hold(holders, kept.values().flat_map(|(_, reply)| seal::reply_subjects(&reply.body)).collect())?;
        for (key, (_, reply)) in &mut kept {
            *reply = self.remembered.open_reply(*key, std::mem::take(reply));
        }
        Ok(kept)
    }

    fn prune(&mut self, now: Timestamp) -> Result<(), Failure> {
        if now.since(self.pruned) < batch::PRUNED_EVERY {
            return Ok(());
        }
        let oldest = now.as_micros() - Duration::as_micros(&batch::KEPT_FOR) as i64;
        if !self.replies.prune(&self.connection, oldest)? {
            self.pruned = now;
        }
        Ok(())
    }

    /// Drops what was decided but not committed.
    fn forget(&mut self) {
        self.remembered.clear();
        self.trails.clear();
    }
}

fn insert_event(
    connection: &Connection,
    position: i64,
    event: &Envelope<String>,
    link: Link,
) -> Result<(), Failure> {
    connection
        .prepare_cached(
            "insert into events (position, id, stream, stream_id, version, kind, schema, actor_kind, actor_id, correlation, causation, at, recorded, data, previous, jump)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )
        .and_then(|mut statement| {
            statement.execute(rusqlite::params![
                position,
                event.id.uuid(),
                event.stream,
                event.stream_id,
                event.version,
                event.kind,
                event.schema,
                event.actor.kind.as_str(),
                event.actor.id,
                event.correlation.uuid(),
                event.causation.map(|id| id.uuid()),
                event.at.as_micros(),
                event.recorded.as_micros(),
                event.data,
                link.previous,
                link.jump,
            ])
        })
        .map(drop)
        .map_err(|error| failure(&error))
}

fn save_state(connection: &Connection, changed: Changed, trail: Option<String>) -> Result<(), Failure> {
    let Changed { name, from, to, state } = changed;
    let touched = if from == 0 {
        connection
            .prepare_cached(
                "insert into states (id, stream, version, state, trail) values (?1, ?2, ?3, ?4, ?5)",
            )
            .and_then(|mut statement| statement.execute((name.id, name.kind, to, state, trail)))
    } else {
        connection
            .prepare_cached(
                "update states set version = ?3, state = ?4, trail = ?5 where id = ?1 and version = ?2",
            )
            .and_then(|mut statement| statement.execute((name.id, from, to, state, trail)))
    };
    match touched.map_err(|error| failure(&error))? {
        1 => Ok(()),
        _ => Err(Failure::Bug(format!("the stored version of {name:?} is not {from}"))),
    }
}

/// Where an event lies that was written before there were trails, or somewhere else.
fn indexed(connection: &Connection, stream: Uuid, version: i64) -> Result<i64, Failure> {
    connection
        .prepare_cached(
            "select position from events where stream_id = ?1 and version = ?2 and previous is null",
        )
        .and_then(|mut statement| statement.query_row((stream, version), |row| row.get(0)))
        .map_err(|error| failure(&error))
}

/// The row of a person's key: none, one with a key, or one whose key was destroyed.
fn subject_key(connection: &Connection, subject: SubjectId) -> Result<Option<Option<Vec<u8>>>, Failure> {
    connection
        .prepare_cached("select wrapped from subject_keys where subject = ?1")
        .and_then(|mut statement| statement.query_row([subject.uuid()], |row| row.get(0)).optional())
        .map_err(|error| failure(&error))
}

fn last_position(connection: &Connection) -> Result<i64, Failure> {
    connection
        .query_row("select coalesce(max(position), 0) from events", [], |row| row.get(0))
        .map_err(|error| failure(&error))
}
