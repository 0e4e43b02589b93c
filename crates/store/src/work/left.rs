//! How a work leaves a stream, for whoever asked for it and shows what became of it.

use std::sync::Arc;

use kernel::Aggregate;
use parking_lot::Mutex;
use uuid::Uuid;

use super::reply::Done;
use super::unit::Work;

/// How a work has left a stream. It is on no record: whoever repeats the work under its idempotency key reads it anew.
pub struct Left<A>(Arc<Mutex<Option<After<A>>>>);

/// A stream before and after a work.
pub struct After<A> {
    pub from: i64,
    pub to: i64,
    pub state: A,
}

impl<A> Left<A> {
    /// What the work has left, once it is done; nothing when it was done before.
    pub fn by(self, done: &Done) -> Option<After<A>> {
        self.0.lock().take().filter(|_| !done.replayed)
    }
}

impl Work {
    /// The same work, and how it leaves a stream that it names.
    pub fn leaving<A: Aggregate>(self, id: impl Into<Uuid>) -> (Self, Left<A>) {
        let (id, left) = (id.into(), Arc::new(Mutex::new(None)));
        let (decide, seen) = (self.decide, left.clone());
        // Decided more than once, it is the last time that was committed.
        let decide = move |desk: &mut super::Desk<'_>| {
            let from = desk.version::<A>(id);
            let reply = decide(desk)?;
            let to = desk.version::<A>(id);
            *seen.lock() = desk.find::<A>(id).cloned().map(|state| After { from, to, state });
            Ok(reply)
        };
        (Self { decide: Arc::new(decide), ..self }, Left(left))
    }
}
