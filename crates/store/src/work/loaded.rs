//! What a batch of works was loaded with: states, and the keys of the people that they are about.

use std::collections::HashMap;

use kernel::{Aggregate, Problem, StreamId, SubjectId};
use uuid::Uuid;

use super::reply::Reply;
use crate::Failure;
use crate::context::AnyState;
use crate::keys::seal::{self, Place};
use crate::keys::{SubjectKey, TenantKeys};
use crate::problems::REPLY_ERASED;

/// What is known of a person's key.
pub(crate) enum Held {
    Key(Box<SubjectKey>),
    /// It was destroyed.
    Erased,
    /// Nothing was ever sealed for this person.
    Nobody,
}

impl Held {
    /// From the row that keeps it: no row, a row with a key, a row whose key was destroyed.
    pub(crate) fn from_row(
        keys: &TenantKeys,
        subject: SubjectId,
        row: Option<Option<Vec<u8>>>,
    ) -> Result<Self, Failure> {
        match row {
            None => Ok(Self::Nobody),
            Some(None) => Ok(Self::Erased),
            Some(Some(wrapped)) => keys.open_subject(subject, &wrapped).map(|key| Self::Key(Box::new(key))),
        }
    }

    pub(crate) fn key(&self) -> Option<&SubjectKey> {
        match self {
            Self::Key(key) => Some(key),
            Self::Erased | Self::Nobody => None,
        }
    }
}

/// The states that a batch of works was loaded with, and what the works before this one made of them.
#[derive(Default)]
pub(crate) struct Loaded {
    slots: HashMap<StreamId, Slot>,
    subjects: HashMap<SubjectId, Held>,
}

impl Loaded {
    /// Puts in what the database holds for a stream; `None` when it holds nothing.
    pub(crate) fn insert(&mut self, name: StreamId, stored: Option<(i64, String)>) {
        let (version, state) = match stored {
            Some((version, text)) => (version, State::Sealed(text)),
            None => (0, State::Empty),
        };
        self.slots.insert(name, Slot { version, stored: version, state });
    }

    pub(crate) fn contains(&self, name: &StreamId) -> bool {
        self.slots.contains_key(name)
    }

    pub(crate) fn hold(&mut self, subject: SubjectId, held: Held) {
        self.subjects.insert(subject, held);
    }

    pub(crate) fn held(&self, subject: SubjectId) -> Option<&Held> {
        self.subjects.get(&subject)
    }

    /// Whose keys the states take that were put in, and are not here yet.
    pub(crate) fn missing(&self) -> Vec<SubjectId> {
        let sealed = self.slots.values().filter_map(|slot| match &slot.state {
            State::Sealed(text) => Some(seal::sealed_subjects(text)),
            _ => None,
        });
        let mut missing: Vec<_> = sealed.flatten().filter(|id| !self.subjects.contains_key(id)).collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    /// Opens what was put in, with the keys that are here.
    pub(crate) fn open(&mut self, origin: Uuid) {
        for (name, slot) in &mut self.slots {
            if let State::Sealed(text) = &slot.state {
                let place = place(origin, name, slot.version);
                let open = seal::open(text, place, &mut |id| self.subjects.get(&id).and_then(Held::key));
                slot.state = State::Stored(open.into_owned());
            }
        }
    }

    /// The streams whose version is not the stored one any more, for saving.
    pub(crate) fn changed(&self, origin: Uuid) -> Vec<Changed> {
        let mut changed: Vec<Changed> = self
            .slots
            .iter()
            .filter(|(_, slot)| slot.version > slot.stored)
            .map(|(name, slot)| Changed {
                name: *name,
                from: slot.stored,
                to: slot.version,
                state: seal::seal(slot.encode(), place(origin, name, slot.version), &mut |id| {
                    self.subjects.get(&id).and_then(Held::key)
                }),
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
        if self.subjects.len() > most {
            self.subjects.clear();
        }
        for slot in self.slots.values_mut() {
            slot.stored = slot.version;
        }
    }

    pub(crate) fn clear(&mut self) {
        self.slots.clear();
        self.subjects.clear();
    }

    pub(crate) fn slot(&mut self, name: StreamId) -> &mut Slot {
        self.slots.get_mut(&name).unwrap_or_else(|| panic!("a work decided over {name:?} without naming it"))
    }

    pub(crate) fn take_in(&mut self, changed: HashMap<StreamId, Slot>) {
        self.slots.extend(changed);
    }

    /// A kept reply, open. Of one about a person who was erased only that there was one is left.
    pub(crate) fn open_reply(&self, key: Uuid, reply: Reply) -> Reply {
        if seal::reply_subjects(&reply.body).is_empty() {
            return reply;
        }
        let mut holder = |id| self.subjects.get(&id).and_then(Held::key);
        match seal::open_reply(&reply.body, key, &mut holder) {
            Some(body) => Reply { body, ..reply },
            None => Reply::refusal(&reply_erased()),
        }
    }
}

fn reply_erased() -> Problem {
    REPLY_ERASED.says(
        "This was answered before under the same Idempotency-Key, and the answer told of a person whose data was erased since. It cannot be given again, and nothing was done now. Read the record to see how it stands.",
    )
}

fn place<'a>(origin: Uuid, name: &StreamId, version: i64) -> Place<'a> {
    Place { origin, kind: "state", stream: name.kind, id: name.id, version }
}

/// A state to be saved, and the version that the database must still hold for it.
pub(crate) struct Changed {
    pub(crate) name: StreamId,
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) state: String,
}

pub(crate) struct Slot {
    pub(crate) version: i64,
    stored: i64,
    state: State,
}

/// Read from JSON only when someone looks.
enum State {
    Empty,
    Sealed(String),
    Stored(String),
    Open(Box<dyn AnyState>),
}

impl Slot {
    pub(crate) fn typed<A: Aggregate>(&mut self) -> &A {
        self.typed_mut::<A>()
    }

    pub(crate) fn typed_mut<A: Aggregate>(&mut self) -> &mut A {
        match &self.state {
            State::Open(_) => {}
            State::Empty => self.state = State::Open(Box::new(A::default())),
            State::Stored(text) => {
                let state: A = serde_json::from_str(text).unwrap_or_else(|error| {
                    panic!("the stored state of a {} cannot be read: {error}", A::KIND)
                });
                self.state = State::Open(Box::new(state));
            }
            State::Sealed(_) => unreachable!("an engine opens what it puts in before a work sees it"),
        }
        match &mut self.state {
            State::Open(state) => {
                (**state).as_any_mut().downcast_mut().expect("a stream's state has the type of its kind")
            }
            _ => unreachable!("opened above"),
        }
    }

    pub(crate) fn copy<A: Aggregate>(&mut self) -> Self {
        let state = self.typed::<A>().copy();
        Self { version: self.version, stored: self.stored, state: State::Open(state) }
    }

    fn encode(&self) -> String {
        match &self.state {
            State::Open(state) => state.encode(),
            State::Stored(text) => text.clone(),
            State::Empty | State::Sealed(_) => unreachable!("a stream that changed was open"),
        }
    }
}
