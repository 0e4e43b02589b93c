//! The queue in which one tenant's works wait, so that those that wait together are committed together.
//!
//! At most one drainer empties a lane at a time, which is what makes a tenant's works decide one after the other.

use std::collections::VecDeque;
use std::sync::Arc;

use kernel::Problem;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::asked::Asked;
use super::reply::Done;
use super::unit::Work;
use crate::Failure;
use crate::keys::TenantKeys;

/// How many works may wait in one lane before the next is told to come back.
const WAITING_AT_MOST: usize = 8192;

pub(crate) struct Job {
    pub(crate) asked: Asked,
    pub(crate) work: Work,
    pub(crate) keys: Arc<TenantKeys>,
    done: oneshot::Sender<Result<Done, Problem>>,
}

impl Job {
    pub(crate) fn finish(self, result: Result<Done, Problem>) {
        // Whoever asked may have gone; the work is done all the same.
        let _ = self.done.send(result);
    }
}

#[derive(Default)]
pub(crate) struct Lane {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    draining: bool,
}

impl Lane {
    /// Puts a work in the queue. Whoever gets a [`Drain`] must drain.
    pub(crate) fn push(
        self: &Arc<Self>,
        asked: Asked,
        work: Work,
        keys: Arc<TenantKeys>,
    ) -> Result<(Ticket, Option<Drain>), Failure> {
        let (done, ticket) = oneshot::channel();
        let mut state = self.state.lock();
        if state.waiting.len() >= WAITING_AT_MOST {
            return Err(Failure::Overloaded);
        }
        state.waiting.push_back(Job { asked, work, keys, done });
        let starts = !std::mem::replace(&mut state.draining, true);
        Ok((Ticket(ticket), starts.then(|| Drain { lane: self.clone(), over: false })))
    }
}

/// Where the answer to a queued work arrives.
pub(crate) struct Ticket(oneshot::Receiver<Result<Done, Problem>>);

impl Ticket {
    pub(crate) async fn answer(self) -> Result<Done, Problem> {
        self.0.await.unwrap_or_else(|_| Err(Failure::Unknown.into()))
    }
}

/// The right to empty a lane. Whoever drops it before the lane is empty, in a panic or because all ends, lets the next push
/// start another; those who wait are told that nobody knows, for a silent wait would be worse.
pub(crate) struct Drain {
    lane: Arc<Lane>,
    over: bool,
}

impl Drain {
    /// The works that wait, up to `most` of them, a guarded one alone, so that its guard fails nobody else; `None` when there are none, and then the drain is over.
    pub(crate) fn take(&mut self, most: usize) -> Option<Vec<Job>> {
        let mut state = self.lane.state.lock();
        if state.waiting.is_empty() {
            state.draining = false;
            self.over = true;
            return None;
        }
        let together = state.waiting.iter().take_while(|job| job.asked.guard.is_none()).count();
        let count = together.clamp(1, most);
        Some(state.waiting.drain(..count).collect())
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        if !self.over {
            let mut state = self.lane.state.lock();
            state.draining = false;
            state.waiting.clear();
        }
    }
}
