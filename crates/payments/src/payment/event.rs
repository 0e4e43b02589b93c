//! What happens to a payment. Each event says how the payment stands after it.

use kernel::{Money, Personal, SubjectId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ProviderId;
use crate::payment::capture::Capture;
use crate::payment::card::Card;
use crate::payment::pending::{Request, Waiting};
use crate::payment::standing::Standing;

kernel::events! {
    pub enum PaymentEvent {
        Attempted(Attempted) = ("payment.attempted", 1),
        Requested(Requested) = ("payment.requested", 1),
        PutOff(PutOff) = ("payment.put_off", 1),
        Challenged(Challenged) = ("payment.challenged", 1),
        Declined(Declined) = ("payment.declined", 1),
        Authorised(Authorised) = ("payment.authorised", 1),
        Captured(Captured) = ("payment.captured", 1),
        Refunded(Refunded) = ("payment.refunded", 1),
        Voided(Voided) = ("payment.voided", 1),
        Refused(Refused) = ("payment.refused", 1),
        Disputed(Disputed) = ("payment.disputed", 1),
        DisputeWon(DisputeWon) = ("payment.dispute_won", 1),
        DisputeLost(DisputeLost) = ("payment.dispute_lost", 1),
    }
}

macro_rules! told {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $field:ident: $kind:ty),+ $(,)? })+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            pub struct $name {
                $($(#[$about])* pub $field: $kind,)+
                pub order: Uuid,
                pub at: Timestamp,
                pub after: Standing,
            }
        )+

        impl PaymentEvent {
            pub fn after(&self) -> &Standing {
                match self { $(Self::$name(event) => &event.after,)+ }
            }

            pub(crate) fn after_mut(&mut self) -> &mut Standing {
                match self { $(Self::$name(event) => &mut event.after,)+ }
            }

            /// The order that is paid for.
            pub fn order(&self) -> Uuid {
                match self { $(Self::$name(event) => event.order,)+ }
            }
        }
    };
}

told! {
    /// The provider is about to be asked for the money; the first time, or again after it was declined.
    Attempted {
        payer: SubjectId,
        attempt: i64,
        key: String,
        provider: ProviderId,
        by_hand: bool,
        capture: Capture,
        amount: Money,
        /// The token by which the provider knows the card or account.
        method: Personal<String>,
        /// Where the payer comes back to who pays on the provider's page; who knows it may know the order.
        #[serde(default)]
        return_url: Option<Personal<String>>,
        /// What is paid for, as that page says it.
        #[serde(default)]
        description: Option<String>,
        /// When to ask what became of it, if nobody has heard by then.
        ask_at: Timestamp,
    }
    /// The provider is about to be asked to capture, void or refund.
    Requested {
        request: Request,
        number: i64,
        key: String,
        amount: Money,
        reason: Option<Personal<String>>,
        ask_at: Timestamp,
    }
    /// The provider gave no answer that says what became of it.
    PutOff {
        key: String,
        waiting: Waiting,
        why: String,
        tries: u32,
        /// When it is asked again; never, when a person has let their challenge pass.
        ask_at: Option<Timestamp>,
    }
    Challenged {
        key: String,
        url: Personal<String>,
        reference: String,
        ask_at: Timestamp,
    }
    Declined { key: String, code: String, sentence: String }
    Authorised { key: String, amount: Money, reference: Option<String>, card: Option<Personal<Card>> }
    Captured {
        key: String,
        amount: Money,
        /// Whether what is not captured of it is free again.
        last: bool,
        by_hand: bool,
        note: Option<Personal<String>>,
    }
    Refunded { key: String, amount: Money, reference: Option<String> }
    Voided { key: String }
    /// The provider does not capture, void or refund.
    Refused { key: String, request: Request, code: String, sentence: String }
    Disputed { reference: String, amount: Money, reason: String }
    DisputeWon { reference: String }
    DisputeLost { reference: String, amount: Money }
}
