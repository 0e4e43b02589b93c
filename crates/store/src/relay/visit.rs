//! One visit of a tenant: its log is read once for all subscribers that stand at the same place, a stretch at a time.
//!
//! Whoever is behind the others is brought to where they stand first, so that they go on together. Those that nothing
//! concerned are moved on in one write. A visit is over after its turn even when more is left: others come first then,
//! however long the log is.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use kernel::{Timestamp, Write, args};

use super::follow::{Cursor, Follower};
use super::shared::Shared;
use crate::{Failure, Tenant};

/// How long a visit goes on while others may wait.
const TURN: Duration = Duration::from_millis(20);

/// How many events are read at a time, and over how many places of the log they are looked for.
const READ: usize = 256;
const STRETCH: i64 = 4096;

/// Brings the tenant's subscribers on as far as a turn goes; says whether more is left.
pub(super) async fn follow(shared: &Shared, tenant: &Tenant, fence: i64) -> Result<bool, Failure> {
    let (found, head) = cursors(tenant).await?;
    let Some(mut round) = Round::begin(shared, tenant, fence, found, head).await? else { return Ok(false) };
    let (half, turn) = (Instant::now() + TURN / 2, Instant::now() + TURN);
    let mut left = false;
    while let Some((after, upto)) = round.next_stretch(Instant::now() < half) {
        if Instant::now() >= turn {
            left = true;
            break;
        }
        round.go(after, upto, turn).await;
    }
    round.write_down().await?;
    Ok(left)
}

/// Where each subscriber stands, and where the log ends.
async fn cursors(tenant: &Tenant) -> Result<(HashMap<String, Cursor>, i64), Failure> {
    let queries = [
        ("select subscriber, position, attempts, retry_at, fence from cursors", Vec::new()),
        ("select coalesce(max(position), 0) from events", Vec::new()),
    ];
    let (mut found, mut head) = (HashMap::new(), 0);
    tenant
        .read(&queries, &mut |query, row| {
            if query == 0 {
                let (position, attempts) = (row.get(1)?, row.get(2)?);
                let cursor = Cursor { position, attempts, retry_at: row.get(3)?, fence: row.get(4)? };
                found.insert(row.get(0)?, cursor);
            } else {
                head = row.get(0)?;
            }
            Ok(())
        })
        .await?;
    Ok((found, head))
}

struct Round<'a> {
    shared: &'a Shared,
    tenant: &'a Tenant,
    head: i64,
    followers: Vec<Follower<'a>>,
}

impl<'a> Round<'a> {
    /// Puts our fence on the cursors of all that are behind; `None` when someone else did so first.
    async fn begin(
        shared: &'a Shared,
        tenant: &'a Tenant,
        fence: i64,
        found: HashMap<String, Cursor>,
        head: i64,
    ) -> Result<Option<Self>, Failure> {
        let (mut followers, mut taken_over) = (Vec::new(), Vec::new());
        for subscriber in &shared.workers.subscribers {
            let cursor = found.get(subscriber.name()).copied();
            let position = cursor.map_or(0, |cursor| cursor.position);
            shared.behind.note(subscriber.name(), tenant.id(), head - position);
            if position >= head || cursor.is_some_and(|cursor| cursor.fence > fence) {
                continue;
            }
            if let Some(at) = cursor.map(|cursor| cursor.retry_at).filter(|at| *at > shared.cell.now()) {
                shared.wake_at(tenant.id(), at);
            }
            taken_over.extend(take_over(subscriber.name(), cursor, fence));
            let fresh = Cursor { position: 0, attempts: 0, retry_at: Timestamp::from_micros(0), fence };
            let cursor = Cursor { fence, ..cursor.unwrap_or(fresh) };
            followers.push(Follower::new(shared, tenant, &**subscriber, cursor));
        }
        let (now, mut writes) = (shared.cell.now(), taken_over);
        let planned = if followers.is_empty() { Vec::new() } else { shared.growth.writes(tenant.id(), now) };
        let plans = !planned.is_empty();
        writes.extend(planned);
        let ours = writes.is_empty() || shared.tend(tenant, writes).await?;
        if ours && plans {
            shared.growth.planned(tenant.id(), now);
            shared.cell.commits().job_planned(tenant.id());
        }
        Ok(ours.then_some(Self { shared, tenant, head, followers }))
    }

    /// Between where the hindmost stand and where the next ones do; or from where the foremost stand, so that one who has a
    /// long way to go does not keep them.
    fn next_stretch(&self, hindmost: bool) -> Option<(i64, i64)> {
        let now = self.shared.cell.now();
        let mut places: Vec<i64> = self
            .followers
            .iter()
            .filter(|follower| follower.seen() < self.head && follower.goes_on(now))
            .map(Follower::seen)
            .collect();
        places.sort_unstable();
        places.dedup();
        let at = if hindmost { 0 } else { places.len().saturating_sub(1) };
        let after = *places.get(at)?;
        let next = places.get(at + 1).copied().unwrap_or(self.head);
        Some((after, next.min(after + STRETCH)))
    }

    async fn go(&mut self, after: i64, upto: i64, turn: Instant) {
        let now = self.shared.cell.now();
        let here = self.followers.iter_mut().filter(|one| one.seen() == after && one.goes_on(now));
        let wanted = self.shared.wanted.as_deref();
        let events = match self.tenant.stretch(after, upto, wanted, READ).await {
            Ok(events) => events,
            // The others go on.
            Err(failure) => return here.for_each(|one| one.stop(&failure)),
        };
        // However long the reading took, what was read is worth some time.
        let turn = turn.max(Instant::now() + TURN / 4);
        let reached = match events.last() {
            Some(last) if events.len() == READ => last.position,
            _ => upto,
        };
        // Those whom the turn does not reach are the hindmost of the next.
        for (number, follower) in here.enumerate() {
            if number == 0 || Instant::now() < turn || !follower.wants_any(&events) {
                follower.take(&events, reached, turn).await;
            }
        }
    }

    /// How far those have come that nothing concerned.
    async fn write_down(&mut self) -> Result<(), Failure> {
        let writes: Vec<Write> = self.followers.iter().flat_map(Follower::passed_over).collect();
        if !writes.is_empty() && self.shared.tend(self.tenant, writes).await? {
            self.followers.iter_mut().for_each(Follower::passed);
        }
        for follower in &self.followers {
            let behind = self.head - follower.position();
            self.shared.behind.note(follower.name(), self.tenant.id(), behind);
        }
        Ok(())
    }
}

fn take_over(subscriber: &'static str, cursor: Option<Cursor>, fence: i64) -> Option<Write> {
    match cursor {
        Some(cursor) if cursor.fence == fence => None,
        Some(cursor) => Some(Write::one(
            "update cursors set fence = $2 where subscriber = $1 and fence = $3",
            args![subscriber, fence, cursor.fence],
        )),
        None => Some(Write::one(
            "insert into cursors (subscriber, position, fence, attempts, retry_at) values ($1, 0, $2, 0, 0) on conflict do nothing",
            args![subscriber, fence],
        )),
    }
}
