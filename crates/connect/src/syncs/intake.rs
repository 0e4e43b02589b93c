//! What a shop takes in from an ERP: one sync at a time, page after page, each once.

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::clients::erp::Stage;
use crate::{PartnerId, Refusal, SyncId};

/// The syncs with one partner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intake {
    pub open: Option<Open>,
    /// The watermark: from when on the next sync reads.
    pub since: Option<String>,
}

/// Under which the syncs with a partner are kept: a stream of their own, beside the partner's.
pub fn id(partner: PartnerId) -> Uuid {
    Uuid::new_v5(&partner.uuid(), b"intake")
}

/// A sync under way, and the page that it takes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    pub sync: SyncId,
    stage: Stage,
    page: i64,
    /// What the first page said of its moment.
    as_of: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SyncOutcome)]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    Done,
    Failed,
    Cancelled,
}

/// What became of a page's items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub items: i64,
    pub created: i64,
    pub adjusted: i64,
    pub unchanged: i64,
}

/// A row that was not taken, or not as it is, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    pub sku: String,
    /// For people.
    pub reason: String,
    /// Whether the ERP counts fewer than are promised to orders.
    pub conflict: bool,
}

kernel::events! {
    pub enum IntakeEvent {
        Began(Began) = ("sync.began", 1),
        Taken(Taken) = ("sync.page_taken", 1),
        Ended(Ended) = ("sync.ended", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Began {
    pub partner: PartnerId,
    pub sync: SyncId,
    /// The job that does it.
    pub job: Uuid,
    pub since: Option<String>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub sync: SyncId,
    pub stage: Stage,
    pub page: i64,
    pub more: bool,
    pub as_of: String,
    pub counts: Counts,
    pub rejects: Vec<Reject>,
    /// How many rejects and conflicts there were before.
    pub numbered_from: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub sync: SyncId,
    pub outcome: Outcome,
    pub told: String,
    /// The watermark from now on.
    pub since: Option<String>,
    pub at: Timestamp,
}

impl Aggregate for Intake {
    const KIND: &'static str = "intake";
    type Event = IntakeEvent;

    fn apply(&mut self, event: &IntakeEvent) {
        match event {
            IntakeEvent::Began(began) => {
                self.open = Some(Open { sync: began.sync, stage: Stage::Products, page: 1, as_of: None });
            }
            IntakeEvent::Taken(taken) => {
                if let Some(open) = &mut self.open {
                    open.as_of.get_or_insert_with(|| taken.as_of.clone());
                    (open.stage, open.page) = after(taken.stage, taken.page, taken.more);
                }
            }
            IntakeEvent::Ended(ended) => (self.open, self.since) = (None, ended.since.clone()),
        }
    }
}

/// Where a sync goes on after a page.
pub fn after(stage: Stage, page: i64, more: bool) -> (Stage, i64) {
    match (stage, more) {
        (stage, true) => (stage, page + 1),
        (Stage::Products, false) => (Stage::Inventory, 1),
        (Stage::Inventory, false) => (Stage::Inventory, page),
    }
}

pub struct Begin {
    pub partner: PartnerId,
    pub sync: SyncId,
    pub job: Uuid,
    /// Everything, and not only what changed since the last one.
    pub full: bool,
}

impl Decide<Begin> for Intake {
    type Refusal = Refusal;

    fn decide(&self, begin: &Begin, now: Timestamp) -> Result<Vec<IntakeEvent>, Refusal> {
        match &self.open {
            Some(open) if open.sync == begin.sync => return Ok(Vec::new()),
            Some(open) => return Err(Refusal::SyncRunning(open.sync)),
            None => {}
        }
        let since = self.since.clone().filter(|_| !begin.full);
        let Begin { partner, sync, job, .. } = begin;
        Ok(vec![Began { partner: *partner, sync: *sync, job: *job, since, at: now }.into()])
    }
}

/// A page with what became of it.
pub struct Take(pub Taken);

impl Decide<Take> for Intake {
    type Refusal = Refusal;

    fn decide(&self, Take(taken): &Take, _now: Timestamp) -> Result<Vec<IntakeEvent>, Refusal> {
        let open = self.open.as_ref().filter(|open| open.sync == taken.sync).ok_or(Refusal::SyncOver)?;
        if (open.stage, open.page) != (taken.stage, taken.page) {
            return Err(Refusal::PageTaken);
        }
        Ok(vec![taken.clone().into()])
    }
}

pub struct End {
    pub sync: SyncId,
    pub outcome: Outcome,
    pub told: String,
}

impl Decide<End> for Intake {
    type Refusal = Refusal;

    /// Only a sync that is done moves the watermark: what another one did not come to is read again.
    fn decide(&self, end: &End, now: Timestamp) -> Result<Vec<IntakeEvent>, Refusal> {
        let Some(open) = self.open.as_ref().filter(|open| open.sync == end.sync) else {
            return Ok(Vec::new());
        };
        let done = end.outcome == Outcome::Done;
        let since = open.as_of.clone().filter(|_| done).or_else(|| self.since.clone());
        let End { sync, outcome, told } = end;
        Ok(vec![Ended { sync: *sync, outcome: *outcome, told: told.clone(), since, at: now }.into()])
    }
}

#[cfg(test)]
mod tests {
    use kernel::Word;
    use kernel::aggregate::given;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(0);
    const PARTNER: PartnerId = PartnerId(Uuid::nil());

    fn began(sync: SyncId) -> IntakeEvent {
        Began { partner: PARTNER, sync, job: sync.uuid(), since: None, at: NOW }.into()
    }

    fn page(sync: SyncId, stage: Stage, page: i64, more: bool) -> Take {
        let (counts, rejects) = (Counts::default(), Vec::new());
        let as_of = format!("{} {page}", stage.as_str());
        Take(Taken { sync, stage, page, more, as_of, counts, rejects, numbered_from: 0 })
    }

    fn end(sync: SyncId, outcome: Outcome) -> End {
        End { sync, outcome, told: String::new() }
    }

    #[test]
    fn a_page_is_taken_once_and_in_its_turn() {
        let sync = SyncId::new();
        let first = page(sync, Stage::Products, 1, false);
        let fresh = || given::<Intake>([began(sync)]);
        assert_eq!(fresh().when(&page(sync, Stage::Products, 2, true), NOW), Err(Refusal::PageTaken));
        let taken = fresh().when(&first, NOW).unwrap();
        let on = || given::<Intake>([vec![began(sync)], taken.clone()].concat());
        assert_eq!(on().when(&first, NOW), Err(Refusal::PageTaken));
        assert!(on().when(&page(sync, Stage::Inventory, 1, true), NOW).is_ok());
        let stranger = page(SyncId::new(), Stage::Inventory, 1, true);
        assert_eq!(on().when(&stranger, NOW), Err(Refusal::SyncOver));
    }

    #[test]
    fn only_a_sync_that_is_done_moves_the_watermark_and_to_its_first_page() {
        let sync = SyncId::new();
        let happened = [
            began(sync),
            page(sync, Stage::Products, 1, false).0.into(),
            page(sync, Stage::Inventory, 1, false).0.into(),
        ];
        for (outcome, since) in
            [(Outcome::Done, Some("products 1")), (Outcome::Failed, None), (Outcome::Cancelled, None)]
        {
            let ended = given::<Intake>(happened.clone()).when(&end(sync, outcome), NOW).unwrap();
            let IntakeEvent::Ended(ended) = &ended[0] else { panic!("it ended") };
            assert_eq!(ended.since.as_deref(), since);
        }
    }

    #[test]
    fn one_sync_runs_at_a_time_and_ending_twice_is_ending_once() {
        let (one, other) = (SyncId::new(), SyncId::new());
        let begin = |sync: SyncId| Begin { partner: PARTNER, sync, job: sync.uuid(), full: false };
        let running = || given::<Intake>([began(one)]);
        assert_eq!(running().when(&begin(other), NOW), Err(Refusal::SyncRunning(one)));
        assert_eq!(running().when(&begin(one), NOW), Ok(Vec::new()));
        assert_eq!(running().when(&end(other, Outcome::Done), NOW), Ok(Vec::new()));
    }
}
