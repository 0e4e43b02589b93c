//! The streams that a work named, open for its decision: it reads them, puts commands to them, and what they decide is
//! recorded here.

use std::collections::HashMap;

use kernel::{
    Actor, Aggregate, Decide, Envelope, Event, EventId, Problem, Projector, StreamId, SubjectId, TenantId,
    Timestamp, Write,
};
use uuid::Uuid;

use super::asked::{Asked, Once};
use super::loaded::{Held, Loaded, Slot};
use super::reply::Reply;
use crate::keys::seal::{self, Place};
use crate::keys::{SubjectKey, TenantKeys};
use crate::problems::CHANGED_MEANWHILE;

/// What is the same for every work of a batch.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) keys: &'a TenantKeys,
    pub(crate) recorded: Timestamp,
}

/// The streams that a work named, open for its decision.
pub struct Desk<'a> {
    ground: Ground<'a>,
    asked: &'a Asked,
    /// Whom the work named, in order.
    subjects: &'a [SubjectId],
    loaded: &'a mut Loaded,
    /// What this work changed; laid over `loaded`, and dropped when the work is refused.
    changed: HashMap<StreamId, Slot>,
    /// The people that this work made a key for, with the key as it is kept.
    made: HashMap<SubjectId, (SubjectKey, Vec<u8>)>,
    /// Whom the events of this work are about.
    about: Vec<SubjectId>,
    erased: Vec<SubjectId>,
    events: Vec<Envelope<String>>,
    writes: Vec<Write>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        ground: Ground<'a>,
        asked: &'a Asked,
        subjects: &'a [SubjectId],
        loaded: &'a mut Loaded,
    ) -> Self {
        Self {
            ground,
            asked,
            subjects,
            loaded,
            changed: HashMap::new(),
            made: HashMap::new(),
            about: Vec::new(),
            erased: Vec::new(),
            events: Vec::new(),
            writes: Vec::new(),
        }
    }

    /// The work went through: what it changed is there for the works after it, and what it has to have committed is
    /// returned.
    pub(super) fn accept(self, reply: &Reply) -> Effects {
        let keep = self.asked.once.as_ref().map(|once| (once.clone(), self.kept(once, reply)));
        let Self { loaded, changed, made, erased, events, writes, .. } = self;
        loaded.take_in(changed);
        let mut new_keys = Vec::with_capacity(made.len());
        for (subject, (key, wrapped)) in made {
            loaded.hold(subject, Held::Key(Box::new(key)));
            new_keys.push((subject, wrapped));
        }
        for subject in &erased {
            loaded.hold(*subject, Held::Erased);
            new_keys.retain(|(made, _)| made != subject);
        }
        Effects { events, writes, keep, new_keys, erased }
    }

    /// The work was refused: nothing of it is left but the refusal, when that is to be kept.
    pub(super) fn refuse(mut self, kept: Option<&Reply>) -> Effects {
        // Nobody's key is made, or destroyed, by a work that is refused.
        self.made.clear();
        self.erased.clear();
        let once = self.asked.once.as_ref().zip(kept);
        let keep = once.map(|(once, refusal)| (once.clone(), self.kept(once, refusal)));
        Effects { keep, ..Effects::default() }
    }

    pub fn now(&self) -> Timestamp {
        self.asked.now
    }

    pub fn actor(&self) -> &Actor {
        &self.asked.actor
    }

    /// By what a table finds a person without holding what it is found by.
    pub fn blind(&self, field: &str, text: &str) -> Uuid {
        self.ground.keys.blind(field, text)
    }

    /// Whether the person was erased, so that nothing about them may be written down again.
    pub fn is_erased(&self, subject: SubjectId) -> bool {
        self.erased.contains(&subject) || matches!(self.loaded.held(subject), Some(Held::Erased))
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
        Err(CHANGED_MEANWHILE.says(detail).with("version", version))
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
        for event in events {
            self.record::<A>(name, event);
        }
        Ok(())
    }

    /// Destroys the person's key with this work's commit. `writes` take them out of the tables.
    pub(crate) fn erase(&mut self, subject: SubjectId, writes: Vec<Write>) {
        self.erased.push(subject);
        self.writes.extend(writes);
    }

    fn record<A: Projector>(&mut self, name: StreamId, event: A::Event) {
        let version = self.open::<A>(name).version + 1;
        let (kind, schema) = (event.kind(), event.schema());
        let kept = self.kept_text(name, version, event.encode());
        let event = match kept.left {
            None => event,
            Some(left) => A::Event::decode(kind, schema, &left)
                .unwrap_or_else(|error| panic!("an event without its personal data cannot be read: {error}")),
        };
        let slot = self.open::<A>(name);
        slot.version = version;
        slot.typed_mut::<A>().apply(&event);
        let envelope = self.envelope(name, version, kind, schema, kept.text);
        self.writes.extend(A::project(&envelope.with(&event)));
        self.events.push(envelope);
    }

    fn envelope(
        &self,
        name: StreamId,
        version: i64,
        kind: &'static str,
        schema: i32,
        text: String,
    ) -> Envelope<String> {
        Envelope {
            id: EventId::new(),
            tenant: self.ground.tenant,
            stream: name.kind.into(),
            stream_id: name.id,
            version,
            kind: kind.into(),
            schema,
            actor: self.asked.actor.clone(),
            correlation: self.asked.correlation,
            causation: self.asked.causation,
            at: self.asked.now,
            recorded: self.ground.recorded,
            data: text,
        }
    }

    /// An event's text as it is kept, and what is left of the event when it says anything of someone who was erased.
    fn kept_text(&mut self, name: StreamId, version: i64, text: String) -> Kept {
        let mut about: Vec<SubjectId> = seal::subjects(&text).collect();
        if about.is_empty() {
            return Kept { text, left: None };
        }
        about.sort_unstable();
        about.dedup();
        for subject in &about {
            self.hold(*subject);
        }
        let origin = self.ground.keys.origin();
        let place = Place { origin, kind: "event", stream: name.kind, id: name.id, version };
        let text = seal::seal(text, place, &mut |subject| key(&self.made, self.loaded, subject));
        let gone = about.iter().any(|subject| self.is_erased(*subject));
        self.about.extend(about);
        let left = gone.then(|| {
            seal::open(&text, place, &mut |subject| key(&self.made, self.loaded, subject)).into_owned()
        });
        Kept { text, left }
    }

    /// Makes sure that the person has a key, unless they were erased.
    fn hold(&mut self, subject: SubjectId) {
        assert!(
            self.subjects.binary_search(&subject).is_ok(),
            "a work wrote down something about {subject} without naming them"
        );
        if matches!(self.loaded.held(subject), None | Some(Held::Nobody)) && !self.made.contains_key(&subject)
        {
            self.made.insert(subject, self.ground.keys.make_subject(subject));
        }
    }

    /// This work's own copy of a slot.
    fn open<A: Aggregate>(&mut self, name: StreamId) -> &mut Slot {
        let loaded = &mut *self.loaded;
        self.changed.entry(name).or_insert_with(|| loaded.slot(name).copy::<A>())
    }

    /// The reply as it is kept: sealed for whomever the work wrote down anything about, or named because it tells of
    /// them. Whoever it erased is told of no more, and where nothing is said nothing is sealed.
    fn kept(&self, once: &Once, reply: &Reply) -> Reply {
        if reply.body.is_empty() {
            return reply.clone();
        }
        let mut about = [&*self.about, self.subjects].concat();
        about.sort_unstable();
        about.dedup();
        let holders: Vec<_> = about
            .into_iter()
            .filter(|subject| !self.is_erased(*subject))
            .filter_map(|subject| key(&self.made, self.loaded, subject).map(|key| (subject, key)))
            .collect();
        let body = match holders.as_slice() {
            [] => reply.body.clone(),
            holders => seal::seal_reply(&reply.body, once.id(), holders),
        };
        Reply { body, ..reply.clone() }
    }
}

/// The text of an event.
struct Kept {
    text: String,
    /// What is left of it, open, when it says anything of someone who was erased.
    left: Option<String>,
}

fn key<'k>(
    made: &'k HashMap<SubjectId, (SubjectKey, Vec<u8>)>,
    loaded: &'k Loaded,
    subject: SubjectId,
) -> Option<&'k SubjectKey> {
    match (made.get(&subject), loaded.held(subject)) {
        (Some((key, _)), _) => Some(key),
        (None, held) => held.and_then(Held::key),
    }
}

/// What a decided work wants to have committed.
#[derive(Default)]
pub(crate) struct Effects {
    pub(crate) events: Vec<Envelope<String>>,
    pub(crate) writes: Vec<Write>,
    /// The reply to keep, as it is kept, with its key and fingerprint.
    pub(crate) keep: Option<(Once, Reply)>,
    pub(crate) new_keys: Vec<(SubjectId, Vec<u8>)>,
    pub(crate) erased: Vec<SubjectId>,
}
