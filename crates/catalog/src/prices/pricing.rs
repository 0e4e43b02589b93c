//! What something costs somebody: the price lists that are for them, and which of these says it.
//!
//! Among the lists that say a price the one with the highest priority is followed, whether it is dearer than the
//! variant's own price or not: a contract is a contract. Among equals the lowest price, and among equal prices the list
//! that was made first, so that the same question always has the same answer. Where no list says a price, the variant's
//! own holds, if it is in the currency that is asked for; nothing is converted.

use kernel::{Aggregate, Currency, Decide, Envelope, Money, Projector, Timestamp, Write};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::price_list::{Status, Terms, Tier};
use super::projector;
use crate::{PriceListId, Refusal};

/// Whom a price is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buyer {
    pub segments: Vec<Uuid>,
    pub organisation: Option<Uuid>,
    /// Names of customer groups.
    pub groups: Vec<String>,
    pub channel: Option<String>,
    pub currency: Currency,
}

impl Buyer {
    /// Somebody of whom nothing is known.
    pub fn anyone(currency: Currency) -> Self {
        Self { segments: Vec::new(), organisation: None, groups: Vec::new(), channel: None, currency }
    }
}

/// What one list says of one variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub list: PriceListId,
    pub terms: Terms,
    pub tiers: Vec<Tier>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PriceFound {
    /// Of one piece.
    pub price: Money,
    /// The list that says so; none when it is the variant's own price.
    pub list: Option<PriceListId>,
    pub why: Why,
    /// When a list that is for this buyer begins or ends next: until then the answer stays the same.
    pub until: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    OwnPrice,
    FixedByList,
    OffByList,
}

/// The price of one piece when so many are bought; `None` when it is not sold in the buyer's currency.
pub fn price_for(
    own: Money,
    quantity: i64,
    buyer: &Buyer,
    candidates: &[Candidate],
    now: Timestamp,
) -> Option<PriceFound> {
    let theirs = || candidates.iter().filter(|candidate| candidate.terms.is_for(buyer));
    let moments = theirs().flat_map(|candidate| [candidate.terms.from, candidate.terms.to]);
    let until = moments.flatten().filter(|moment| *moment > now).min();
    let listed = theirs()
        .filter(|candidate| candidate.terms.lasts(now))
        .filter_map(|candidate| {
            let tier = candidate.tier(quantity)?;
            let (amount, why) = tier.price(own, buyer.currency)?;
            Some((std::cmp::Reverse(candidate.terms.priority), amount, candidate.list, why))
        })
        .min_by_key(|(priority, amount, list, _)| (*priority, *amount, *list));
    if let Some((_, amount, list, why)) = listed {
        let price = Money::new(amount, buyer.currency);
        return Some(PriceFound { price, list: Some(list), why, until });
    }
    let sold = own.currency == buyer.currency;
    sold.then_some(PriceFound { price: own, list: None, why: Why::OwnPrice, until })
}

impl Candidate {
    /// The tier of the largest quantity that is reached.
    fn tier(&self, quantity: i64) -> Option<&Tier> {
        let reached = self.tiers.iter().filter(|tier| tier.from_quantity <= quantity);
        reached.max_by_key(|tier| tier.from_quantity)
    }
}

impl Tier {
    fn price(&self, own: Money, currency: Currency) -> Option<(i64, Why)> {
        if let Some(amount) = self.amount {
            return Some((amount, Why::FixedByList));
        }
        let off = self.off_basis_points.filter(|_| own.currency == currency)?;
        // Half a unit is rounded up, and a price has at most a trillion units, so nothing overflows.
        let left = own.amount.checked_mul(10_000 - off)?.checked_add(5_000)? / 10_000;
        Some((left, Why::OffByList))
    }
}

impl Terms {
    /// Everybody, when it names nobody; otherwise whoever is among those it names, in any way.
    fn is_for(&self, buyer: &Buyer) -> bool {
        let named = !(self.segments.is_empty() && self.organisations.is_empty() && self.groups.is_empty());
        let among = buyer.segments.iter().any(|segment| self.segments.contains(segment))
            || buyer.organisation.is_some_and(|organisation| self.organisations.contains(&organisation))
            || buyer.groups.iter().any(|group| self.groups.contains(group));
        self.status == Status::Active
            && self.currency == buyer.currency
            && (self.channel.is_none() || self.channel == buyer.channel)
            && (among || !named)
    }

    fn lasts(&self, now: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= now) && self.to.is_none_or(|to| now < to)
    }
}

/// The stream that every change of a price list is noted in.
pub const PRICING: Uuid = Uuid::from_u128(0x0d7e_55a1_3c0b_4e27_a6f9_12be_8c47_9a15);

/// That prices changed. An order is placed against the version of this stream that its prices were found with: a work
/// names `Pricing` with [`PRICING`] beside its products, and asks [`Quote::holds`](crate::Quote::holds) at its desk.
/// That price lists begin and end by themselves is in the quote: it says until when it holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pricing {}

kernel::events! {
    pub enum PricingEvent {
        Changed(Changed) = ("pricing.changed", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub list: PriceListId,
}

impl Aggregate for Pricing {
    const KIND: &'static str = "pricing";
    type Event = PricingEvent;

    fn apply(&mut self, _: &PricingEvent) {}
}

/// Notes that a list changed.
pub struct Note(pub PriceListId);

impl Decide<Note> for Pricing {
    type Refusal = Refusal;

    fn decide(&self, command: &Note, _now: Timestamp) -> Result<Vec<PricingEvent>, Refusal> {
        Ok(vec![Changed { list: command.0 }.into()])
    }
}

impl Projector for Pricing {
    fn project(event: &Envelope<&PricingEvent>) -> Vec<Write> {
        projector::pricing(event.stream_id, event.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000);

    fn eur(amount: i64) -> Money {
        Money::new(amount, "EUR".parse().unwrap())
    }

    fn buyer() -> Buyer {
        Buyer::anyone("EUR".parse().unwrap())
    }

    fn fixed(from_quantity: i64, amount: i64) -> Tier {
        Tier { from_quantity, amount: Some(amount), off_basis_points: None }
    }

    fn off(points: i64) -> Tier {
        Tier { from_quantity: 1, amount: None, off_basis_points: Some(points) }
    }

    fn list(number: u128, priority: i64, tiers: Vec<Tier>) -> Candidate {
        let terms = Terms { priority, ..Terms::named("List", "EUR".parse().unwrap()) };
        Candidate { list: PriceListId(Uuid::from_u128(number)), terms, tiers }
    }

    fn amount(quantity: i64, buyer: &Buyer, candidates: &[Candidate], now: Timestamp) -> Option<i64> {
        price_for(eur(1000), quantity, buyer, candidates, now).map(|found| found.price.amount)
    }

    #[test]
    fn without_a_list_the_own_price_holds() {
        let found = price_for(eur(1000), 1, &buyer(), &[], NOW).unwrap();
        assert_eq!((found.price, found.list, found.why), (eur(1000), None, Why::OwnPrice));
    }

    #[test]
    fn more_of_it_is_cheaper() {
        let lists = [list(1, 0, vec![fixed(1, 900), fixed(10, 800), fixed(100, 700)])];
        let asked = [1, 9, 10, 99, 100].map(|quantity| amount(quantity, &buyer(), &lists, NOW).unwrap());
        assert_eq!(asked, [900, 900, 800, 800, 700]);
    }

    #[test]
    fn a_higher_priority_is_followed_though_it_is_dearer_and_among_equals_the_lower_price() {
        let lists = [list(1, 0, vec![fixed(1, 500)]), list(2, 5, vec![fixed(1, 950)])];
        assert_eq!(amount(1, &buyer(), &lists, NOW), Some(950));
        let lists = [list(1, 5, vec![fixed(1, 990)]), list(2, 5, vec![off(1250)])];
        assert_eq!(amount(1, &buyer(), &lists, NOW), Some(875));
    }

    #[test]
    fn a_percentage_is_rounded_to_the_unit() {
        let lists = [list(1, 0, vec![off(3333)])];
        let third = price_for(eur(101), 1, &buyer(), &lists, NOW).unwrap();
        assert_eq!((third.price, third.why), (eur(67), Why::OffByList));
        let gift = [list(1, 0, vec![off(10_000)])];
        assert_eq!(amount(1, &buyer(), &gift, NOW), Some(0));
    }

    #[test]
    fn a_list_is_for_those_whom_it_names() {
        let (segment, organisation) = (Uuid::from_u128(7), Uuid::from_u128(8));
        let mut named = list(1, 0, vec![fixed(1, 900)]);
        named.terms.segments = vec![segment];
        named.terms.organisations = vec![organisation];
        named.terms.groups = vec!["trade".into()];
        assert_eq!(amount(1, &buyer(), &[named.clone()], NOW), Some(1000));
        for member in [
            Buyer { segments: vec![segment], ..buyer() },
            Buyer { organisation: Some(organisation), ..buyer() },
            Buyer { groups: vec!["trade".into()], ..buyer() },
        ] {
            assert_eq!(amount(1, &member, &[named.clone()], NOW), Some(900), "{member:?}");
        }
        named.terms.channel = Some("shop".into());
        let trade = Buyer { groups: vec!["trade".into()], ..buyer() };
        assert_eq!(amount(1, &trade, &[named.clone()], NOW), Some(1000));
        assert_eq!(amount(1, &Buyer { channel: Some("shop".into()), ..trade }, &[named], NOW), Some(900));
    }

    #[test]
    fn a_list_begins_and_ends_and_the_answer_says_until_when_it_holds() {
        let at = Timestamp::from_micros;
        let mut sale = list(1, 0, vec![fixed(1, 900)]);
        (sale.terms.from, sale.terms.to) = (Some(at(100)), Some(at(200)));
        let lists = [sale];
        let found = |micros| {
            let found = price_for(eur(1000), 1, &buyer(), &lists, at(micros)).unwrap();
            (found.price.amount, found.until.map(Timestamp::as_micros))
        };
        assert_eq!(found(99), (1000, Some(100)));
        assert_eq!(found(100), (900, Some(200)));
        assert_eq!(found(199), (900, Some(200)));
        assert_eq!(found(200), (1000, None));
    }

    #[test]
    fn nothing_is_converted() {
        let dollars = Buyer::anyone("USD".parse().unwrap());
        let mut own = list(1, 0, vec![off(1000)]);
        own.terms.currency = dollars.currency;
        assert_eq!(amount(1, &dollars, &[own], NOW), None);
        let mut fixed_in_dollars = list(1, 0, vec![fixed(1, 1200)]);
        fixed_in_dollars.terms.currency = dollars.currency;
        assert_eq!(amount(1, &dollars, &[fixed_in_dollars.clone()], NOW), Some(1200));
        assert_eq!(amount(1, &buyer(), &[fixed_in_dollars], NOW), Some(1000));
    }

    #[test]
    fn a_draft_is_no_price() {
        let mut draft = list(1, 0, vec![fixed(1, 900)]);
        draft.terms.status = Status::Draft;
        assert_eq!(amount(1, &buyer(), &[draft], NOW), Some(1000));
    }

    proptest! {
        #[test]
        fn the_order_of_the_lists_changes_nothing(lists in prop::collection::vec((0i64..3, 1i64..4, 0i64..2000), 0..8), turn in 0usize..8, quantity in 1i64..5) {
            let mut lists: Vec<Candidate> = lists.into_iter().zip(1..).map(|((priority, from, price), number)| {
                list(number, priority, vec![fixed(from, price)])
            }).collect();
            let one = price_for(eur(1000), quantity, &buyer(), &lists, NOW);
            let turn = turn.min(lists.len());
            lists.rotate_left(turn);
            prop_assert_eq!(price_for(eur(1000), quantity, &buyer(), &lists, NOW), one);
        }
    }
}
