//! A promotion with its limits, and how often it was used.

use kernel::{Aggregate, Decide, Timestamp};
use pricing::PromotionId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{OrderId, Refusal};

/// How often a promotion may be used; none is without limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Limits {
    #[schema(minimum = 1)]
    pub in_total: Option<i64>,
    #[schema(minimum = 1)]
    pub for_a_customer: Option<i64>,
}

impl Limits {
    pub fn any(self) -> bool {
        self.in_total.is_some() || self.for_a_customer.is_some()
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promo {
    kept: bool,
    /// What people type; it is claimed under this.
    #[serde(default)]
    code: Option<String>,
    limits: Limits,
    used: i64,
}

kernel::events! {
    pub enum PromoEvent {
        Kept(KeptPromotion) = ("promotion.kept", 1),
        Removed(Removed) = ("promotion.removed", 1),
        Redeemed(Redeemed) = ("promotion.redeemed", 1),
        GivenBack(GivenBack) = ("promotion.given_back", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPromotion {
    pub promotion: pricing::Promotion,
    pub limits: Limits,
    pub enabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redeemed {
    pub order: OrderId,
}

/// The order was cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenBack {
    pub order: OrderId,
}

impl Promo {
    pub fn is_kept(&self) -> bool {
        self.kept
    }

    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }
}

impl Aggregate for Promo {
    const KIND: &'static str = "promotion";
    type Event = PromoEvent;

    fn apply(&mut self, event: &PromoEvent) {
        match event {
            PromoEvent::Kept(kept) => {
                (self.kept, self.limits) = (true, kept.limits);
                self.code.clone_from(&kept.promotion.code);
            }
            PromoEvent::Removed(_) => (self.kept, self.code) = (false, None),
            PromoEvent::Redeemed(_) => self.used += 1,
            PromoEvent::GivenBack(_) => self.used -= 1,
        }
    }
}

pub struct Keep(pub KeptPromotion);

pub struct Remove;

/// An order uses it.
pub struct Redeem {
    pub order: OrderId,
    pub name: String,
}

pub struct GiveBack {
    pub order: OrderId,
}

impl Decide<Keep> for Promo {
    type Refusal = Refusal;

    fn decide(&self, command: &Keep, _now: Timestamp) -> Result<Vec<PromoEvent>, Refusal> {
        Ok(vec![command.0.clone().into()])
    }
}

impl Decide<Remove> for Promo {
    type Refusal = Refusal;

    fn decide(&self, _: &Remove, _now: Timestamp) -> Result<Vec<PromoEvent>, Refusal> {
        Ok(if self.kept { vec![Removed {}.into()] } else { Vec::new() })
    }
}

impl Decide<Redeem> for Promo {
    type Refusal = Refusal;

    fn decide(&self, command: &Redeem, _now: Timestamp) -> Result<Vec<PromoEvent>, Refusal> {
        if self.limits.in_total.is_some_and(|most| self.used >= most) {
            return Err(Refusal::UsedUp { promotion: command.name.clone() });
        }
        Ok(vec![Redeemed { order: command.order }.into()])
    }
}

impl Decide<GiveBack> for Promo {
    type Refusal = Refusal;

    fn decide(&self, command: &GiveBack, _now: Timestamp) -> Result<Vec<PromoEvent>, Refusal> {
        Ok(if self.used > 0 { vec![GivenBack { order: command.order }.into()] } else { Vec::new() })
    }
}

/// How often one customer used one promotion: a stream for each pair, so that none grows with the number of customers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    used: i64,
}

kernel::events! {
    pub enum UseEvent {
        Counted(Counted) = ("promotion_use.counted", 1),
        TakenBack(TakenBack) = ("promotion_use.taken_back", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    pub promotion: PromotionId,
    pub customer: Uuid,
    /// How often by then.
    pub used: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBack {
    pub promotion: PromotionId,
    pub customer: Uuid,
    pub used: i64,
}

impl Use {
    pub fn id(promotion: PromotionId, customer: Uuid) -> Uuid {
        Uuid::new_v5(&promotion.uuid(), customer.as_bytes())
    }
}

impl Aggregate for Use {
    const KIND: &'static str = "promotion_use";
    type Event = UseEvent;

    fn apply(&mut self, event: &UseEvent) {
        match event {
            UseEvent::Counted(counted) => self.used = counted.used,
            UseEvent::TakenBack(back) => self.used = back.used,
        }
    }
}

/// Counts one more use, if the customer has any left.
pub struct Count {
    pub promotion: PromotionId,
    pub customer: Uuid,
    pub most: i64,
    pub name: String,
}

pub struct TakeBack {
    pub promotion: PromotionId,
    pub customer: Uuid,
}

impl Decide<Count> for Use {
    type Refusal = Refusal;

    fn decide(&self, command: &Count, _now: Timestamp) -> Result<Vec<UseEvent>, Refusal> {
        let Count { promotion, customer, most, name } = command;
        if self.used >= *most {
            return Err(Refusal::UsedUp { promotion: name.clone() });
        }
        Ok(vec![Counted { promotion: *promotion, customer: *customer, used: self.used + 1 }.into()])
    }
}

impl Decide<TakeBack> for Use {
    type Refusal = Refusal;

    fn decide(&self, command: &TakeBack, _now: Timestamp) -> Result<Vec<UseEvent>, Refusal> {
        let TakeBack { promotion, customer } = *command;
        let back = TakenBack { promotion, customer, used: self.used - 1 };
        Ok(if self.used > 0 { vec![back.into()] } else { Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    const NOW: Timestamp = Timestamp::from_micros(0);

    #[test]
    fn a_promotion_is_used_as_often_as_it_may_and_once_more_when_an_order_gave_it_back() {
        let mut promo = given::<Promo>([]);
        promo.0.limits.in_total = Some(1);
        let (order, name) = (OrderId::new(), "Spring".to_owned());
        let redeem = Redeem { order, name: name.clone() };
        for event in promo.when(&redeem, NOW).unwrap() {
            promo.0.apply(&event);
        }
        assert_eq!(promo.when(&redeem, NOW), Err(Refusal::UsedUp { promotion: name }));
        for event in promo.when(&GiveBack { order }, NOW).unwrap() {
            promo.0.apply(&event);
        }
        assert!(promo.when(&redeem, NOW).is_ok());
    }

    #[test]
    fn a_customer_uses_a_promotion_as_often_as_each_may() {
        let (promotion, customer) = (PromotionId::new(), Uuid::now_v7());
        let counted = given::<Use>([Counted { promotion, customer, used: 1 }.into()]);
        let count = |most| Count { promotion, customer, most, name: "Spring".into() };
        assert!(counted.when(&count(2), NOW).is_ok());
        assert_eq!(counted.when(&count(1), NOW), Err(Refusal::UsedUp { promotion: "Spring".into() }));
    }
}
