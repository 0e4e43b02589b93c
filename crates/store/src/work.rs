//! A unit of work: streams named, a pure decision over them, and what comes out, as data.
//!
//! Many works of one tenant are decided one after the other over the same loaded states and committed together. A work
//! that is refused leaves nothing behind for the next.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use kernel::{
    Actor, Aggregate, CorrelationId, Decide, Envelope, Event, EventId, Fault, Problem, Projector, StreamId,
    TenantId, Timestamp, Write,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::context::AnyState;

/// Who asks for a change, when, as part of what, and whether it may have been asked before.
#[derive(Debug, Clone)]
pub struct Asked {
    pub actor: Actor,
    pub correlation: CorrelationId,
    pub causation: Option<EventId>,
    pub now: Timestamp,
    pub once: Option<Once>,
}

/// Done once: the key under which the reply is kept, and a fingerprint of what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    pub key: String,
    pub fingerprint: Vec<u8>,
}

impl Once {
    /// What the reply is filed under: short, so that its index stays small, and without what a caller put into the key.
    pub(crate) fn id(&self) -> Uuid {
        let digest = Sha256::digest(self.key.as_bytes());
        Uuid::from_slice(&digest[..16]).expect("half a SHA-256 is as long as a UUID")
    }
}

/// The answer to a command, kept with its effect when the command came with an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reply {
    pub status: u16,
    /// JSON, or nothing.
    pub body: String,
    /// The version of what was changed; the edge makes an ETag of it.
    pub version: Option<i64>,
    pub location: Option<String>,
}

impl Reply {
    /// 200, or whatever `status` says, with a JSON body.
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body).expect("an answer has string keys and no failing serializers");
        Self { status, body, ..Self::default() }
    }

    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    #[must_use]
    pub fn location(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }

    /// A refusal, as it is kept under an idempotency key: the body is the [`Problem`].
    fn refusal(problem: &Problem) -> Self {
        Self::json(problem.fault.status(), problem)
    }

    fn into_result(self) -> Result<Self, Problem> {
        if self.status < 400 {
            return Ok(self);
        }
        Err(serde_json::from_str(&self.body).unwrap_or_else(|_| Problem::bug()))
    }
}

/// What became of a work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub reply: Reply,
    /// Whether the effect is from an earlier request with the same idempotency key.
    pub replayed: bool,
}

/// A unit of work. It may be decided more than once before it is committed, so it must not have effects of its own.
pub struct Work {
    pub(crate) names: Vec<StreamId>,
    pub(crate) decide: Arc<Decision>,
}

type Decision = dyn Fn(&mut Desk<'_>) -> Result<Reply, Problem> + Send + Sync;

impl Work {
    /// A work over nothing yet: `Work::over::<Order>([id]).and::<Stock>(variants).decide(|desk| …)`.
    pub fn over<A: Aggregate>(ids: impl IntoIterator<Item = impl Into<Uuid>>) -> Named {
        Named { names: Vec::new() }.and::<A>(ids)
    }

    /// The work, or one that does nothing but refuse. A refusal that was found before any work could be named is kept
    /// under the idempotency key this way, and a reply that was kept there before comes first.
    pub fn or_refuse(found: Result<Self, Problem>) -> Self {
        found.unwrap_or_else(|problem| Named { names: Vec::new() }.decide(move |_| Err(problem.clone())))
    }
}

/// The streams of a work that has not said yet what it decides.
pub struct Named {
    names: Vec<StreamId>,
}

impl Named {
    #[must_use]
    pub fn and<A: Aggregate>(mut self, ids: impl IntoIterator<Item = impl Into<Uuid>>) -> Self {
        self.names.extend(ids.into_iter().map(|id| StreamId { kind: A::KIND, id: id.into() }));
        self
    }

    pub fn decide(
        self,
        decide: impl Fn(&mut Desk<'_>) -> Result<Reply, Problem> + Send + Sync + 'static,
    ) -> Work {
        let mut names = self.names;
        names.sort_unstable();
        names.dedup();
        Work { names, decide: Arc::new(decide) }
    }
}

/// The streams that a work named, open for its decision.
pub struct Desk<'a> {
    tenant: TenantId,
    asked: &'a Asked,
    recorded: Timestamp,
    loaded: &'a mut Loaded,
    /// What this work changed; laid over `loaded`, and dropped when the work is refused.
    changed: HashMap<StreamId, Slot>,
    events: Vec<Envelope<String>>,
    writes: Vec<Write>,
}

impl Desk<'_> {
    pub fn now(&self) -> Timestamp {
        self.asked.now
    }

    pub fn actor(&self) -> &Actor {
        &self.asked.actor
    }

    /// The aggregate, if anything ever happened to it.
    pub fn find<A: Aggregate>(&mut self, id: impl Into<Uuid>) -> Option<&A> {
        let name = StreamId { kind: A::KIND, id: id.into() };
        let slot = match self.changed.get_mut(&name) {
            Some(slot) => slot,
            None => self.loaded.slot(name),
        };
        (slot.version > 0).then(|| slot.typed::<A>())
    }

    /// The aggregate, or "there is no such …", which is also what someone else's reads like.
    pub fn get<A: Aggregate>(&mut self, id: impl Into<Uuid>) -> Result<&A, Problem> {
        self.find::<A>(id).ok_or_else(|| Problem::not_found(A::KIND))
    }

    /// How many events the stream has; 0 when nothing ever happened to it.
    pub fn version<A: Aggregate>(&mut self, id: impl Into<Uuid>) -> i64 {
        let name = StreamId { kind: A::KIND, id: id.into() };
        match self.changed.get(&name) {
            Some(slot) => slot.version,
            None => self.loaded.slot(name).version,
        }
    }

    /// Holds the work to the version that its caller saw (`If-Match`), when the caller named one.
    pub fn expect_version<A: Aggregate>(
        &mut self,
        id: impl Into<Uuid>,
        seen: Option<i64>,
    ) -> Result<(), Problem> {
        let version = self.version::<A>(id);
        if seen.is_none_or(|seen| seen == version) {
            return Ok(());
        }
        let detail = format!(
            "This {} has changed since you read it. Read it again, and apply your change to what you see then.",
            A::KIND
        );
        Err(Problem::new(Fault::Changed, "changed_meanwhile", "Changed meanwhile", detail)
            .with("version", version))
    }

    /// Puts a command to an aggregate. What it decides has happened; when it refuses, the work ends.
    pub fn ask<A, C>(&mut self, id: impl Into<Uuid>, command: &C) -> Result<(), Problem>
    where
        A: Projector + Decide<C>,
        A::Refusal: Into<Problem>,
    {
        let name = StreamId { kind: A::KIND, id: id.into() };
        let now = self.asked.now;
        let events = self.open::<A>(name).typed::<A>().decide(command, now).map_err(Into::into)?;
        for event in &events {
            self.record::<A>(name, event);
        }
        Ok(())
    }

    fn record<A: Projector>(&mut self, name: StreamId, event: &A::Event) {
        let slot = self.open::<A>(name);
        slot.version += 1;
        let version = slot.version;
        slot.typed_mut::<A>().apply(event);
        let envelope = Envelope {
            id: EventId::new(),
            tenant: self.tenant,
            stream: name.kind.into(),
            stream_id: name.id,
            version,
            kind: event.kind().into(),
            schema: event.schema(),
            actor: self.asked.actor.clone(),
            correlation: self.asked.correlation,
            causation: self.asked.causation,
            at: self.asked.now,
            recorded: self.recorded,
            data: event,
        };
        self.writes.extend(A::project(&envelope));
        self.events.push(envelope.with(event.encode()));
    }

    /// This work's own copy of a slot.
    fn open<A: Aggregate>(&mut self, name: StreamId) -> &mut Slot {
        let loaded = &mut *self.loaded;
        self.changed.entry(name).or_insert_with(|| loaded.slot(name).copy::<A>())
    }
}

/// The states that a batch of works was loaded with, and what the works before this one made of them.
#[derive(Default)]
pub(crate) struct Loaded {
    slots: HashMap<StreamId, Slot>,
}

impl Loaded {
    /// Puts in what the database holds for a stream; `None` when it holds nothing.
    pub(crate) fn insert(&mut self, name: StreamId, stored: Option<(i64, String)>) {
        let (version, state) = match stored {
            Some((version, text)) => (version, State::Stored(text)),
            None => (0, State::Empty),
        };
        self.slots.insert(name, Slot { version, stored: version, state });
    }

    pub(crate) fn contains(&self, name: &StreamId) -> bool {
        self.slots.contains_key(name)
    }

    /// The streams whose version is not the stored one any more, for saving.
    pub(crate) fn changed(&self) -> Vec<Changed> {
        let mut changed: Vec<Changed> = self
            .slots
            .iter()
            .filter(|(_, slot)| slot.version > slot.stored)
            .map(|(name, slot)| Changed {
                name: *name,
                from: slot.stored,
                to: slot.version,
                state: slot.encode(),
            })
            .collect();
        changed.sort_unstable_by_key(|changed| changed.name);
        changed
    }

    /// After the commit: what was changed is what is stored. Keeps what is likely to be asked for again, which is what
    /// was there before, up to `most` of it.
    pub(crate) fn settle(&mut self, most: usize) {
        self.slots.retain(|_, slot| slot.stored > 0);
        if self.slots.len() > most {
            self.slots.clear();
        }
        for slot in self.slots.values_mut() {
            slot.stored = slot.version;
        }
    }

    pub(crate) fn clear(&mut self) {
        self.slots.clear();
    }

    fn slot(&mut self, name: StreamId) -> &mut Slot {
        self.slots.get_mut(&name).unwrap_or_else(|| panic!("a work decided over {name:?} without naming it"))
    }
}

/// A state to be saved, and the version that the database must still hold for it.
pub(crate) struct Changed {
    pub(crate) name: StreamId,
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) state: String,
}

struct Slot {
    version: i64,
    stored: i64,
    state: State,
}

/// Read from JSON only when someone looks.
enum State {
    Empty,
    Stored(String),
    Open(Box<dyn AnyState>),
}

impl Slot {
    fn typed<A: Aggregate>(&mut self) -> &A {
        self.typed_mut::<A>()
    }

    fn typed_mut<A: Aggregate>(&mut self) -> &mut A {
        match &self.state {
            State::Open(_) => {}
            State::Empty => self.state = State::Open(Box::new(A::default())),
            State::Stored(text) => {
                let state: A = serde_json::from_str(text).unwrap_or_else(|error| {
                    panic!("the stored state of a {} cannot be read: {error}", A::KIND)
                });
                self.state = State::Open(Box::new(state));
            }
        }
        match &mut self.state {
            State::Open(state) => {
                (**state).as_any_mut().downcast_mut().expect("a stream's state has the type of its kind")
            }
            _ => unreachable!("opened above"),
        }
    }

    fn copy<A: Aggregate>(&mut self) -> Self {
        let state = self.typed::<A>().copy();
        Self { version: self.version, stored: self.stored, state: State::Open(state) }
    }

    fn encode(&self) -> String {
        match &self.state {
            State::Open(state) => state.encode(),
            State::Stored(text) => text.clone(),
            State::Empty => unreachable!("a stream with events has a state"),
        }
    }
}

/// The replies kept under the idempotency keys of a batch.
pub(crate) type Kept = HashMap<Uuid, (Vec<u8>, Reply)>;

/// What a decided work wants to have committed.
#[derive(Default)]
pub(crate) struct Effects {
    pub(crate) events: Vec<Envelope<String>>,
    pub(crate) writes: Vec<Write>,
    /// The reply to keep, with its key and fingerprint.
    pub(crate) keep: Option<(Once, Reply)>,
}

/// Decides one work over what is loaded. The effects must be committed before the result is told.
pub(crate) fn decide(
    tenant: TenantId,
    recorded: Timestamp,
    asked: &Asked,
    work: &Work,
    loaded: &mut Loaded,
    kept: &mut Kept,
) -> (Result<Done, Problem>, Effects) {
    if let Some(once) = &asked.once
        && let Some((fingerprint, reply)) = kept.get(&once.id())
    {
        return (replay(once, fingerprint, reply), Effects::default());
    }
    let desk = Desk {
        tenant,
        asked,
        recorded,
        loaded,
        changed: HashMap::new(),
        events: Vec::new(),
        writes: Vec::new(),
    };
    let (result, mut effects) = run(work, desk);
    if let Some(once) = &asked.once {
        let keep = match &result {
            Ok(reply) => Some(reply.clone()),
            Err(problem) if problem.is_final() => Some(Reply::refusal(problem)),
            Err(_) => None,
        };
        if let Some(reply) = keep {
            kept.insert(once.id(), (once.fingerprint.clone(), reply.clone()));
            effects.keep = Some((once.clone(), reply));
        }
    }
    (result.map(|reply| Done { reply, replayed: false }), effects)
}

fn run(work: &Work, mut desk: Desk<'_>) -> (Result<Reply, Problem>, Effects) {
    let decided = catch_unwind(AssertUnwindSafe(|| (work.decide)(&mut desk)));
    match decided {
        Ok(Ok(reply)) => {
            let Desk { loaded, changed, events, writes, .. } = desk;
            loaded.slots.extend(changed);
            (Ok(reply), Effects { events, writes, keep: None })
        }
        Ok(Err(problem)) => (Err(problem), Effects::default()),
        Err(panic) => {
            let why =
                panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            tracing::error!(correlation = %desk.asked.correlation, why, "A decision panicked");
            (Err(Problem::bug()), Effects::default())
        }
    }
}

fn replay(once: &Once, fingerprint: &[u8], reply: &Reply) -> Result<Done, Problem> {
    if once.fingerprint != fingerprint {
        let detail = "This Idempotency-Key was used for a different request. Use a new key for a new request, and the same key only to repeat one unchanged.";
        return Err(Problem::new(
            Fault::Invalid,
            "idempotency_key_reused",
            "Idempotency-Key used twice",
            detail,
        ));
    }
    match reply.clone().into_result() {
        Ok(reply) => Ok(Done { reply, replayed: true }),
        Err(problem) => Err(problem.with("replayed", true)),
    }
}
