//! Committing a tenant's waiting works together, in two round trips: load for update; everything else with the commit.
//!
//! The row that numbers a tenant's events is updated by the last statement, so positions are in commit order and
//! without gaps, and it is held for as short as can be.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use backon::{BackoffBuilder as _, ExponentialBuilder};
use futures_util::TryStreamExt;
use kernel::{Arg, Envelope, Problem, Rows, SubjectId, TenantId, Timestamp, Word, Write};
use tokio_postgres::RowStream;
use uuid::Uuid;

use super::database::Database;
use super::failure::failure;
use super::pipeline::{Begin, Order, Session, Value, all_landed, commit};
use super::plan::{Part, in_order, in_rounds, statement};
use crate::Failure;
use crate::keys::{TenantKeys, seal};
use crate::work::batch::{self, Batch};
use crate::work::{Asked, Changed, Done, Drain, Ground, Held, Job, KeptReplies, Loaded, Once, Reply, Work};

/// How many works share one commit at the most.
const TOGETHER: usize = 128;

/// How long a commit is tried again when others get in its way or the database is away.
const TRIED_FOR: Duration = Duration::from_secs(4);
const PAUSES: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(2))
    .with_max_delay(Duration::from_millis(250))
    .without_max_times();

// One row after the other, by its whole key, in the order that is given. Asked for all of them at once, the server may take
// it for cheaper to read everything that it thinks a tenant has.
const LOAD: &str = "select s.id, s.version, s.state, s.stream from unnest($1::uuid[]) as k (id) \
    cross join lateral (select id, version, state, stream from states where id = k.id for update) as s";
const KEPT: &str = "select r.key, r.fingerprint, r.status, r.body, r.version, r.location from unnest($1::uuid[]) as k (key) \
    cross join lateral (select * from replies where key = k.key offset 0) as r";
const HOLDERS: &str = "select h.subject, h.wrapped from unnest($1::uuid[]) as k (subject) \
    cross join lateral (select subject, wrapped from subject_keys where subject = k.subject for share) as h";
const NEW_STATES: &str = "insert into states (id, stream, version, state) select * from unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[])";
const KNOWN_STATES: &str = "update states set version = u.version, state = u.state \
    from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[]) as u (id, seen, version, state) \
    where states.id = u.id and states.version = u.seen";
const KEEP: &str = "insert into replies (key, fingerprint, status, body, version, location, created) \
    select *, $7::bigint from unnest($1::uuid[], $2::bytea[], $3::bigint[], $4::text[], $5::bigint[], $6::text[])";
const PRUNE: &str = "delete from replies where key in (select key from replies where created < $1 order by created limit 1000)";
const HEAD: &str =
    "update heads set position = position + $1::bigint where frozen < $2::bigint and form <= $3::bigint";
const EVENTS: &str = "insert into events (id, stream, stream_id, version, kind, schema, actor_kind, actor_id, correlation, causation, at, recorded, data, position) \
    select e.id, e.stream, e.stream_id, e.version, e.kind, e.schema, e.actor_kind, e.actor_id, e.correlation, e.causation, e.at, $14::bigint, e.data, head.position - $1::bigint + e.n \
    from head, unnest($2::uuid[], $3::text[], $4::uuid[], $5::bigint[], $6::text[], $7::bigint[], $8::text[], $9::uuid[], $10::uuid[], $11::uuid[], $12::bigint[], $13::text[]) \
    with ordinality as e (id, stream, stream_id, version, kind, schema, actor_kind, actor_id, correlation, causation, at, data, n)";

type Results = Vec<Result<Done, Problem>>;

/// A commit that was sent and whose answer never came.
struct Doubt {
    /// The first event it would have written.
    stream: Uuid,
    version: i64,
    event: Uuid,
    results: Results,
}

impl Database {
    pub(in crate::engine) async fn run(
        &self,
        tenant: TenantId,
        keys: Arc<TenantKeys>,
        asked: Asked,
        work: Work,
    ) -> Result<Done, Problem> {
        let lane = self.0.lanes.lock().entry(tenant).or_default().clone();
        let (ticket, drain) = lane.push(asked, work, keys)?;
        if let Some(drain) = drain {
            tokio::spawn(drain_lane(self.clone(), tenant, drain));
        }
        ticket.answer().await
    }
}

/// Removes replies that have been kept long enough, a thousand at a time. A failure is only put off: the next hour's
/// drain tries again.
async fn prune(database: &Database, tenant: TenantId) {
    let now = (database.0.clock)();
    let due = {
        let mut pruned = database.0.pruned.lock();
        let last = pruned.entry(tenant).or_insert(Timestamp::from_micros(0));
        let due = now.since(*last) >= batch::PRUNED_EVERY;
        if due {
            *last = now;
        }
        due
    };
    if due {
        let oldest = now.as_micros() - i64::try_from(batch::KEPT_FOR.as_micros()).unwrap_or(0);
        let old = Write::any(PRUNE, vec![Arg::Int(oldest)]);
        if let Err(failure) = database.change(Some(tenant), &[old]).await
            && !database.is_closed()
        {
            tracing::warn!(%failure, "Old replies could not be removed; the next hour tries again");
        }
    }
}

/// Empties a lane, group by group.
async fn drain_lane(database: Database, tenant: TenantId, mut drain: Drain) {
    while let Some(jobs) = drain.take(TOGETHER) {
        metrics::histogram!("galleria_commit_works").record(jobs.len() as f64);
        match commit_group(&database, tenant, &jobs).await {
            Ok(results) => batch::finish(jobs, results),
            // One work that the tables refuse, or that others keep getting in the way of, must not take the rest with it.
            Err(Failure::Bug(_) | Failure::Conflict) if jobs.len() > 1 => {
                for job in jobs {
                    match commit_group(&database, tenant, std::slice::from_ref(&job)).await {
                        Ok(results) => batch::finish(vec![job], results),
                        Err(failure) => job.finish(Err(failure.into())),
                    }
                }
            }
            Err(failure) => batch::fail(jobs, &failure.into()),
        }
    }
    prune(&database, tenant).await;
}

async fn commit_group(database: &Database, tenant: TenantId, jobs: &[Job]) -> Result<Results, Failure> {
    let started = Instant::now();
    let mut pauses = PAUSES.build();
    let mut doubts = Vec::new();
    let mut plainly = false;
    loop {
        let failure = match attempt(database, tenant, jobs, &mut doubts, plainly).await {
            Ok(results) => return Ok(results),
            Err(failure) => failure,
        };
        // A work that writes to a row that it has just made cannot have both in one statement. Rare, so it is found out
        // by the rows that are missing, and done again one statement after the other.
        if let (Failure::Bug(why), [_], false) = (&failure, jobs, plainly) {
            tracing::debug!(why, "Written again, one statement after the other");
            plainly = true;
            continue;
        }
        let again = matches!(failure, Failure::Unreachable(_) | Failure::Conflict | Failure::Overloaded);
        let pause = pauses.next().filter(|_| again && started.elapsed() <= TRIED_FOR);
        let Some(pause) = pause else {
            return Err(if doubts.is_empty() { failure } else { Failure::Unknown });
        };
        tokio::time::sleep(pause).await;
    }
}

async fn attempt(
    database: &Database,
    tenant: TenantId,
    jobs: &[Job],
    doubts: &mut Vec<Doubt>,
    plainly: bool,
) -> Result<Results, Failure> {
    let session = database.session().await?;
    let result = transact(&session, database, tenant, jobs, doubts, plainly).await;
    session.give_back(result).await
}

async fn transact(
    session: &Session,
    database: &Database,
    tenant: TenantId,
    jobs: &[Job],
    doubts: &mut Vec<Doubt>,
    plainly: bool,
) -> Result<Results, Failure> {
    let Some(keys) = jobs.first().map(|job| job.keys.clone()) else { return Ok(Vec::new()) };
    let now = (database.0.clock)();
    let (mut loaded, mut kept) = load(session, tenant, &keys, jobs).await?;
    if let Some(found) = resolve(session, doubts).await? {
        session.text("rollback").await?;
        return Ok(doubts.swap_remove(found).results);
    }
    let ground = Ground { tenant, keys: &keys, recorded: now };
    let batch = Batch::decide(ground, jobs, &mut loaded, &mut kept);
    if batch.is_empty() {
        session.text("rollback").await?;
        return Ok(batch.results);
    }
    for guard in &batch.guard {
        check(session, guard).await?;
    }
    let written = write(session, &batch, loaded.changed(keys.origin()), now, database.0.form, plainly).await;
    if let (Err(Failure::Unreachable(_)), Some(first)) = (&written, batch.events.first()) {
        doubts.push(Doubt {
            stream: first.stream_id,
            version: first.version,
            event: first.id.uuid(),
            results: batch.results,
        });
        return Err(Failure::Unreachable("the connection broke while a commit was under way".into()));
    }
    written?;
    if !batch.events.is_empty() {
        database.0.commits.committed(tenant);
    }
    Ok(batch.results)
}

/// The guard of a work: a row that is still ours, or nothing is done.
async fn check(session: &Session, guard: &Write) -> Result<(), Failure> {
    let touched = match session.execute(&(guard.sql.into(), Value::each(&guard.args))).await {
        // A row that someone else has made meanwhile.
        Err(Failure::Conflict) => return Err(Failure::Stale),
        touched => touched?,
    };
    match guard.rows {
        Rows::Exactly(expected) if expected != touched => Err(Failure::Stale),
        _ => Ok(()),
    }
}

/// The first round trip: begin, and lock what the works named, in one order for everybody.
async fn load(
    session: &Session,
    tenant: TenantId,
    keys: &TenantKeys,
    jobs: &[Job],
) -> Result<(Loaded, KeptReplies), Failure> {
    let (names, once, subjects) = (batch::names(jobs), batch::keys(jobs), batch::subjects(jobs));
    let mut orders = Begin::writing(Some(tenant)).orders();
    let first = orders.len();
    let mut ids: Vec<Uuid> = names.iter().map(|name| name.id).collect();
    ids.sort_unstable();
    ids.dedup();
    orders.push((LOAD.into(), vec![Value::Uuids(ids)]));
    orders.push((KEPT.into(), vec![Value::Uuids(once)]));
    if !subjects.is_empty() {
        let holders = subjects.iter().map(|subject| subject.uuid()).collect();
        orders.push((HOLDERS.into(), vec![Value::Uuids(holders)]));
    }
    let mut answers = session.send(&orders).await?;
    let mut asked = answers.split_off(first).into_iter();
    all_landed(answers).await?;
    let (Some(states), Some(replies)) = (asked.next(), asked.next()) else { return Ok(<_>::default()) };

    let mut stored: HashMap<(Uuid, String), (i64, String)> = HashMap::new();
    let mut rows = Box::pin(states.landed().await?);
    while let Some(row) = rows.try_next().await.map_err(|error| failure(&error))? {
        stored.insert((row.get(0), row.get(3)), (row.get(1), row.get(2)));
    }
    let mut loaded = Loaded::default();
    for name in names {
        loaded.insert(name, stored.remove(&(name.id, name.kind.to_owned())));
    }
    let mut kept = KeptReplies::new();
    let mut rows = Box::pin(replies.landed().await?);
    while let Some(row) = rows.try_next().await.map_err(|error| failure(&error))? {
        let status = u16::try_from(row.get::<_, i64>(2)).unwrap_or(500);
        let reply = Reply { status, body: row.get(3), version: row.get(4), location: row.get(5) };
        kept.insert(row.get(0), (row.get(1), reply));
    }
    if let Some(held) = asked.next() {
        hold(&mut loaded, keys, subjects, held.landed().await?).await?;
    }
    let mut missing = loaded.missing();
    missing.extend(kept.values().flat_map(|(_, reply)| seal::reply_subjects(&reply.body)));
    missing.retain(|subject| loaded.held(*subject).is_none());
    missing.sort_unstable();
    missing.dedup();
    if !missing.is_empty() {
        let holders = [Value::Uuids(missing.iter().map(|subject| subject.uuid()).collect())];
        let statement = session.statement(HOLDERS, &holders).await?;
        let rows = session.query(&statement, &holders).await?;
        hold(&mut loaded, keys, missing, rows).await?;
    }
    loaded.open(keys.origin());
    for (key, (_, reply)) in &mut kept {
        *reply = loaded.open_reply(*key, std::mem::take(reply));
    }
    Ok((loaded, kept))
}

/// Learns the keys that were asked for.
async fn hold(
    loaded: &mut Loaded,
    keys: &TenantKeys,
    asked: Vec<SubjectId>,
    rows: RowStream,
) -> Result<(), Failure> {
    let mut found: HashMap<Uuid, Option<Vec<u8>>> = HashMap::new();
    let mut rows = Box::pin(rows);
    while let Some(row) = rows.try_next().await.map_err(|error| failure(&error))? {
        found.insert(row.get(0), row.get(1));
    }
    for subject in asked {
        loaded.hold(subject, Held::from_row(keys, subject, found.remove(&subject.uuid()))?);
    }
    Ok(())
}

/// Which of the commits in doubt took place. Asked under the locks that such a commit held to its end, so that "none"
/// means none ever will: one that only made new streams would collide with ours on their keys.
async fn resolve(session: &Session, doubts: &[Doubt]) -> Result<Option<usize>, Failure> {
    for (index, doubt) in doubts.iter().enumerate() {
        let values = [Value::Uuids(vec![doubt.stream]), Value::Int(doubt.version)];
        let statement = session
            .statement("select id from events where stream_id = any($1) and version = $2", &values)
            .await?;
        let mut rows = Box::pin(session.query(&statement, &values).await?);
        while let Some(row) = rows.try_next().await.map_err(|error| failure(&error))? {
            if row.get::<_, Uuid>(0) == doubt.event {
                return Ok(Some(index));
            }
        }
    }
    Ok(None)
}

/// The second round trip: tables, states, replies, events with their positions, commit.
async fn write(
    session: &Session,
    batch: &Batch,
    changed: Vec<Changed>,
    now: Timestamp,
    form: i64,
    plainly: bool,
) -> Result<(), Failure> {
    let mut orders = orders(batch, &changed, now, form, plainly);
    orders.push(commit());
    all_landed(session.send(&orders).await?).await
}

/// What is to be written, in as few statements as can be; the last one numbers the events, so that the row with the
/// number is held for as short as can be.
fn orders<'a>(
    batch: &'a Batch,
    changed: &'a [Changed],
    now: Timestamp,
    form: i64,
    plainly: bool,
) -> Vec<Order<'a>> {
    let together = if plainly { None } else { in_rounds(&batch.writes) };
    let mut rounds =
        together.unwrap_or_else(|| in_order(&batch.writes).into_iter().map(|part| vec![part]).collect());
    // The parts that belong to the store touch rows that nobody else touches, so they go with the last round.
    let mut last = rounds.pop().unwrap_or_default();
    if rounds.len() == 1 && !plainly {
        // Inserts and one round of updates: rows that are new and rows that were there.
        last.extend(rounds.remove(0));
    }
    let (new, known): (Vec<_>, Vec<_>) = changed.iter().partition(|changed| changed.from == 0);
    if !new.is_empty() {
        last.push(Part::new(NEW_STATES, new_states(&new), count(&new)));
    }
    if !known.is_empty() {
        last.push(Part::new(KNOWN_STATES, known_states(&known), count(&known)));
    }
    if !batch.keep.is_empty() {
        last.push(Part::new(KEEP, replies(&batch.keep, now), count(&batch.keep)));
    }
    if batch.needs_open_log() {
        // Nor is anything written beside what a newer binary has folded.
        let values = [count(&batch.events), now.as_micros(), form];
        last.push(Part::head(HEAD, values.into_iter().map(Value::Int).collect()));
    }
    if !batch.events.is_empty() {
        last.push(Part::new(EVENTS, events(&batch.events, now), count(&batch.events)));
    }
    rounds.push(last);
    rounds.into_iter().filter(|round| !round.is_empty()).map(statement).collect()
}

fn count<T>(items: &[T]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

fn new_states<'a>(new: &[&'a Changed]) -> Vec<Value<'a>> {
    vec![
        Value::Uuids(new.iter().map(|state| state.name.id).collect()),
        Value::Texts(new.iter().map(|state| Some(state.name.kind)).collect()),
        Value::Ints(new.iter().map(|state| Some(state.to)).collect()),
        Value::Texts(new.iter().map(|state| Some(state.state.as_str())).collect()),
    ]
}

fn known_states<'a>(known: &[&'a Changed]) -> Vec<Value<'a>> {
    vec![
        Value::Uuids(known.iter().map(|state| state.name.id).collect()),
        Value::Ints(known.iter().map(|state| Some(state.from)).collect()),
        Value::Ints(known.iter().map(|state| Some(state.to)).collect()),
        Value::Texts(known.iter().map(|state| Some(state.state.as_str())).collect()),
    ]
}

fn replies(keep: &[(Once, Reply)], now: Timestamp) -> Vec<Value<'_>> {
    vec![
        Value::Uuids(keep.iter().map(|(once, _)| once.id()).collect()),
        Value::Blobs(keep.iter().map(|(once, _)| once.fingerprint.as_slice()).collect()),
        Value::Ints(keep.iter().map(|(_, reply)| Some(i64::from(reply.status))).collect()),
        Value::Texts(keep.iter().map(|(_, reply)| Some(reply.body.as_str())).collect()),
        Value::Ints(keep.iter().map(|(_, reply)| reply.version).collect()),
        Value::Texts(keep.iter().map(|(_, reply)| reply.location.as_deref()).collect()),
        Value::Int(now.as_micros()),
    ]
}

fn events(events: &[Envelope<String>], now: Timestamp) -> Vec<Value<'_>> {
    let texts = |of: fn(&Envelope<String>) -> &str| {
        Value::Texts(events.iter().map(|event| Some(of(event))).collect())
    };
    let uuids = |of: fn(&Envelope<String>) -> Uuid| Value::Uuids(events.iter().map(of).collect());
    let ints =
        |of: fn(&Envelope<String>) -> i64| Value::Ints(events.iter().map(|event| Some(of(event))).collect());
    vec![
        Value::Int(i64::try_from(events.len()).unwrap_or(i64::MAX)),
        uuids(|event| event.id.uuid()),
        texts(|event| &event.stream),
        uuids(|event| event.stream_id),
        ints(|event| event.version),
        texts(|event| &event.kind),
        ints(|event| i64::from(event.schema)),
        texts(|event| event.actor.kind.as_str()),
        uuids(|event| event.actor.id),
        uuids(|event| event.correlation.uuid()),
        Value::NullableUuids(events.iter().map(|event| event.causation.map(|id| id.uuid())).collect()),
        ints(|event| event.at.as_micros()),
        texts(|event| &event.data),
        Value::Int(now.as_micros()),
    ]
}
