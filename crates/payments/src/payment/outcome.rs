//! What a provider made of a request, or that nobody knows; and disputes, which it tells of its own accord.

use std::time::Duration;

use kernel::{Decide, Money, Personal, Timestamp};

use crate::payment::event::{
    Authorised, Captured, Challenged, Declined, DisputeLost, DisputeWon, Disputed, PaymentEvent, PutOff,
    Refunded, Refused, Voided,
};
use crate::payment::pending::{Pending, Request, Waiting};
use crate::payment::provider_port::{Outcome, Told};
use crate::payment::standing::Standing;
use crate::payment::state::{Billed, Ended, Payment};
use crate::{PaymentId, Refusal};

/// The longest pause between two questions after the same thing.
const LONGEST_PAUSE: Duration = Duration::from_secs(900);

/// Providers remember a key for a day. What they have not heard of by then is not sent again: nobody could be sure any
/// more that it counts once.
pub(crate) const SENT_WITHIN: Duration = Duration::from_secs(23 * 3600);

/// Whoever was to pay on a page that did not open for so long has gone, and Stripe opens none for less than half an hour.
pub(crate) const PAGE_WITHIN: Duration = Duration::from_secs(25 * 60);

/// The answer to the request with this key.
#[derive(Debug, Clone)]
pub struct Conclude {
    pub id: PaymentId,
    pub key: String,
    pub outcome: Outcome,
}

/// The provider gave no answer, or none that says what became of the request.
#[derive(Debug, Clone)]
pub struct Doubt {
    pub key: String,
    pub sent: bool,
    pub why: String,
}

/// Something about a dispute.
#[derive(Debug, Clone)]
pub struct Hear(pub Told);

impl Decide<Conclude> for Payment {
    type Refusal = Refusal;

    /// An answer to what was answered before is no event.
    fn decide(&self, command: &Conclude, now: Timestamp) -> Result<Vec<PaymentEvent>, Refusal> {
        let Ok(billed) = self.billed() else { return Ok(Vec::new()) };
        let behind = |pending: &Pending| pending.behind.clone().map(|behind| *behind);
        let known = self.pending.iter().find_map(|pending| match pending.key == command.key {
            true => Some(pending.clone()),
            false => behind(pending).filter(|behind| behind.key == command.key),
        });
        let events = match known {
            Some(pending) => self.answer(billed, &pending, &command.outcome, now),
            None => self.late(billed, command, now),
        };
        Ok(self.happened(events))
    }
}

impl Decide<Doubt> for Payment {
    type Refusal = Refusal;

    fn decide(&self, command: &Doubt, now: Timestamp) -> Result<Vec<PaymentEvent>, Refusal> {
        let (Ok(billed), Some(pending)) = (self.billed(), &self.pending) else { return Ok(Vec::new()) };
        if pending.key != command.key {
            return Ok(Vec::new());
        }
        let waiting = match (pending.waiting, command.sent) {
            (Waiting::Asked, true) => Waiting::Unknown,
            (waiting, _) => waiting,
        };
        Ok(self.happened(vec![put_off(billed, pending, waiting, command.why.clone(), now)]))
    }
}

impl Decide<Hear> for Payment {
    type Refusal = Refusal;

    fn decide(&self, Hear(told): &Hear, now: Timestamp) -> Result<Vec<PaymentEvent>, Refusal> {
        let Ok(billed) = self.billed() else { return Ok(Vec::new()) };
        let (order, at, after) = (billed.order, now, Standing::default());
        let open = |reference: &str| self.disputes.get(reference).filter(|dispute| dispute.open);
        let event: Option<PaymentEvent> = match told {
            Told::Disputed { reference, amount, reason } if !self.disputes.contains_key(reference) => {
                let amount = Money::new((*amount).clamp(0, self.refundable()), billed.currency);
                let (reference, reason) = (reference.clone(), reason.clone());
                (amount.amount > 0).then(|| Disputed { reference, amount, reason, order, at, after }.into())
            }
            Told::DisputeWon { reference } => {
                open(reference).map(|_| DisputeWon { reference: reference.clone(), order, at, after }.into())
            }
            Told::DisputeLost { reference } => open(reference).map(|dispute| {
                let amount = Money::new(dispute.amount, billed.currency);
                DisputeLost { reference: reference.clone(), amount, order, at, after }.into()
            }),
            _ => None,
        };
        Ok(self.happened(event.into_iter().collect()))
    }
}

impl Payment {
    fn answer(
        &self,
        billed: &Billed,
        pending: &Pending,
        outcome: &Outcome,
        at: Timestamp,
    ) -> Vec<PaymentEvent> {
        let (order, key, after) = (billed.order, pending.key.clone(), Standing::default());
        let money = |amount: i64| Money::new(amount.clamp(0, pending.amount), billed.currency);
        let authorised = |amount, reference: &str, card: &Option<_>| {
            let card = card.clone().map(|card| Personal::new(billed.payer, card));
            let reference = Some(reference.to_owned());
            PaymentEvent::from(Authorised { key: key.clone(), amount, reference, card, order, at, after })
        };
        let captured = |amount, last| {
            let (key, by_hand, note) = (key.clone(), false, None);
            PaymentEvent::from(Captured { key, amount, last, by_hand, note, order, at, after })
        };
        match (pending.request, outcome) {
            (Request::Authorise, Outcome::Authorised { reference, amount, card }) => {
                vec![authorised(money(*amount), reference, card)]
            }
            (Request::Authorise, Outcome::Captured { reference, amount, card, last }) => {
                vec![authorised(money(*amount), reference, card), captured(money(*amount), *last)]
            }
            (Request::Authorise, Outcome::Challenged { .. }) if pending.waiting == Waiting::Challenged => {
                vec![put_off(billed, pending, Waiting::Challenged, "The person has not answered.".into(), at)]
            }
            (Request::Authorise, Outcome::Challenged { reference, url }) => {
                let url = Personal::new(billed.payer, url.clone());
                let ask_at = at.plus(pause(0));
                vec![Challenged { key, url, reference: reference.clone(), ask_at, order, at, after }.into()]
            }
            (Request::Authorise, Outcome::Voided) => vec![Voided { key, order, at, after }.into()],
            (Request::Authorise, Outcome::Declined { code, sentence }) => {
                let (code, sentence) = (code.clone(), sentence.clone());
                vec![Declined { key, code, sentence, order, at, after }.into()]
            }
            (Request::Capture, Outcome::Captured { amount, last, .. }) => {
                vec![captured(money(*amount), *last)]
            }
            (Request::Void, Outcome::Voided) => vec![Voided { key, order, at, after }.into()],
            (Request::Refund, Outcome::Refunded { reference, amount }) => {
                let (reference, amount) = (Some(reference.clone()), money(*amount));
                vec![Refunded { key, amount, reference, order, at, after }.into()]
            }
            (request, Outcome::Declined { code, sentence }) => {
                let (code, sentence) = (code.clone(), sentence.clone());
                vec![Refused { key, request, code, sentence, order, at, after }.into()]
            }
            _ => vec![put_off(billed, pending, Waiting::Unknown, "The provider is not done.".into(), at)],
        }
    }

    /// Money that arrived although it was given up, or declined at first, is money all the same; somebody must see it.
    fn late(&self, billed: &Billed, command: &Conclude, at: Timestamp) -> Vec<PaymentEvent> {
        let key = Request::Authorise.key(command.id, self.attempts);
        let ended = matches!(self.ended, Some(Ended::Voided | Ended::Declined));
        let given_up = ended && self.captured == 0 && self.pending.is_none();
        match &command.outcome {
            outcome @ Outcome::Captured { .. } if given_up && !self.by_hand && key == command.key => {
                let (number, amount) = (self.attempts, self.asked);
                let (request, waiting, tries, behind) = (Request::Authorise, Waiting::Unknown, 0, None);
                let pending = Pending { request, key, number, amount, waiting, tries, since: at, behind };
                self.answer(billed, &pending, outcome, at)
            }
            _ => Vec::new(),
        }
    }
}

fn put_off(billed: &Billed, pending: &Pending, waiting: Waiting, why: String, at: Timestamp) -> PaymentEvent {
    let (key, tries) = (pending.key.clone(), pending.tries.saturating_add(1));
    // A person who has not answered in a day does not answer any more.
    let forgotten = waiting == Waiting::Challenged && at.since(pending.since) > SENT_WITHIN;
    let ask_at = (!forgotten).then(|| at.plus(pause(tries)));
    let (order, after) = (billed.order, Standing::default());
    PutOff { key, waiting, why, tries, ask_at, order, at, after }.into()
}

/// Twice as long each time.
fn pause(tries: u32) -> Duration {
    Duration::from_secs(1).saturating_mul(1 << tries.min(10)).min(LONGEST_PAUSE)
}
