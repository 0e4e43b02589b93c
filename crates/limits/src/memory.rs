//! The limiter of one process.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroUsize;
use std::time::Duration;

use parking_lot::Mutex;

use crate::gcra::{Pace, micros};
use crate::{Key, Limit, Verdict};

const MOST_SHARDS: usize = 64;
/// Below this a shard says little about the whole, and evicts what another would have had room for.
const KEYS_A_SHARD: usize = 256;
/// Two for each request: what is idle is gone before as many requests again have come.
const SWEPT: usize = 2;
/// Among so many the one is found that is nearest to having nothing to forget.
const LOOKED_AT: usize = 16;

/// Counts in this process, with an upper bound of keys; 100,000 of them take about 25 MB.
///
/// A key whose debt is paid is dropped. When there is no room, the key with the least used of its burst gives way, which
/// is an old and idle one or one that a flood just brought; a key that is over its limit never does. If every key is
/// over its limit, a new one is let through uncounted and shows in `galleria_limits_uncounted_total`.
pub struct Memory {
    hasher: RandomState,
    shards: Box<[Mutex<Shard>]>,
}

impl Memory {
    pub fn new(most_keys: NonZeroUsize) -> Self {
        let shards = (most_keys.get() / KEYS_A_SHARD).clamp(1, MOST_SHARDS);
        let shard = |_| Mutex::new(Shard::new(most_keys.get() / shards));
        Self { hasher: RandomState::new(), shards: (0..shards).map(shard).collect() }
    }

    pub fn check(&self, key: &Key, limit: &Limit, now: Duration) -> Verdict {
        // The lower bits choose the place within a shard's map; hashing is seeded anew for each.
        let shard = self.hasher.hash_one(key) % self.shards.len() as u64;
        let pace = Pace::of(limit);
        let (allowed, debt) = self.shards[shard as usize].lock().ask(key, pace, micros(now));
        pace.verdict(limit, allowed, debt)
    }

    /// How many keys are remembered.
    pub fn keys(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().slots.len()).sum()
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new(NonZeroUsize::new(100_000).expect("it is not zero"))
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("keys", &self.keys()).finish()
    }
}

struct Slot {
    key: Key,
    pace: Pace,
    /// The moment at which the debt is paid.
    paid: u64,
}

impl Slot {
    fn debt(&self, now: u64) -> u64 {
        self.paid.saturating_sub(now)
    }

    /// How much of its burst is used, in parts of 4096; nothing for one that is over its limit and has to stay.
    fn used(&self, now: u64) -> Option<u64> {
        let debt = self.debt(now);
        (!self.pace.is_over(debt)).then(|| (debt << 12) / self.pace.window)
    }
}

struct Shard {
    places: HashMap<Key, usize>,
    slots: Vec<Slot>,
    most: usize,
    /// Where the next look begins: it goes round, so that every slot has its turn.
    hand: usize,
}

impl Shard {
    fn new(most: usize) -> Self {
        Self { places: HashMap::new(), slots: Vec::new(), most, hand: 0 }
    }

    fn ask(&mut self, key: &Key, pace: Pace, now: u64) -> (bool, u64) {
        self.sweep(now);
        if let Some(&place) = self.places.get(key) {
            let slot = &mut self.slots[place];
            let (allowed, debt) = pace.decide(slot.debt(now));
            (slot.pace, slot.paid) = (pace, now.saturating_add(debt));
            return (allowed, debt);
        }
        let (allowed, debt) = pace.decide(0);
        if self.make_room(now) {
            self.places.insert(*key, self.slots.len());
            self.slots.push(Slot { key: *key, pace, paid: now.saturating_add(debt) });
        } else {
            metrics::counter!("galleria_limits_uncounted_total").increment(1);
        }
        (allowed, debt)
    }

    fn sweep(&mut self, now: u64) {
        for _ in 0..SWEPT.min(self.slots.len()) {
            let place = self.turn();
            if self.slots[place].debt(now) == 0 {
                self.forget(place);
            }
        }
    }

    fn make_room(&mut self, now: u64) -> bool {
        if self.slots.len() < self.most {
            return true;
        }
        let mut least: Option<(u64, usize)> = None;
        for looked_at in 0..self.slots.len() {
            if looked_at >= LOOKED_AT && least.is_some() {
                break;
            }
            let place = self.turn();
            if let Some(used) = self.slots[place].used(now)
                && least.is_none_or(|(other, _)| used < other)
            {
                least = Some((used, place));
            }
        }
        let Some((_, place)) = least else { return false };
        self.forget(place);
        true
    }

    fn turn(&mut self) -> usize {
        self.hand = (self.hand + 1) % self.slots.len();
        self.hand
    }

    fn forget(&mut self, place: usize) {
        let gone = self.slots.swap_remove(place);
        self.places.remove(&gone.key);
        if let Some(moved) = self.slots.get(place) {
            self.places.insert(moved.key, place);
        }
    }
}
