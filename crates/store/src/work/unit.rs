//! A unit of work: the streams and people that it names, and a pure decision over them.

use std::sync::Arc;

use kernel::{Aggregate, Problem, StreamId, SubjectId};
use uuid::Uuid;

use super::desk::Desk;
use super::reply::Reply;

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
