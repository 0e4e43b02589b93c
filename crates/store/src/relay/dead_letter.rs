//! Events that a subscriber could not handle: put aside, so that the others go on, and for a person to look at.

use kernel::{Actor, CorrelationId, EventId, Problem, Timestamp, Write, args, boxed};
use serde::Serialize;
use uuid::Uuid;

use super::subscriber::{Effect, Subscriber, handed_over};
use crate::engine::Row;
use crate::problems::{SUBSCRIBER_GONE, TAKEN_OVER};
use crate::work::{Asked, Guard, Work};
use crate::{Failure, Select, Tenant};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadLetter {
    pub id: Uuid,
    pub subscriber: String,
    /// The event's place in the tenant's log.
    pub position: i64,
    pub event: EventId,
    pub kind: String,
    /// How often it was handed over.
    pub attempts: i64,
    /// What the subscriber said last.
    pub problem: String,
    pub parked_at: Timestamp,
}

const COLUMNS: &str =
    "select id, subscriber, position, event, kind, attempts, problem, parked from dead_letters";

impl Tenant {
    /// Dead letters in the order in which they were put aside, after an id.
    #[boxed]
    pub async fn dead_letters(
        &self,
        subscriber: Option<&str>,
        after: Uuid,
        rows: usize,
    ) -> Result<Vec<DeadLetter>, Failure> {
        let (sql, args) = Select::new(COLUMNS)
            .and("id > ?", after)
            .maybe("subscriber = ?", subscriber.map(str::to_owned))
            .page("id", rows)
            .statement();
        self.rows(&sql, args, letter).await
    }

    #[boxed]
    pub async fn dead_letter(&self, id: Uuid) -> Result<DeadLetter, Problem> {
        let (sql, args) = Select::new(COLUMNS).and("id = ?", id).statement();
        self.row(&sql, args, letter).await?.ok_or_else(|| Problem::not_found("dead letter"))
    }

    /// Hands the event over once more. When it is handled, the letter is gone with the same commit as its effect; when it
    /// is not, the letter says why, and stays.
    #[boxed]
    pub async fn replay(
        &self,
        id: Uuid,
        subscribers: &[std::sync::Arc<dyn Subscriber>],
    ) -> Result<(), Problem> {
        let letter = self.dead_letter(id).await?;
        let subscriber = subscribers.iter().find(|one| one.name() == letter.subscriber);
        let subscriber = subscriber.ok_or_else(|| {
            let detail = format!(
                "There is no subscriber {:?} any more; its dead letters can only be dropped.",
                letter.subscriber
            );
            SUBSCRIBER_GONE.says(detail)
        })?;
        let events = self.events(letter.position - 1, 1).await?;
        let recorded = events.first().ok_or_else(Problem::bug)?;
        let now = self.cell().now();
        let handled = match handed_over(&**subscriber, self, recorded).await {
            Ok(Effect::Done) => self.tend(vec![gone(&letter)], now).await,
            Ok(Effect::Plan(jobs)) => {
                let planned = jobs.iter().map(|job| job.planned(now));
                let written = self.tend(planned.chain([gone(&letter)]).collect(), now).await;
                self.cell().commits().job_planned(self.id());
                written
            }
            Ok(Effect::Work(work)) => self.with_letter(&letter, recorded.event.id, work, now).await,
            Err(problem) => Err(problem),
        };
        if let Err(problem) = &handled
            && problem.code != TAKEN_OVER.code
        {
            let sql = "update dead_letters set attempts = attempts + 1, problem = $2 where id = $1";
            self.tend(vec![Write::one(sql, args![id, problem.detail.clone()])], now).await?;
        }
        handled
    }

    /// Drops a letter: nobody wants it handled any more.
    #[boxed]
    pub async fn drop_letter(&self, id: Uuid) -> Result<(), Problem> {
        let letter = self.dead_letter(id).await?;
        self.tend(vec![gone(&letter)], self.cell().now()).await
    }

    async fn with_letter(
        &self,
        letter: &DeadLetter,
        cause: EventId,
        work: Work,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let mut asked = Asked::by(Actor::system(), CorrelationId::new(), now);
        asked.causation = Some(cause);
        asked.guard = Some(Guard(vec![gone(letter)]));
        self.run(asked, work).await.map(|_| ())
    }
}

fn gone(letter: &DeadLetter) -> Write {
    Write::one("delete from dead_letters where id = $1", args![letter.id])
}

fn letter(row: &Row<'_>) -> Result<DeadLetter, Failure> {
    Ok(DeadLetter {
        id: row.get(0)?,
        subscriber: row.get(1)?,
        position: row.get(2)?,
        event: EventId(row.get(3)?),
        kind: row.get(4)?,
        attempts: row.get(5)?,
        problem: row.get(6)?,
        parked_at: row.get(7)?,
    })
}
