//! A unit of work: streams named, a pure decision over them, and what comes out, as data.
//!
//! Many works of one tenant are decided one after the other over the same loaded states and committed together. A work
//! that is refused leaves nothing behind for the next.

use std::sync::Arc;

use kernel::{Actor, Aggregate, CorrelationId, EventId, Problem, StreamId, SubjectId, Timestamp, Write};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::desk::Desk;

/// Who asks for a change, when, as part of what, and whether it may have been asked before.
#[derive(Debug, Clone)]
pub struct Asked {
    pub actor: Actor,
    pub correlation: CorrelationId,
    pub causation: Option<EventId>,
    pub now: Timestamp,
    pub once: Option<Once>,
    /// What must hold in the same transaction, or nothing is done.
    pub guard: Option<Guard>,
}

impl Asked {
    pub fn by(actor: Actor, correlation: CorrelationId, now: Timestamp) -> Self {
        Self { actor, correlation, causation: None, now, once: None, guard: None }
    }
}

/// A claim that is checked, and moved on, with the work's own commit: a subscriber's place, a job's lease. When someone
/// else has taken it over meanwhile, a row is not there any more and the work is refused as taken over.
#[derive(Debug, Clone)]
pub struct Guard(pub(crate) Vec<Write>);

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

    /// 204: it is done, and there is nothing more to say.
    pub fn nothing() -> Self {
        Self { status: 204, ..Self::default() }
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
    pub(crate) fn refusal(problem: &Problem) -> Self {
        Self::json(problem.fault.status(), problem)
    }

    pub(crate) fn into_result(self) -> Result<Self, Problem> {
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
#[derive(Clone)]
pub struct Work {
    pub(crate) names: Vec<StreamId>,
    /// Whose personal data it may write down, or tell in its reply.
    pub(crate) subjects: Vec<SubjectId>,
    pub(crate) decide: Arc<Decision>,
}

pub(crate) type Decision = dyn Fn(&mut Desk<'_>) -> Result<Reply, Problem> + Send + Sync;

impl Work {
    /// A work over nothing yet: `Work::over::<Order>([id]).and::<Stock>(variants).decide(|desk| …)`.
    pub fn over<A: Aggregate>(ids: impl IntoIterator<Item = impl Into<Uuid>>) -> Named {
        Named::default().and::<A>(ids)
    }

    /// A work that changes nothing; for what comes with it.
    pub(crate) fn nothing() -> Self {
        Named::default().decide(|_| Ok(Reply::default()))
    }

    /// Several works as one: all of them, in their order, or none.
    pub fn all(works: impl IntoIterator<Item = Self>) -> Self {
        let mut named = Named::default();
        let mut decisions = Vec::new();
        for work in works {
            named.names.extend(work.names);
            named.subjects.extend(work.subjects);
            decisions.push(work.decide);
        }
        named.into_work(Arc::new(move |desk| {
            let mut last = Reply::default();
            for decide in &decisions {
                last = decide(desk)?;
            }
            Ok(last)
        }))
    }

    /// The work, or one that does nothing but refuse. A refusal that was found before any work could be named is kept
    /// under the idempotency key this way, and a reply that was kept there before comes first.
    pub fn or_refuse(found: Result<Self, Problem>) -> Self {
        found.unwrap_or_else(|problem| Named::default().decide(move |_| Err(problem.clone())))
    }
}

/// The streams and people of a work that has not said yet what it decides.
#[derive(Default)]
pub struct Named {
    names: Vec<StreamId>,
    subjects: Vec<SubjectId>,
}

impl Named {
    #[must_use]
    pub fn and<A: Aggregate>(mut self, ids: impl IntoIterator<Item = impl Into<Uuid>>) -> Self {
        self.names.extend(ids.into_iter().map(|id| StreamId { kind: A::KIND, id: id.into() }));
        self
    }

    /// The people whose personal data the work may write down, or tell in its reply.
    #[must_use]
    pub fn about(mut self, subjects: impl IntoIterator<Item = SubjectId>) -> Self {
        self.subjects.extend(subjects);
        self
    }

    pub fn decide(
        self,
        decide: impl Fn(&mut Desk<'_>) -> Result<Reply, Problem> + Send + Sync + 'static,
    ) -> Work {
        self.into_work(Arc::new(decide))
    }

    fn into_work(self, decide: Arc<Decision>) -> Work {
        let Self { mut names, mut subjects } = self;
        names.sort_unstable();
        names.dedup();
        subjects.sort_unstable();
        subjects.dedup();
        Work { names, subjects, decide }
    }
}
