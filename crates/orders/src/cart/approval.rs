//! A cart that somebody else must say yes to: it waits, and then it is ordered, declined, or taken back. While it waits
//! it stays as it is, its prices are those of each moment, and no stock is held for it.

use kernel::{Decide, Personal, Timestamp};
use uuid::Uuid;

use super::{ApprovalAsked, Cart, CartEvent, Declined, Ordered, Recalled, State};
use crate::ports::buyers::OrganisationFacts;
use crate::{OrderId, Refusal};

/// Asks those who may say yes for the organisation.
pub struct AskApproval {
    pub organisation: Uuid,
}

/// The buyer takes it back, to change it or to leave it.
pub struct Recall;

pub struct Decline {
    pub by: Uuid,
    pub reason: Personal<String>,
}

/// Somebody said yes, and this is the order.
pub struct Approve {
    pub order: OrderId,
}

impl Cart {
    fn must_wait(&self) -> Result<(), Refusal> {
        match self.state {
            State::AwaitingApproval(_) => Ok(()),
            State::Open => Err(Refusal::NotAwaiting),
            _ => self.must_be_open(),
        }
    }
}

/// Whether somebody who says yes for the organisation may do so here: to what somebody else wants, and up to their own
/// limit.
pub fn may_approve(
    approver: Uuid,
    facts: &OrganisationFacts,
    owner: Option<Uuid>,
    total: i64,
) -> Result<(), Refusal> {
    if owner == Some(approver) {
        return Err(Refusal::OwnApproval);
    }
    match facts.own_limit {
        Some(limit) if total > limit => Err(Refusal::BeyondLimit { limit }),
        _ => Ok(()),
    }
}

impl Decide<AskApproval> for Cart {
    type Refusal = Refusal;

    fn decide(&self, command: &AskApproval, _now: Timestamp) -> Result<Vec<CartEvent>, Refusal> {
        self.must_be_open()?;
        Ok(vec![ApprovalAsked { organisation: command.organisation }.into()])
    }
}

impl Decide<Recall> for Cart {
    type Refusal = Refusal;

    fn decide(&self, _: &Recall, _now: Timestamp) -> Result<Vec<CartEvent>, Refusal> {
        if self.state == State::Open {
            return Ok(Vec::new());
        }
        self.must_wait()?;
        Ok(vec![Recalled {}.into()])
    }
}

impl Decide<Decline> for Cart {
    type Refusal = Refusal;

    fn decide(&self, command: &Decline, _now: Timestamp) -> Result<Vec<CartEvent>, Refusal> {
        self.must_wait()?;
        Ok(vec![Declined { by: command.by, reason: command.reason.clone() }.into()])
    }
}

impl Decide<Approve> for Cart {
    type Refusal = Refusal;

    fn decide(&self, command: &Approve, _now: Timestamp) -> Result<Vec<CartEvent>, Refusal> {
        self.must_wait()?;
        Ok(vec![Ordered { order: command.order }.into()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cart::{Fill, Opened, Order};
    use crate::ports::buyers::Role;
    use catalog::VariantId;
    use kernel::aggregate::{Given, given};
    use kernel::{Aggregate, SubjectId};

    const NOW: Timestamp = Timestamp::from_micros(0);
    const ADA: Uuid = Uuid::from_u128(1);

    fn open() -> Given<Cart> {
        let (subject, currency) = (SubjectId(ADA), "EUR".parse().unwrap());
        given::<Cart>([Opened { subject, owner: Some(subject), currency }.into()])
    }

    fn waiting() -> Given<Cart> {
        let mut cart = open();
        cart.0.apply(&ApprovalAsked { organisation: Uuid::nil() }.into());
        cart
    }

    #[test]
    fn a_cart_that_waits_is_neither_changed_nor_ordered_by_its_buyer() {
        let cart = waiting();
        let fill = Fill { variant: VariantId::new(), quantity: 1 };
        assert_eq!(cart.when(&fill, NOW), Err(Refusal::CartWaits));
        assert_eq!(cart.when(&Order { order: OrderId::new() }, NOW), Err(Refusal::CartWaits));
        assert_eq!(cart.when(&AskApproval { organisation: Uuid::nil() }, NOW), Err(Refusal::CartWaits));
    }

    #[test]
    fn what_was_taken_back_or_declined_can_be_changed_again_and_not_approved() {
        let declined = Declined { by: Uuid::nil(), reason: Personal::new(SubjectId(ADA), "Too dear".into()) };
        for event in [CartEvent::from(Recalled {}), declined.into()] {
            let mut cart = waiting();
            cart.0.apply(&event);
            assert_eq!(cart.0.state, State::Open);
            assert_eq!(cart.when(&Approve { order: OrderId::new() }, NOW), Err(Refusal::NotAwaiting));
            assert_eq!(cart.when(&Recall, NOW), Ok(Vec::new()), "it was taken back before");
        }
    }

    #[test]
    fn a_yes_orders_it_once() {
        let (mut cart, order) = (waiting(), OrderId::new());
        assert_eq!(cart.when(&Approve { order }, NOW), Ok(vec![Ordered { order }.into()]));
        cart.0.apply(&Ordered { order }.into());
        let second = Approve { order: OrderId::new() };
        assert_eq!(cart.when(&second, NOW), Err(Refusal::CartOrdered { order }));
        assert_eq!(cart.when(&Recall, NOW), Err(Refusal::CartOrdered { order }));
    }

    #[test]
    fn nobody_says_yes_to_themselves_or_beyond_their_own_limit() {
        let facts = OrganisationFacts {
            id: Uuid::nil(),
            name: "Quay Hotels".into(),
            role: Role::Approver,
            purchase_order_required: false,
            limit: Some(100),
            own_limit: None,
            vat_registered: false,
        };
        let bo = Uuid::from_u128(2);
        assert_eq!(may_approve(ADA, &facts, Some(ADA), 1), Err(Refusal::OwnApproval));
        assert_eq!(may_approve(bo, &facts, Some(ADA), 1_000_000), Ok(()), "the organisation's is for buyers");
        let limited = OrganisationFacts { own_limit: Some(100), ..facts };
        assert_eq!(may_approve(bo, &limited, Some(ADA), 100), Ok(()));
        assert_eq!(may_approve(bo, &limited, Some(ADA), 101), Err(Refusal::BeyondLimit { limit: 100 }));
    }
}
