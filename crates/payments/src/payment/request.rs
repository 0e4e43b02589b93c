//! Capturing, giving up, paying back, and recording what came in by hand.

use std::time::Duration;

use kernel::{Decide, Money, Personal, Timestamp};

use crate::payment::event::{Captured, PaymentEvent, Refunded, Requested, Voided};
use crate::payment::pending::{Request, Waiting};
use crate::payment::standing::Standing;
use crate::payment::state::{Billed, Ended, Payment};
use crate::{PaymentId, Refusal};

/// All that is left, when no amount is named.
#[derive(Debug, Clone)]
pub struct CaptureSome {
    pub id: PaymentId,
    pub amount: Option<i64>,
    pub within: Duration,
}

#[derive(Debug, Clone)]
pub struct Void {
    pub id: PaymentId,
    pub within: Duration,
}

#[derive(Debug, Clone)]
pub struct Refund {
    pub id: PaymentId,
    pub amount: Option<i64>,
    pub reason: Option<String>,
    pub within: Duration,
}

#[derive(Debug, Clone)]
pub struct Record {
    pub id: PaymentId,
    pub amount: Option<i64>,
    pub note: Option<String>,
}

impl Decide<CaptureSome> for Payment {
    type Refusal = Refusal;

    fn decide(&self, command: &CaptureSome, now: Timestamp) -> Result<Vec<PaymentEvent>, Refusal> {
        let billed = self.free()?;
        if self.by_hand {
            return Err(Refusal::ByHand);
        }
        let amount = some(command.amount, self.left()?)?;
        let (request, within) = (Request::Capture, command.within);
        let requested = self.requested(billed, New { request, id: command.id, amount, within, at: now });
        Ok(self.happened(vec![requested.into()]))
    }
}

impl Decide<Void> for Payment {
    type Refusal = Refusal;

    /// What was voided stays so. A challenge that nobody has met yet can be voided, too.
    fn decide(&self, command: &Void, now: Timestamp) -> Result<Vec<PaymentEvent>, Refusal> {
        if matches!(self.ended, Some(Ended::Voided | Ended::Released)) {
            return Ok(Vec::new());
        }
        let challenged = self.pending.as_ref().is_some_and(|pending| pending.waiting == Waiting::Challenged);
        let billed = if challenged { self.billed()? } else { self.free()? };
        let declined = self.ended == Some(Ended::Declined);
        let left = if challenged || declined { self.asked } else { self.left()? };
        if declined {
            return Ok(self.happened(vec![self.voided(billed, String::new(), now)]));
        }
        let (request, within) = (Request::Void, command.within);
        let requested =
            self.requested(billed, New { request, id: command.id, amount: left, within, at: now });
        let key = requested.key.clone();
        let mut events = vec![requested.into()];
        if self.by_hand {
            events.push(self.voided(billed, key, now));
        }
        Ok(self.happened(events))
    }
}

impl Decide<Refund> for Payment {
    type Refusal = Refusal;

    fn decide(&self, command: &Refund, now: Timestamp) -> Result<Vec<PaymentEvent>, Refusal> {
        let billed = self.free()?;
        if self.disputed() > 0 {
            return Err(Refusal::Disputed);
        }
        if self.captured == 0 {
            return Err(self.not("Nothing has come in by this payment, so nothing can be paid back."));
        }
        let amount = some(command.amount, self.refundable())?;
        let reason = command.reason.clone().map(|reason| Personal::new(billed.payer, reason));
        let (request, within) = (Request::Refund, command.within);
        let requested = self.requested(billed, New { request, id: command.id, amount, within, at: now });
        let requested = Requested { reason, ..requested };
        let (key, amount) = (requested.key.clone(), requested.amount);
        let mut events: Vec<PaymentEvent> = vec![requested.into()];
        if self.by_hand {
            let (reference, order, after) = (None, billed.order, Standing::default());
            events.push(Refunded { key, amount, reference, order, at: now, after }.into());
        }
        Ok(self.happened(events))
    }
}

impl Decide<Record> for Payment {
    type Refusal = Refusal;

    fn decide(&self, command: &Record, now: Timestamp) -> Result<Vec<PaymentEvent>, Refusal> {
        let billed = self.free()?;
        if !self.by_hand {
            return Err(self.not("A provider looks after this payment, and tells by itself what came in."));
        }
        let amount = some(command.amount, self.left()?)?;
        let captured = Captured {
            key: format!("{}-m{}", command.id, self.captures + 1),
            amount: Money::new(amount, billed.currency),
            last: false,
            by_hand: true,
            note: command.note.clone().map(|note| Personal::new(billed.payer, note)),
            order: billed.order,
            at: now,
            after: Standing::default(),
        };
        Ok(self.happened(vec![captured.into()]))
    }
}

/// A request that is about to be made.
pub(crate) struct New {
    pub(crate) request: Request,
    pub(crate) id: PaymentId,
    pub(crate) amount: i64,
    pub(crate) within: Duration,
    pub(crate) at: Timestamp,
}

fn some(asked: Option<i64>, left: i64) -> Result<i64, Refusal> {
    let amount = asked.unwrap_or(left);
    if (1..=left).contains(&amount) { Ok(amount) } else { Err(Refusal::TooMuch { left: left.max(0) }) }
}

impl Payment {
    pub(crate) fn billed(&self) -> Result<&Billed, Refusal> {
        self.billed.as_ref().ok_or(Refusal::Busy)
    }

    /// One thing at a time: what is asked next depends on what came of the last.
    fn free(&self) -> Result<&Billed, Refusal> {
        if self.pending.is_some() { Err(Refusal::Busy) } else { self.billed() }
    }

    /// What is authorised and not captured.
    fn left(&self) -> Result<i64, Refusal> {
        if self.ended.is_some() || self.captured >= self.authorised {
            return Err(self.not("Nothing is held for this payment any more."));
        }
        Ok(self.authorised - self.captured)
    }

    fn not(&self, what: &'static str) -> Refusal {
        Refusal::Not { status: self.status(), what }
    }

    pub(crate) fn requested(&self, billed: &Billed, new: New) -> Requested {
        let New { request, id, amount, within, at } = new;
        let number = 1 + match request {
            Request::Authorise => self.attempts,
            Request::Capture => self.captures,
            Request::Void => self.voids,
            Request::Refund => self.refunds,
        };
        let (amount, key) = (Money::new(amount, billed.currency), request.key(id, number));
        let (order, after) = (billed.order, Standing::default());
        let (ask_at, reason) = (at.plus(within), None);
        Requested { request, number, key, amount, reason, ask_at, order, at, after }
    }

    fn voided(&self, billed: &Billed, key: String, at: Timestamp) -> PaymentEvent {
        Voided { key, order: billed.order, at, after: Standing::default() }.into()
    }
}
