//! Deciding one work: over its desk, or, when it was done before, by the reply that was kept.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use kernel::{Fault, Problem};
use uuid::Uuid;

use super::asked::{Asked, Once};
use super::desk::{Desk, Effects, Ground};
use super::loaded::Loaded;
use super::reply::{Done, Reply};
use super::unit::Work;
use crate::problems::IDEMPOTENCY_KEY_REUSED;

/// The replies kept under the idempotency keys of a batch, open.
pub(crate) type KeptReplies = HashMap<Uuid, (Vec<u8>, Reply)>;

/// Decides one work over what is loaded. The effects must be committed before the result is told.
pub(crate) fn decide(
    ground: Ground<'_>,
    asked: &Asked,
    work: &Work,
    loaded: &mut Loaded,
    kept: &mut KeptReplies,
) -> (Result<Done, Problem>, Effects) {
    if let Some(once) = &asked.once
        && let Some((fingerprint, reply)) = kept.get(&once.id())
    {
        return (replay(once, fingerprint, reply), Effects::default());
    }
    let desk = Desk::new(ground, asked, &work.subjects, loaded);
    let (result, effects) = run(work, asked, desk);
    if let (Some(once), Some(reply)) = (&asked.once, reply_of(&result)) {
        kept.insert(once.id(), (once.fingerprint.clone(), reply));
    }
    (result.map(|reply| Done { reply, replayed: false }), effects)
}

/// What a repetition is answered with, when there is anything final to answer.
fn reply_of(result: &Result<Reply, Problem>) -> Option<Reply> {
    match result {
        Ok(reply) => Some(reply.clone()),
        Err(problem) if is_kept(problem) => Some(Reply::refusal(problem)),
        Err(_) => None,
    }
}

/// A version that was overtaken stays overtaken, so that need not be kept: whoever repeats it is refused again, and
/// whoever reads again under the same key goes on.
fn is_kept(problem: &Problem) -> bool {
    problem.is_final() && problem.fault != Fault::Changed
}

fn run(work: &Work, asked: &Asked, mut desk: Desk<'_>) -> (Result<Reply, Problem>, Effects) {
    let decided = catch_unwind(AssertUnwindSafe(|| (work.decide)(&mut desk)));
    match decided {
        Ok(Ok(reply)) => {
            let effects = desk.accept(&reply);
            (Ok(reply), effects)
        }
        Ok(Err(problem)) => {
            let refusal = is_kept(&problem).then(|| Reply::refusal(&problem));
            let effects = desk.refuse(refusal.as_ref());
            (Err(problem), effects)
        }
        Err(panic) => {
            let why =
                panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            tracing::error!(correlation = %asked.correlation, why, "A decision panicked");
            (Err(Problem::bug()), Effects::default())
        }
    }
}

fn replay(once: &Once, fingerprint: &[u8], reply: &Reply) -> Result<Done, Problem> {
    if once.fingerprint != fingerprint {
        let detail = "This Idempotency-Key was used for a different request. Use a new key for a new request, and the same key only to repeat one unchanged.";
        return Err(IDEMPOTENCY_KEY_REUSED.says(detail));
    }
    match reply.clone().into_result() {
        Ok(reply) => Ok(Done { reply, replayed: true }),
        Err(problem) => Err(problem.with("replayed", true)),
    }
}
