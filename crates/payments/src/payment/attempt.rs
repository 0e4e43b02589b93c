//! Asking for the money of an order; and again, with another method, after it was declined.

use std::time::Duration;

use kernel::{Currency, Decide, Money, Personal, SubjectId, Timestamp};
use uuid::Uuid;

use crate::payment::capture::Capture;
use crate::payment::event::{Attempted, Authorised, PaymentEvent};
use crate::payment::pay_page::PayPage;
use crate::payment::pending::Request;
use crate::payment::standing::Standing;
use crate::payment::state::{Ended, Payment};
use crate::{PaymentId, ProviderId, Refusal};

#[derive(Debug, Clone)]
pub struct Attempt {
    pub id: PaymentId,
    pub order: Uuid,
    pub payer: SubjectId,
    pub amount: i64,
    pub currency: Currency,
    pub provider: ProviderId,
    pub by_hand: bool,
    pub capture: Capture,
    pub method: String,
    /// The provider's page, on which it is paid instead of by a method.
    pub page: Option<PayPage>,
    /// How long the provider may take to answer.
    pub within: Duration,
}

impl Decide<Attempt> for Payment {
    type Refusal = Refusal;

    fn decide(&self, command: &Attempt, now: Timestamp) -> Result<Vec<PaymentEvent>, Refusal> {
        let again = self.ended == Some(Ended::Declined) && self.pending.is_none();
        if self.attempts > 0 && !again {
            return Err(Refusal::Open);
        }
        if self.currency().is_some_and(|currency| currency != command.currency) {
            return Err(Refusal::WrongCurrency);
        }
        if command.amount <= 0 {
            return Err(Refusal::NothingOwed);
        }
        let attempt = self.attempts + 1;
        let (order, amount) = (command.order, Money::new(command.amount, command.currency));
        let (key, page) = (Request::Authorise.key(command.id, attempt), command.page.as_ref());
        let mut events: Vec<PaymentEvent> = vec![
            Attempted {
                payer: command.payer,
                attempt,
                key: key.clone(),
                provider: command.provider,
                by_hand: command.by_hand,
                capture: command.capture,
                amount,
                method: Personal::new(command.payer, command.method.clone()),
                return_url: page.map(|page| Personal::new(command.payer, page.return_url.clone())),
                description: page.map(|page| page.description.clone()),
                ask_at: now.plus(command.within),
                order,
                at: now,
                after: Standing::default(),
            }
            .into(),
        ];
        if command.by_hand {
            let (reference, card, after) = (None, None, Standing::default());
            events.push(Authorised { key, amount, reference, card, order, at: now, after }.into());
        }
        Ok(self.happened(events))
    }
}
