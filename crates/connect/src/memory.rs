//! What partners said, each for as long as it holds: so that whoever asks the same again gets the same, at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use kernel::Timestamp;
use parking_lot::Mutex;

/// How long an answer holds: from the cart to the order, and not into tomorrow's price.
pub const HOLDS: Duration = Duration::from_secs(5 * 60);

/// How long nobody else waits for a partner that has just kept somebody waiting.
pub const SILENT: Duration = Duration::from_secs(10);

/// `None` is what was not answered.
pub struct Memory<K, V> {
    known: Mutex<HashMap<K, (Timestamp, Option<V>)>>,
    /// How many answers are remembered, over all tenants of this node; then all are forgotten.
    most: usize,
}

impl<K: Eq + Hash, V: Clone> Memory<K, V> {
    pub fn of(most: usize) -> Self {
        Self { known: Mutex::default(), most }
    }

    pub fn recall(&self, key: &K, now: Timestamp) -> Option<Option<V>> {
        let known = self.known.lock();
        known.get(key).filter(|(until, _)| now < *until).map(|(_, said)| said.clone())
    }

    pub fn keep(&self, key: K, said: Option<V>, now: Timestamp) {
        let mut known = self.known.lock();
        if known.len() >= self.most {
            known.clear();
        }
        let holds = if said.is_some() { HOLDS } else { SILENT };
        known.insert(key, (now.plus(holds), said));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_holds_for_its_question_and_for_five_minutes_and_silence_for_ten_seconds() {
        let (known, start) = (Memory::of(10), Timestamp::from_micros(0));
        known.keep(1, Some("yes"), start);
        known.keep(2, None, start);
        assert_eq!(known.recall(&1, start.plus(HOLDS / 2)), Some(Some("yes")));
        assert_eq!(known.recall(&1, start.plus(HOLDS)), None);
        assert_eq!(known.recall(&2, start), Some(None));
        assert_eq!(known.recall(&2, start.plus(SILENT)), None);
        assert_eq!(known.recall(&3, start), None);
    }

    #[test]
    fn no_more_is_remembered_than_there_is_room_for() {
        let (known, start) = (Memory::of(2), Timestamp::from_micros(0));
        for key in 1..=3 {
            known.keep(key, Some(()), start);
        }
        assert_eq!(known.recall(&1, start), None);
        assert_eq!(known.recall(&3, start), Some(Some(())));
    }
}
