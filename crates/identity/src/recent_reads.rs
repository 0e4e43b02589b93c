//! A cache of what a node has read within the last second, so that not every request asks the tables.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use kernel::Timestamp;
use parking_lot::Mutex;

/// How long it takes at most until a change on another node is seen here.
const LASTS: Duration = Duration::from_secs(1);

/// Entries at most. What does not fit is read again by each request.
const AT_MOST: usize = 20_000;

/// What was read, and when.
pub struct RecentReads<K, V>(Mutex<HashMap<K, (Timestamp, V)>>);

impl<K, V> Default for RecentReads<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> RecentReads<K, V> {
    pub fn get(&self, key: &K, now: Timestamp) -> Option<V> {
        let all = self.0.lock();
        let (read, value) = all.get(key)?;
        (now.since(*read) < LASTS).then(|| value.clone())
    }

    pub fn keep(&self, key: K, value: V, now: Timestamp) {
        let mut all = self.0.lock();
        if all.len() >= AT_MOST {
            all.retain(|_, (read, _)| now.since(*read) < LASTS);
        }
        if all.len() < AT_MOST {
            all.insert(key, (now, value));
        }
    }

    pub fn forget(&self, which: impl Fn(&K) -> bool) {
        self.0.lock().retain(|key, _| !which(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_counts_for_a_second_or_until_it_is_forgotten() {
        let at = |millis: i64| Timestamp::from_micros(millis * 1000);
        let remembered = RecentReads::default();
        remembered.keep("ada", 1, at(0));
        remembered.keep("bob", 2, at(0));
        assert_eq!(remembered.get(&"ada", at(999)), Some(1));
        assert_eq!(remembered.get(&"ada", at(1000)), None);
        remembered.forget(|name| *name == "bob");
        assert_eq!((remembered.get(&"ada", at(1)), remembered.get(&"bob", at(1))), (Some(1), None));
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let (remembered, now) = (RecentReads::default(), Timestamp::from_micros(0));
        for number in 0..=AT_MOST {
            remembered.keep(number, (), now);
        }
        assert_eq!(remembered.0.lock().len(), AT_MOST);
        // What is old makes room.
        remembered.keep(AT_MOST + 1, (), Timestamp::from_micros(1_000_000));
        assert_eq!(remembered.0.lock().len(), 1);
    }
}
