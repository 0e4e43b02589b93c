//! A payment: what was asked of the provider, what came of it, and what is left to be known.

use std::collections::BTreeMap;

use kernel::{Aggregate, Currency, SubjectId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ProviderId;
use crate::payment::capture::Capture;
use crate::payment::event::{Attempted, PaymentEvent, PutOff, Requested};
use crate::payment::pending::{Pending, Request, Waiting, pending};
use crate::payment::standing::Standing;
use crate::status::Status;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Declined,
    Voided,
    /// Something was captured, and what was left is free again.
    Released,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    pub amount: i64,
    pub open: bool,
}

/// What is paid for: whose order, by whom, in which currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Billed {
    pub order: Uuid,
    pub payer: SubjectId,
    pub currency: Currency,
}

/// What later decisions need to know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub billed: Option<Billed>,
    pub provider: Option<ProviderId>,
    /// Whether nobody is asked: staff say what came in.
    pub by_hand: bool,
    pub capture: Capture,
    pub attempts: i64,
    pub captures: i64,
    pub voids: i64,
    pub refunds: i64,
    pub asked: i64,
    pub authorised: i64,
    pub captured: i64,
    pub refunded: i64,
    /// What lost disputes took back.
    pub lost: i64,
    /// What the provider calls it.
    pub reference: Option<String>,
    pub pending: Option<Pending>,
    pub ended: Option<Ended>,
    pub disputes: BTreeMap<String, Dispute>,
}

impl Payment {
    pub fn standing(&self) -> Standing {
        let Self { authorised, captured, refunded, lost, .. } = *self;
        Standing { status: self.status(), authorised, captured, refunded, lost, open: self.is_open() }
    }

    pub fn status(&self) -> Status {
        match &self.pending {
            Some(Pending { waiting: Waiting::Unknown, .. }) => return Status::Unknown,
            Some(Pending { waiting: Waiting::Challenged, .. }) => return Status::Challenged,
            Some(Pending { request: Request::Authorise, .. }) => return Status::Pending,
            _ => {}
        }
        if self.disputed() > 0 {
            return Status::Disputed;
        }
        match (self.captured, self.refunded + self.lost) {
            (1.., gone) if gone >= self.captured => Status::Refunded,
            (1.., 1..) => Status::PartiallyRefunded,
            (1.., _) if self.captured < self.authorised && self.ended.is_none() => Status::PartiallyCaptured,
            (1.., _) => Status::Captured,
            _ => match self.ended {
                Some(Ended::Declined) => Status::Declined,
                Some(_) => Status::Voided,
                None if self.by_hand => Status::Expected,
                None => Status::Authorised,
            },
        }
    }

    /// What of the captured money is neither refunded, nor about to be, nor taken back, nor claimed by a dispute.
    pub fn refundable(&self) -> i64 {
        let refunding = self.pending.iter().filter(|pending| pending.request == Request::Refund);
        let refunding: i64 = refunding.map(|pending| pending.amount).sum();
        self.captured - self.refunded - refunding - self.lost - self.disputed()
    }

    pub fn disputed(&self) -> i64 {
        self.disputes.values().filter(|dispute| dispute.open).map(|dispute| dispute.amount).sum()
    }

    pub fn currency(&self) -> Option<Currency> {
        self.billed.as_ref().map(|billed| billed.currency)
    }

    fn is_open(&self) -> bool {
        match self.ended {
            Some(Ended::Voided | Ended::Released) => false,
            Some(Ended::Declined) => true,
            None => self.captured == 0 || self.captured < self.authorised,
        }
    }

    /// The events in their order, each with how the payment stands after it.
    pub(crate) fn happened(&self, events: Vec<PaymentEvent>) -> Vec<PaymentEvent> {
        let mut state = self.clone();
        let told = events.into_iter().map(|mut event| {
            state.apply(&event);
            *event.after_mut() = state.standing();
            event
        });
        told.collect()
    }

    fn attempt(&mut self, attempted: &Attempted) {
        let Attempted { order, payer, attempt, key, provider, by_hand, capture, amount, at, .. } = attempted;
        self.billed = Some(Billed { order: *order, payer: *payer, currency: amount.currency });
        (self.provider, self.by_hand, self.capture) = (Some(*provider), *by_hand, *capture);
        (self.attempts, self.asked, self.authorised) = (*attempt, amount.amount, 0);
        (self.reference, self.ended) = (None, None);
        self.pending = Some(pending(Request::Authorise, key, *attempt, amount.amount, *at));
    }

    fn request(&mut self, requested: &Requested) {
        let Requested { request, number, key, amount, at, .. } = requested;
        match request {
            Request::Authorise => self.attempts = *number,
            Request::Capture => self.captures = *number,
            Request::Void => self.voids = *number,
            Request::Refund => self.refunds = *number,
        }
        let behind = self.pending.take().map(Box::new);
        self.pending = Some(Pending { behind, ..pending(*request, key, *number, amount.amount, *at) });
    }

    fn put_off(&mut self, put_off: &PutOff) {
        if let Some(pending) = self.pending.as_mut().filter(|pending| pending.key == put_off.key) {
            (pending.waiting, pending.tries) = (put_off.waiting, put_off.tries);
        }
    }

    /// The request with this key is answered.
    fn answered(&mut self, key: &str) {
        self.pending.take_if(|pending| pending.key == key);
        if let Some(pending) = &mut self.pending {
            pending.behind.take_if(|behind| behind.key == key);
        }
    }
}

impl Aggregate for Payment {
    const KIND: &'static str = "payment";
    type Event = PaymentEvent;

    fn apply(&mut self, event: &PaymentEvent) {
        match event {
            PaymentEvent::Attempted(attempted) => self.attempt(attempted),
            PaymentEvent::Requested(requested) => self.request(requested),
            PaymentEvent::PutOff(put_off) => self.put_off(put_off),
            PaymentEvent::Challenged(challenged) => {
                self.reference = Some(challenged.reference.clone());
                if let Some(pending) = &mut self.pending {
                    pending.waiting = Waiting::Challenged;
                }
            }
            PaymentEvent::Declined(declined) => {
                self.answered(&declined.key);
                self.ended = Some(Ended::Declined);
            }
            PaymentEvent::Authorised(authorised) => {
                self.answered(&authorised.key);
                self.authorised = authorised.amount.amount;
                self.reference = authorised.reference.clone().or(self.reference.take());
                self.ended = None;
            }
            PaymentEvent::Captured(captured) => {
                self.answered(&captured.key);
                self.captured += captured.amount.amount;
                self.captures += i64::from(captured.by_hand);
                if captured.last && self.captured < self.authorised {
                    self.ended = Some(Ended::Released);
                }
            }
            PaymentEvent::Refunded(refunded) => {
                self.answered(&refunded.key);
                self.refunded += refunded.amount.amount;
            }
            PaymentEvent::Voided(_) => {
                self.pending = None;
                self.ended = Some(if self.captured > 0 { Ended::Released } else { Ended::Voided });
            }
            PaymentEvent::Refused(refused) => {
                self.pending = self.pending.take().and_then(|pending| match pending.key == refused.key {
                    true => pending.behind.map(|behind| *behind),
                    false => Some(pending),
                });
            }
            PaymentEvent::Disputed(disputed) => {
                let dispute = Dispute { amount: disputed.amount.amount, open: true };
                self.disputes.insert(disputed.reference.clone(), dispute);
            }
            PaymentEvent::DisputeWon(won) => self.close_dispute(&won.reference),
            PaymentEvent::DisputeLost(lost) => {
                self.close_dispute(&lost.reference);
                self.lost += lost.amount.amount;
            }
        }
    }
}

impl Payment {
    fn close_dispute(&mut self, reference: &str) {
        if let Some(dispute) = self.disputes.get_mut(reference) {
            dispute.open = false;
        }
    }
}
