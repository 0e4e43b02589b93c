//! A cache of what partners answered: whoever asks the same again within a while gets the same, at once.
//!
//! Questions are made up by whoever fills a cart, and that may be anybody. So a question is kept as a hash, however long it
//! is; no tenant takes the room of the others; and a shop has only so many new questions a minute.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use kernel::{TenantId, Timestamp};
use parking_lot::Mutex;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::PartnerId;

/// How long an answer holds: from the cart to the order, and not into tomorrow's price.
pub const HOLDS: Duration = Duration::from_secs(5 * 60);

/// How long nobody else waits for a partner that has just kept somebody waiting.
pub const SILENT: Duration = Duration::from_secs(10);

const MINUTE: i64 = 60_000_000;

/// Who is asked what: by the partner as it was configured, too, for another address has other prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Question {
    tenant: TenantId,
    partner: PartnerId,
    version: i64,
    asked: [u8; 32],
}

impl Question {
    pub fn new(tenant: TenantId, partner: PartnerId, version: i64, asked: &impl Serialize) -> Self {
        let text = serde_json::to_vec(asked).expect("a question has string keys and no failing serializers");
        Self { tenant, partner, version, asked: Sha256::digest(text).into() }
    }
}

/// How much is remembered and asked. What an answer has weighs one a part, and one for itself.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Over all tenants of a node.
    pub all: usize,
    pub of_one_tenant: usize,
    pub new_a_minute: u32,
}

impl Bounds {
    pub const fn asking(new_a_minute: u32) -> Self {
        Self { all: 50_000, of_one_tenant: 5_000, new_a_minute }
    }
}

pub struct AnswerCache<T> {
    bounds: Bounds,
    known: Mutex<Known<T>>,
    asked: Mutex<Asked>,
}

/// How many new questions each tenant had in this minute.
#[derive(Default)]
struct Asked {
    minute: i64,
    counts: HashMap<TenantId, u32>,
}

impl<T: Clone> AnswerCache<T> {
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, known: Mutex::new(Known::default()), asked: Mutex::default() }
    }

    /// What was said to a question; `Some(None)` when it was not answered.
    pub fn recall(&self, question: &Question, now: Timestamp) -> Option<Option<Vec<T>>> {
        let known = self.known.lock();
        known.answers.get(question).filter(|answer| now < answer.until).map(|answer| answer.said.clone())
    }

    /// Whether a question that nobody remembers may be asked; it counts. Partners are paid by the question, so that what
    /// is beyond is as if the partner were silent.
    pub fn may_ask(&self, question: &Question, now: Timestamp) -> bool {
        let mut asked = self.asked.lock();
        let minute = now.as_micros().div_euclid(MINUTE);
        if asked.minute != minute {
            *asked = Asked { minute, counts: HashMap::new() };
        }
        let count = asked.counts.entry(question.tenant).or_default();
        *count = count.saturating_add(1);
        // Said once a minute: whoever asks without end fills no log with it.
        if *count == self.bounds.new_a_minute.saturating_add(1) {
            tracing::warn!(partner = %question.partner, "A shop has more new questions than its partners are asked in a minute; its own prices and rates are taken");
        }
        *count <= self.bounds.new_a_minute
    }

    pub fn keep(&self, question: Question, said: Option<Vec<T>>, now: Timestamp) {
        let mut known = self.known.lock();
        known.forget_what_ended(now);
        known.forget(&question);
        let holds = if said.is_some() { HOLDS } else { SILENT };
        known.add(question, Answer { until: now.plus(holds), said });
        while known.weight_of(question.tenant) > self.bounds.of_one_tenant {
            known.forget_first_of(question.tenant);
        }
        while known.weight > self.bounds.all
            && let Some(tenant) = known.heaviest()
        {
            known.forget_first_of(tenant);
        }
    }
}

struct Answer<T> {
    until: Timestamp,
    said: Option<Vec<T>>,
}

impl<T> Answer<T> {
    fn weight(&self) -> usize {
        1 + self.said.as_ref().map_or(0, Vec::len)
    }
}

struct Known<T> {
    answers: HashMap<Question, Answer<T>>,
    /// What ends first stands first: here over all, and in each tenant's share.
    endings: BTreeSet<(Timestamp, Question)>,
    shares: HashMap<TenantId, Share>,
    weight: usize,
}

#[derive(Default)]
struct Share {
    endings: BTreeSet<(Timestamp, Question)>,
    weight: usize,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self { answers: HashMap::new(), endings: BTreeSet::new(), shares: HashMap::new(), weight: 0 }
    }
}

impl<T> Known<T> {
    fn add(&mut self, question: Question, answer: Answer<T>) {
        let (weight, ending) = (answer.weight(), (answer.until, question));
        let share = self.shares.entry(question.tenant).or_default();
        share.weight += weight;
        share.endings.insert(ending);
        self.weight += weight;
        self.endings.insert(ending);
        self.answers.insert(question, answer);
    }

    fn forget(&mut self, question: &Question) {
        let Some(answer) = self.answers.remove(question) else { return };
        let (weight, ending) = (answer.weight(), (answer.until, *question));
        self.weight -= weight;
        self.endings.remove(&ending);
        let Some(share) = self.shares.get_mut(&question.tenant) else { return };
        share.weight -= weight;
        share.endings.remove(&ending);
        if share.endings.is_empty() {
            self.shares.remove(&question.tenant);
        }
    }

    fn forget_what_ended(&mut self, now: Timestamp) {
        while let Some((until, question)) = self.endings.first().copied()
            && until <= now
        {
            self.forget(&question);
        }
    }

    fn forget_first_of(&mut self, tenant: TenantId) {
        let first = self.shares.get(&tenant).and_then(|share| share.endings.first()).copied();
        if let Some((_, question)) = first {
            self.forget(&question);
        }
    }

    fn weight_of(&self, tenant: TenantId) -> usize {
        self.shares.get(&tenant).map_or(0, |share| share.weight)
    }

    /// Whoever has most; of those who have as much, whoever's answer ends first.
    fn heaviest(&self) -> Option<TenantId> {
        let heaviest =
            self.shares.iter().max_by_key(|(_, share)| (share.weight, Reverse(share.endings.first())));
        heaviest.map(|(tenant, _)| *tenant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_micros(0);
    const SMALL: Bounds = Bounds { all: 12, of_one_tenant: 6, new_a_minute: 3 };

    fn asked(tenant: TenantId, number: u8) -> Question {
        Question { tenant, partner: PartnerId(uuid::Uuid::nil()), version: 1, asked: [number; 32] }
    }

    /// An answer that weighs two.
    fn said() -> Option<Vec<&'static str>> {
        Some(vec!["yes"])
    }

    fn after(seconds: u64) -> Timestamp {
        START.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn an_answer_holds_for_its_question_and_for_five_minutes_and_silence_for_ten_seconds() {
        let (memory, tenant) = (AnswerCache::new(SMALL), TenantId::new());
        memory.keep(asked(tenant, 1), said(), START);
        memory.keep(asked(tenant, 2), None, START);
        assert_eq!(memory.recall(&asked(tenant, 1), START.plus(HOLDS / 2)), Some(said()));
        assert_eq!(memory.recall(&asked(tenant, 1), START.plus(HOLDS)), None);
        assert_eq!(memory.recall(&asked(tenant, 2), START), Some(None));
        assert_eq!(memory.recall(&asked(tenant, 2), START.plus(SILENT)), None);
        assert_eq!(memory.recall(&asked(tenant, 3), START), None);
        assert_eq!(memory.recall(&asked(TenantId::new(), 1), START), None);
    }

    #[test]
    fn a_question_is_the_same_when_the_same_is_asked_of_the_partner_as_it_was() {
        let (tenant, id) = (TenantId::new(), PartnerId::new());
        let question = |version, asked: &str| Question::new(tenant, id, version, &asked);
        assert!(question(1, "a") == question(1, "a"));
        assert!(question(1, "a") != question(1, "b") && question(1, "a") != question(2, "a"));
    }

    #[test]
    fn what_has_ended_takes_no_room_of_anybody() {
        let (memory, gone, here) = (AnswerCache::new(SMALL), TenantId::new(), TenantId::new());
        memory.keep(asked(gone, 1), said(), START);
        memory.keep(asked(gone, 2), None, START);
        memory.keep(asked(here, 3), said(), START.plus(HOLDS));
        let known = memory.known.lock();
        assert_eq!((known.answers.len(), known.weight, known.shares.len()), (1, 2, 1));
        assert_eq!(known.endings.len(), 1);
    }

    #[test]
    fn a_tenant_that_asks_without_end_loses_its_own_oldest_and_no_other_tenant_loses_any() {
        let (memory, quiet, loud) = (AnswerCache::new(SMALL), TenantId::new(), TenantId::new());
        memory.keep(asked(quiet, 1), said(), START);
        for number in 0..=200 {
            memory.keep(asked(loud, number), said(), after(1));
        }
        assert_eq!(memory.recall(&asked(quiet, 1), after(1)), Some(said()));
        assert_eq!(memory.recall(&asked(loud, 197), after(1)), None);
        assert_eq!(memory.recall(&asked(loud, 200), after(1)), Some(said()));
        assert_eq!(memory.known.lock().weight_of(loud), SMALL.of_one_tenant);
    }

    #[test]
    fn when_all_is_full_whoever_has_most_loses_first() {
        let (memory, quiet) = (AnswerCache::new(SMALL), TenantId::new());
        let little = Some(Vec::new());
        memory.keep(asked(quiet, 1), little.clone(), START);
        for second in 1..=20 {
            let loud = TenantId::new();
            (1..=3).for_each(|number| memory.keep(asked(loud, number), said(), after(second)));
            assert!(memory.known.lock().weight <= SMALL.all);
        }
        assert_eq!(memory.recall(&asked(quiet, 1), after(20)), Some(little));
    }

    #[test]
    fn when_all_is_full_and_all_have_as_much_what_ends_first_goes_first() {
        let (memory, tenants) = (AnswerCache::new(SMALL), [(); 8].map(|()| TenantId::new()));
        for (second, tenant) in (1..).zip(tenants) {
            memory.keep(asked(tenant, 1), said(), after(second));
        }
        let remembered = tenants.map(|tenant| memory.recall(&asked(tenant, 1), after(9)).is_some());
        assert_eq!(remembered, [false, false, true, true, true, true, true, true]);
    }

    #[test]
    fn an_answer_that_is_larger_than_a_tenants_share_is_not_remembered() {
        let (memory, tenant) = (AnswerCache::new(SMALL), TenantId::new());
        memory.keep(asked(tenant, 1), Some(vec!["yes"; SMALL.of_one_tenant]), START);
        assert_eq!(memory.recall(&asked(tenant, 1), START), None);
        assert_eq!(memory.known.lock().weight, 0);
    }

    #[test]
    fn a_question_that_is_answered_again_is_remembered_once() {
        let (memory, tenant) = (AnswerCache::new(SMALL), TenantId::new());
        memory.keep(asked(tenant, 1), None, START);
        memory.keep(asked(tenant, 1), said(), after(1));
        assert_eq!(memory.recall(&asked(tenant, 1), after(11)), Some(said()));
        let known = memory.known.lock();
        assert_eq!((known.weight, known.endings.len()), (2, 1));
    }

    #[test]
    fn a_shop_has_so_many_new_questions_a_minute_and_another_shop_has_its_own() {
        let (memory, loud, other) = (AnswerCache::<()>::new(SMALL), TenantId::new(), TenantId::new());
        let went: Vec<bool> = (1..=5).map(|number| memory.may_ask(&asked(loud, number), after(59))).collect();
        assert_eq!(went, [true, true, true, false, false]);
        assert!(memory.may_ask(&asked(other, 1), after(59)));
        assert!(memory.may_ask(&asked(loud, 6), after(60)));
    }
}
