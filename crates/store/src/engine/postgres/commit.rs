//! One transaction, in two round trips: load for update; everything else with the commit.
//!
//! The row that numbers a tenant's events is updated by the last of its statements, so positions are in commit order and
//! without gaps, and it is held for as short as can be. Works of several tenants may share a transaction, in the order of
//! the tenants' ids: each part begins by saying whose rows it sees.

use std::collections::HashMap;

use futures_util::TryStreamExt;
use kernel::{Envelope, Problem, Rows, SubjectId, TenantId, Timestamp, Word, Write};
use tokio_postgres::RowStream;
use uuid::Uuid;

use super::database::Database;
use super::failure::failure;
use super::pipeline::{Answer, Begin, Order, Session, Value, all_landed, commit, hurried_rows_of, rows_of};
use super::plan::{Part, in_order, in_rounds, statement};
use crate::Failure;
use crate::keys::{TenantKeys, seal};
use crate::work::batch::{self, Batch};
use crate::work::{Changed, Done, Ground, Held, Job, KeptReplies, Loaded, Once, Reply};

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
const HEAD: &str =
    "update heads set position = position + $1::bigint where frozen < $2::bigint and form <= $3::bigint";
const EVENTS: &str = "insert into events (id, stream, stream_id, version, kind, schema, actor_kind, actor_id, correlation, causation, at, recorded, data, position) \
    select e.id, e.stream, e.stream_id, e.version, e.kind, e.schema, e.actor_kind, e.actor_id, e.correlation, e.causation, e.at, $14::bigint, e.data, head.position - $1::bigint + e.n \
    from head, unnest($2::uuid[], $3::text[], $4::uuid[], $5::bigint[], $6::text[], $7::bigint[], $8::text[], $9::uuid[], $10::uuid[], $11::uuid[], $12::bigint[], $13::text[]) \
    with ordinality as e (id, stream, stream_id, version, kind, schema, actor_kind, actor_id, correlation, causation, at, data, n)";

pub(super) type Results = Vec<Result<Done, Problem>>;

/// Works of one tenant that are committed together.
#[derive(Clone, Copy)]
pub(super) struct Share<'a> {
    pub(super) tenant: TenantId,
    pub(super) keys: &'a TenantKeys,
    pub(super) jobs: &'a [Job],
}

impl<'a> Share<'a> {
    /// Nothing of no works.
    pub(super) fn of(tenant: TenantId, jobs: &'a [Job]) -> Option<Self> {
        jobs.first().map(|first| Self { tenant, keys: &first.keys, jobs })
    }
}

/// A commit that was sent and whose answer never came.
pub(super) struct Doubt {
    /// The first event it would have written.
    stream: Uuid,
    version: i64,
    event: Uuid,
    results: Results,
}

impl Doubt {
    fn of(batch: Batch) -> Option<Self> {
        let Batch { events, results, .. } = batch;
        let first = events.first()?;
        let (stream, version, event) = (first.stream_id, first.version, first.id.uuid());
        Some(Self { stream, version, event, results })
    }
}

/// How a transaction is tried.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trying {
    /// Others wait behind it, so it does not wait long for what somebody else holds.
    Hurried,
    Patiently,
    /// Patiently, and one statement after the other.
    Plainly,
}

/// Commits works of one tenant, or of several, in the order of their ids; each sees only what is theirs.
pub(super) async fn attempt(
    database: &Database,
    shares: &[Share<'_>],
    doubts: &mut [Vec<Doubt>],
    trying: Trying,
) -> Result<Vec<Results>, Failure> {
    let session = database.session().await?;
    let result = transact(&session, database, shares, doubts, trying).await;
    session.give_back(result).await
}

async fn transact(
    session: &Session,
    database: &Database,
    shares: &[Share<'_>],
    doubts: &mut [Vec<Doubt>],
    trying: Trying,
) -> Result<Vec<Results>, Failure> {
    let now = (database.0.clock)();
    let mut loaded = load(session, shares, trying).await?;
    if let [doubts] = doubts
        && let Some(found) = resolve(session, doubts).await?
    {
        session.text("rollback").await?;
        return Ok(vec![doubts.swap_remove(found).results]);
    }
    let mut batches = Vec::with_capacity(shares.len());
    for (share, (loaded, kept)) in shares.iter().zip(&mut loaded) {
        let ground = Ground { tenant: share.tenant, keys: share.keys, recorded: now };
        let batch = Batch::decide(ground, share.jobs, loaded, kept);
        batches.push((share.tenant, batch, loaded.changed(share.keys.origin())));
    }
    if batches.iter().all(|(_, batch, _)| batch.is_empty()) {
        session.text("rollback").await?;
        return Ok(batches.into_iter().map(|(_, batch, _)| batch.results).collect());
    }
    // A guarded work comes alone.
    for guard in batches.iter().flat_map(|(_, batch, _)| &batch.guard) {
        check(session, guard).await?;
    }
    let written = write(session, &batches, now, database.0.form, trying).await;
    if let Err(Failure::Unreachable(_)) = &written {
        for ((_, batch, _), doubts) in batches.into_iter().zip(doubts) {
            doubts.extend(Doubt::of(batch));
        }
        return Err(Failure::Unreachable("the connection broke while a commit was under way".into()));
    }
    written?;
    for (tenant, ..) in batches.iter().filter(|(_, batch, _)| !batch.events.is_empty()) {
        database.0.commits.committed(*tenant);
    }
    Ok(batches.into_iter().map(|(_, batch, _)| batch.results).collect())
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
    shares: &[Share<'_>],
    trying: Trying,
) -> Result<Vec<(Loaded, KeptReplies)>, Failure> {
    let mut orders = Begin::writing(None).orders();
    let begins = orders.len();
    for Share { tenant, jobs, .. } in shares {
        let mut ids: Vec<Uuid> = batch::names(jobs).iter().map(|name| name.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let holders: Vec<Uuid> = batch::subjects(jobs).iter().map(|subject| subject.uuid()).collect();
        let setting = if trying == Trying::Hurried { hurried_rows_of } else { rows_of };
        orders.push(setting(*tenant));
        orders.push((LOAD.into(), vec![Value::Uuids(ids)]));
        orders.push((KEPT.into(), vec![Value::Uuids(batch::keys(jobs))]));
        if !holders.is_empty() {
            orders.push((HOLDERS.into(), vec![Value::Uuids(holders)]));
        }
    }
    let mut answers = session.send(&orders).await?.into_iter();
    all_landed(answers.by_ref().take(begins)).await?;
    let mut loaded = Vec::with_capacity(shares.len());
    for Share { keys, jobs, .. } in shares {
        all_landed(answers.next()).await?;
        let mut states = Loaded::default();
        let mut stored = stored(rows(answers.next()).await?).await?;
        for name in batch::names(jobs) {
            states.insert(name, stored.remove(&(name.id, name.kind.to_owned())));
        }
        let kept = kept(rows(answers.next()).await?).await?;
        let subjects = batch::subjects(jobs);
        if !subjects.is_empty() {
            hold(&mut states, keys, subjects, rows(answers.next()).await?).await?;
        }
        loaded.push((states, kept));
    }
    hold_missing(session, shares, &mut loaded).await?;
    for (Share { keys, .. }, (states, kept)) in shares.iter().zip(&mut loaded) {
        states.open(keys.origin());
        for (key, (_, reply)) in kept {
            *reply = states.open_reply(*key, std::mem::take(reply));
        }
    }
    Ok(loaded)
}

/// The rows that a statement of a flight answers with. Whatever could not be sent has said so before.
async fn rows(answer: Option<Answer<'_>>) -> Result<RowStream, Failure> {
    match answer {
        Some(answer) => answer.landed().await,
        None => Err(Failure::Unreachable("a statement was not sent".into())),
    }
}

type Stored = HashMap<(Uuid, String), (i64, String)>;

async fn stored(rows: RowStream) -> Result<Stored, Failure> {
    let mut stored = Stored::new();
    let mut rows = Box::pin(rows);
    while let Some(row) = rows.try_next().await.map_err(|error| failure(&error))? {
        stored.insert((row.get(0), row.get(3)), (row.get(1), row.get(2)));
    }
    Ok(stored)
}

async fn kept(rows: RowStream) -> Result<KeptReplies, Failure> {
    let mut kept = KeptReplies::new();
    let mut rows = Box::pin(rows);
    while let Some(row) = rows.try_next().await.map_err(|error| failure(&error))? {
        let status = u16::try_from(row.get::<_, i64>(2)).unwrap_or(500);
        let reply = Reply { status, body: row.get(3), version: row.get(4), location: row.get(5) };
        kept.insert(row.get(0), (row.get(1), reply));
    }
    Ok(kept)
}

/// Learns the keys of those of whom something was found and who were not named.
async fn hold_missing(
    session: &Session,
    shares: &[Share<'_>],
    loaded: &mut [(Loaded, KeptReplies)],
) -> Result<(), Failure> {
    let mut orders = Vec::new();
    let mut wanted = Vec::new();
    for (share, (states, kept)) in shares.iter().zip(loaded) {
        let mut missing = states.missing();
        missing.extend(kept.values().flat_map(|(_, reply)| seal::reply_subjects(&reply.body)));
        missing.retain(|subject| states.held(*subject).is_none());
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            continue;
        }
        let holders = missing.iter().map(|subject| subject.uuid()).collect();
        if shares.len() > 1 {
            orders.push(rows_of(share.tenant));
        }
        orders.push((HOLDERS.into(), vec![Value::Uuids(holders)]));
        wanted.push((share.keys, states, missing));
    }
    if orders.is_empty() {
        return Ok(());
    }
    let mut answers = session.send(&orders).await?.into_iter();
    for (keys, states, missing) in wanted {
        if shares.len() > 1 {
            all_landed(answers.next()).await?;
        }
        hold(states, keys, missing, rows(answers.next()).await?).await?;
    }
    Ok(())
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
    batches: &[(TenantId, Batch, Vec<Changed>)],
    now: Timestamp,
    form: i64,
    trying: Trying,
) -> Result<(), Failure> {
    let mut all = Vec::new();
    for (tenant, batch, changed) in batches.iter().filter(|(_, batch, _)| !batch.is_empty()) {
        if batches.len() > 1 {
            all.push(rows_of(*tenant));
        }
        all.extend(orders(batch, changed, now, form, trying));
    }
    all.push(commit());
    all_landed(session.send(&all).await?).await
}

/// What is to be written, in as few statements as can be; the last one numbers the events, so that the row with the
/// number is held for as short as can be.
fn orders<'a>(
    batch: &'a Batch,
    changed: &'a [Changed],
    now: Timestamp,
    form: i64,
    trying: Trying,
) -> Vec<Order<'a>> {
    let plainly = trying == Trying::Plainly;
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
