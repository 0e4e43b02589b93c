//! A hold: stock that a checkout keeps for a while. Each is a stream of its own and knows whether it was released; stocks keep
//! sums only.

use kernel::{Aggregate, Decide, Problem, Timestamp, boxed};
use serde::{Deserialize, Serialize};
use store::{Desk, Reply, Tenant, Work};
use uuid::Uuid;

use super::minute;
use super::queries;
use super::reservations::{self, ClaimHold, ReleaseHold};
use crate::{HoldId, Refusal, Stock, VariantId};

/// A checkout that takes longer begins again.

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub lines: Vec<HeldLine>,
    pub until: Option<Timestamp>,
    pub ended: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldLine {
    pub variant: VariantId,
    pub quantity: i64,
}

kernel::events! {
    pub enum HoldEvent {
        Placed(Placed) = ("stock_hold.placed", 1),
        Ended(Ended) = ("stock_hold.ended", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    pub lines: Vec<HeldLine>,
    pub until: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The order that got what was held, if one did.
    pub order: Option<Uuid>,
}

impl Aggregate for Hold {
    const KIND: &'static str = "stock_hold";
    type Event = HoldEvent;

    fn apply(&mut self, event: &HoldEvent) {
        match event {
            HoldEvent::Placed(Placed { lines, until }) => {
                self.lines.clone_from(lines);
                self.until = Some(*until);
            }
            HoldEvent::Ended(_) => self.ended = true,
        }
    }
}

/// Each variant once.
pub struct Place {
    pub lines: Vec<HeldLine>,
    pub until: Timestamp,
}

pub struct End {
    pub order: Option<Uuid>,
}

impl Decide<Place> for Hold {
    type Refusal = Refusal;

    fn decide(&self, command: &Place, _now: Timestamp) -> Result<Vec<HoldEvent>, Refusal> {
        if self.until.is_some() {
            return Err(Refusal::AlreadyThere);
        }
        Ok(vec![Placed { lines: command.lines.clone(), until: command.until }.into()])
    }
}

impl Decide<End> for Hold {
    type Refusal = Refusal;

    /// Letting go twice is letting go once; but what was let go is no order's any more.
    fn decide(&self, command: &End, _now: Timestamp) -> Result<Vec<HoldEvent>, Refusal> {
        match (self.ended, command.order) {
            (false, order) => Ok(vec![Ended { order }.into()]),
            (true, None) => Ok(Vec::new()),
            (true, Some(_)) => Err(Refusal::HoldEnded),
        }
    }
}

/// The end of the minute in which a hold is to end: stocks count by the minute.
pub fn ends(until: Timestamp) -> Timestamp {
    Timestamp::from_micros(minute(until).saturating_mul(60_000_000))
}

/// Holds all lines until a moment, or none. The work names the hold and the stock of each line.
pub fn place(desk: &mut Desk<'_>, id: HoldId, lines: &[HeldLine], until: Timestamp) -> Result<(), Problem> {
    let until = ends(until);
    desk.ask::<Hold, _>(id, &Place { lines: lines.to_vec(), until })?;
    for (n, line) in lines.iter().enumerate() {
        desk.get::<Stock>(line.variant)?;
        let hold = reservations::Hold { hold: id.uuid(), quantity: line.quantity, until };
        desk.ask::<Stock, _>(line.variant, &hold).map_err(|problem| short(problem, n))?;
    }
    Ok(())
}

/// Lets go of what is held. The work names the hold and the stock of each of its lines.
pub fn release(desk: &mut Desk<'_>, id: HoldId) -> Result<(), Problem> {
    let hold = desk.get::<Hold>(id)?.clone();
    desk.ask::<Hold, _>(id, &End { order: None })?;
    if hold.ended {
        return Ok(());
    }
    for HeldLine { variant, quantity } in hold.lines {
        let until = hold.until.unwrap_or(desk.now());
        desk.ask::<Stock, _>(variant, &ReleaseHold { hold: id.uuid(), quantity, until })?;
    }
    Ok(())
}

/// Promises what is held to an order, instead of `Reserve` for each line. The work names the hold and the stock of each
/// of its lines. When the time was over it is promised all the same if it is still there, and refused if it is not.
pub fn claim(desk: &mut Desk<'_>, id: HoldId, order: Uuid) -> Result<(), Problem> {
    let hold = desk.get::<Hold>(id)?.clone();
    desk.ask::<Hold, _>(id, &End { order: Some(order) })?;
    for (n, HeldLine { variant, quantity }) in hold.lines.into_iter().enumerate() {
        let until = hold.until.unwrap_or(desk.now());
        let claim = ClaimHold { hold: id.uuid(), quantity, until, order };
        desk.ask::<Stock, _>(variant, &claim).map_err(|problem| short(problem, n))?;
    }
    Ok(())
}

fn short(problem: Problem, n: usize) -> Problem {
    problem.at(format!("/lines/{n}/quantity"), "there are not so many left")
}

/// The work that lets go of a hold.
#[boxed]
pub async fn release_work(tenant: &Tenant, id: HoldId) -> Result<Work, Problem> {
    let variants = queries::held_variants(tenant, id).await?;
    Ok(Work::over::<Hold>([id]).and::<Stock>(variants.clone()).decide(move |desk| {
        let lines = &desk.get::<Hold>(id)?.lines;
        // A hold never changes its lines: those that are still in the table are all or none of them.
        if !variants.is_empty() && lines.len() == variants.len() {
            release(desk, id)?;
        }
        Ok(Reply::nothing())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    const NOW: Timestamp = Timestamp::from_micros(0);

    #[test]
    fn what_was_let_go_is_no_orders_any_more() {
        let placed: HoldEvent = Placed { lines: Vec::new(), until: NOW }.into();
        let ended = given::<Hold>([placed.clone(), Ended { order: None }.into()]);
        assert_eq!(ended.when(&End { order: None }, NOW), Ok(Vec::new()));
        assert_eq!(ended.when(&End { order: Some(Uuid::max()) }, NOW), Err(Refusal::HoldEnded));
        assert_eq!(given::<Hold>([placed]).when(&End { order: None }, NOW).unwrap().len(), 1);
    }
}
