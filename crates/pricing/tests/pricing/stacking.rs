//! Which promotions stand beside each other, and in which order.

use pricing::Outcome;

use super::*;

fn grouped(id: u128, group: &str, effect: Effect) -> Promotion {
    Promotion { stacking: Stacking::OneOf(group.into()), ..promotion(id, effect) }
}

fn alone(id: u128, effect: Effect) -> Promotion {
    Promotion { stacking: Stacking::Alone, ..promotion(id, effect) }
}

#[test]
fn what_stands_together_is_taken_off_one_after_the_other() {
    // 100.00 less ten percent is 90.00, less five euros is 85.00; the other way round it is 85.50.
    let mut first = promotion(2, amount(500));
    let second = promotion(1, percent(1000));
    let basket = basket(&[(1, 10_000)]);
    assert_eq!(untaxed(&basket, &[first.clone(), second.clone()]).total(), 8500);
    first.priority = 1;
    assert_eq!(untaxed(&basket, &[first, second]).total(), 8550);
}

#[test]
fn of_a_group_the_one_that_is_worth_most_applies() {
    let offers =
        [grouped(1, "sale", percent(1000)), grouped(2, "sale", amount(1500)), promotion(3, amount(100))];
    let priced = untaxed(&basket(&[(1, 10_000)]), &offers);
    assert_eq!(priced.total(), 10_000 - 1500 - 100);
    assert_eq!(*outcome(&priced, 0), Outcome::Outdone { by: Some(offers[1].id) });
    assert_eq!(told(&priced)[0], "What applies instead of “Offer 1” is worth more.");
}

#[test]
fn groups_stand_beside_each_other() {
    let offers = [grouped(1, "sale", amount(100)), grouped(2, "club", amount(200))];
    assert_eq!(untaxed(&basket(&[(1, 1000)]), &offers).total(), 700);
}

#[test]
fn what_stands_alone_applies_when_it_is_worth_more_than_all_the_others() {
    let offers =
        [promotion(1, amount(300)), promotion(2, amount(300)), alone(3, amount(601)), alone(4, amount(500))];
    let priced = untaxed(&basket(&[(1, 1000)]), &offers);
    assert_eq!(priced.total(), 399);
    let by_the_third = Outcome::Outdone { by: Some(offers[2].id) };
    let outcomes: Vec<&Outcome> = (0..4).map(|n| outcome(&priced, n)).collect();
    assert_eq!(outcomes, [&by_the_third, &by_the_third, &Outcome::Applied, &by_the_third]);
}

#[test]
fn what_stands_alone_gives_way_when_the_others_are_worth_as_much() {
    let offers = [promotion(1, amount(300)), promotion(2, amount(300)), alone(3, amount(600))];
    let priced = untaxed(&basket(&[(1, 1000)]), &offers);
    assert_eq!((priced.total(), outcome(&priced, 2)), (400, &Outcome::Outdone { by: None }));
    assert_eq!(taken_off(&priced), [600]);
}

#[test]
fn among_equals_the_one_that_goes_first_wins() {
    let offers = [grouped(2, "sale", amount(100)), grouped(1, "sale", amount(100))];
    let priced = untaxed(&basket(&[(1, 1000)]), &offers);
    assert_eq!(priced.explained[0].promotion, Some(offers[1].id));
    assert_eq!((outcome(&priced, 0), priced.total()), (&Outcome::Applied, 900));
}

#[test]
fn a_promotion_that_is_given_twice_applies_once() {
    let offer = promotion(1, amount(100));
    assert_eq!(untaxed(&basket(&[(1, 1000)]), &[offer.clone(), offer]).total(), 900);
}

#[test]
fn what_would_take_nothing_off_is_outdone_by_nobody_and_says_what_it_wants() {
    let all = || pricing::Target::all();
    let three = || Effect::BuyGet { buy: 2, of: all(), get: 1, from: all(), off: Percent::ALL, times: None };
    let offers = [grouped(1, "sale", three()), grouped(2, "sale", amount(100)), alone(3, three())];
    let priced = untaxed(&basket(&[(1, 1000)]), &offers);
    assert_eq!(priced.total(), 900);
    let wants_one = Outcome::TooFewPieces { missing: 1 };
    let outcomes: Vec<&Outcome> = (0..3).map(|n| outcome(&priced, n)).collect();
    assert_eq!(outcomes, [&wants_one, &Outcome::Applied, &wants_one]);
}
