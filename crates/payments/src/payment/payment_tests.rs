//! Tests of what a payment decides: given, when, then; and of what holds after any history.

use std::time::Duration;

use kernel::aggregate::{Given, given};
use kernel::{Aggregate, Currency, Decide, Event, SubjectId, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use crate::payment::attempt::Attempt;
use crate::payment::capture::Capture;
use crate::payment::outcome::{Conclude, Doubt, Hear};
use crate::payment::pay_page::PayPage;
use crate::payment::pending::Request;
use crate::payment::provider_port::{Outcome, Told};
use crate::payment::request::{CaptureSome, Record, Refund, Void};
use crate::payment::state::Payment;
use crate::status::Status;
use crate::{PaymentId, ProviderId, Refusal};

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
const WITHIN: Duration = Duration::from_secs(8);

fn id() -> PaymentId {
    PaymentId(Uuid::from_u128(7))
}

fn euro() -> Currency {
    "EUR".parse().unwrap()
}

fn attempt(capture: Capture, by_hand: bool) -> Attempt {
    Attempt {
        id: id(),
        order: Uuid::from_u128(1),
        payer: SubjectId(Uuid::from_u128(2)),
        amount: 1000,
        currency: euro(),
        provider: ProviderId(Uuid::from_u128(3)),
        by_hand,
        capture,
        method: "tok".into(),
        page: None,
        within: WITHIN,
    }
}

/// The payment after a command that it takes.
fn after<C>(mut payment: Given<Payment>, command: &C) -> Given<Payment>
where
    Payment: Decide<C, Refusal = Refusal>,
{
    for event in payment.when(command, NOW).unwrap() {
        payment.0.apply(&event);
    }
    payment
}

fn told(payment: Given<Payment>, outcome: Outcome) -> Given<Payment> {
    let key = payment.0.pending.as_ref().unwrap().key.clone();
    after(payment, &Conclude { id: id(), key, outcome })
}

fn asked(capture: Capture) -> Given<Payment> {
    after(given::<Payment>([]), &attempt(capture, false))
}

fn captured() -> Outcome {
    Outcome::Captured { reference: "x".into(), amount: 1000, card: None, last: true }
}

fn authorised() -> Outcome {
    Outcome::Authorised { reference: "x".into(), amount: 1000, card: None }
}

fn declined() -> Outcome {
    Outcome::Declined { code: "no".into(), sentence: "No.".into() }
}

fn refund(amount: Option<i64>) -> Refund {
    Refund { id: id(), amount, reason: None, within: WITHIN }
}

fn capture(amount: Option<i64>) -> CaptureSome {
    CaptureSome { id: id(), amount, within: WITHIN }
}

fn void() -> Void {
    Void { id: id(), within: WITHIN }
}

#[test]
fn a_declined_payment_is_tried_again_under_a_key_of_its_own() {
    let payment = told(asked(Capture::Automatic), declined());
    assert_eq!(payment.0.status(), Status::Declined);
    let payment = after(payment, &attempt(Capture::Automatic, false));
    assert_eq!(payment.0.pending.as_ref().unwrap().key, Request::Authorise.key(id(), 2));
    assert_eq!(told(payment, captured()).0.status(), Status::Captured);
}

#[test]
fn an_attempt_that_was_written_before_there_were_pages_is_read() {
    let attempt = Attempt { page: None, ..attempt(Capture::Automatic, false) };
    let told = given::<Payment>([]).when(&attempt, NOW).unwrap().remove(0);
    let mut before: serde_json::Value = serde_json::from_str(&told.encode()).unwrap();
    let fields = before.as_object_mut().unwrap();
    assert!(fields.remove("return_url").is_some() && fields.remove("description").is_some());
    let read =
        crate::payment::event::PaymentEvent::decode("payment.attempted", 1, &before.to_string()).unwrap();
    assert_eq!(read, told);
}

#[test]
fn where_a_payer_comes_back_to_is_theirs() {
    let page = PayPage { return_url: "https://oak.example/orders/1".into(), description: "Order 1".into() };
    let attempt = Attempt { method: String::new(), page: Some(page), ..attempt(Capture::Automatic, false) };
    let told = given::<Payment>([]).when(&attempt, NOW).unwrap().remove(0);
    assert!(!format!("{told:?}").contains("oak.example"));
    let subject = SubjectId(Uuid::from_u128(2));
    assert!(
        matches!(told, crate::payment::event::PaymentEvent::Attempted(told) if told.return_url.as_ref().unwrap().subject() == subject)
    );
}

#[test]
fn refuses_to_ask_twice_at_once() {
    let payment = asked(Capture::Automatic);
    assert_eq!(payment.when(&attempt(Capture::Automatic, false), NOW).unwrap_err(), Refusal::Open);
    assert_eq!(payment.when(&refund(None), NOW).unwrap_err(), Refusal::Busy);
}

#[test]
fn an_answer_that_comes_twice_counts_once() {
    let payment = told(asked(Capture::Automatic), captured());
    let again = Conclude { id: id(), key: Request::Authorise.key(id(), 1), outcome: captured() };
    assert_eq!(payment.when(&again, NOW).unwrap(), []);
}

#[test]
fn a_request_without_an_answer_is_unknown_until_there_is_one() {
    let payment = asked(Capture::Automatic);
    let key = payment.0.pending.as_ref().unwrap().key.clone();
    let payment = after(payment, &Doubt { key, sent: true, why: "silence".into() });
    assert_eq!(payment.0.status(), Status::Unknown);
    assert_eq!(told(payment, captured()).0.status(), Status::Captured);
}

#[test]
fn never_more_is_refunded_than_was_captured() {
    let payment = told(asked(Capture::Automatic), captured());
    assert_eq!(payment.when(&refund(Some(1001)), NOW).unwrap_err(), Refusal::TooMuch { left: 1000 });
    let payment = after(payment, &refund(Some(400)));
    let payment = told(payment, Outcome::Refunded { reference: "r".into(), amount: 400 });
    assert_eq!(payment.0.status(), Status::PartiallyRefunded);
    assert_eq!(payment.when(&refund(Some(601)), NOW).unwrap_err(), Refusal::TooMuch { left: 600 });
}

#[test]
fn what_is_held_can_be_captured_in_pieces_and_the_rest_given_up() {
    let piece = |amount| Outcome::Captured { reference: "x".into(), amount, card: None, last: false };
    let payment = told(asked(Capture::Manual), authorised());
    let payment = told(after(payment, &capture(Some(300))), piece(300));
    let payment = told(after(payment, &capture(Some(300))), piece(300));
    assert_eq!(payment.0.status(), Status::PartiallyCaptured);
    let payment = told(after(payment, &void()), Outcome::Voided);
    assert_eq!((payment.0.status(), payment.0.standing().open), (Status::Captured, false));
    assert_eq!(payment.when(&void(), NOW).unwrap(), []);
}

#[test]
fn a_challenge_can_be_given_up_and_comes_back_when_the_provider_refuses() {
    let url = Outcome::Challenged { reference: "x".into(), url: "https://x".into() };
    let challenged = told(asked(Capture::Automatic), url);
    let refused = told(after(Given(challenged.0.clone()), &void()), declined());
    assert_eq!(refused.0.status(), Status::Challenged);
    assert_eq!(told(refused, captured()).0.status(), Status::Captured);
    assert_eq!(told(after(challenged, &void()), Outcome::Voided).0.status(), Status::Voided);
}

#[test]
fn a_challenge_that_is_met_while_it_is_given_up_counts_once() {
    let url = Outcome::Challenged { reference: "x".into(), url: "https://x".into() };
    let voiding = after(told(asked(Capture::Automatic), url), &void());
    let met = Conclude { id: id(), key: Request::Authorise.key(id(), 1), outcome: captured() };
    let paid = after(voiding, &met);
    assert_eq!(paid.when(&met, NOW).unwrap(), []);
    assert_eq!(told(paid, declined()).0.status(), Status::Captured);
}

#[test]
fn money_that_arrives_after_it_was_given_up_is_seen() {
    let payment = told(asked(Capture::Manual), authorised());
    let payment = told(after(payment, &void()), Outcome::Voided);
    let key = Request::Authorise.key(id(), 1);
    let payment = after(payment, &Conclude { id: id(), key, outcome: captured() });
    assert_eq!(payment.0.captured, 1000);
}

#[test]
fn a_lost_dispute_takes_the_money_back_and_a_won_one_does_not() {
    let opened = Told::Disputed { reference: "d".into(), amount: 1000, reason: "fraud".into() };
    let disputed = after(told(asked(Capture::Automatic), captured()), &Hear(opened));
    assert_eq!(disputed.0.status(), Status::Disputed);
    assert_eq!(disputed.when(&refund(None), NOW).unwrap_err(), Refusal::Disputed);
    let lost = after(Given(disputed.0.clone()), &Hear(Told::DisputeLost { reference: "d".into() }));
    assert_eq!((lost.0.status(), lost.0.lost), (Status::Refunded, 1000));
    let won = after(disputed, &Hear(Told::DisputeWon { reference: "d".into() }));
    assert_eq!((won.0.status(), won.0.lost), (Status::Captured, 0));
}

#[test]
fn what_is_paid_by_hand_asks_nobody() {
    let payment = after(given::<Payment>([]), &attempt(Capture::Automatic, true));
    assert_eq!(payment.0.status(), Status::Expected);
    assert_eq!(payment.when(&capture(None), NOW).unwrap_err(), Refusal::ByHand);
    let record = |amount| Record { id: id(), amount, note: None };
    let payment = after(payment, &record(Some(400)));
    assert_eq!(payment.when(&record(Some(601)), NOW).unwrap_err(), Refusal::TooMuch { left: 600 });
    assert_eq!(after(payment, &record(None)).0.status(), Status::Captured);
}

fn step(payment: &Payment, which: u8, amount: i64) -> Vec<crate::PaymentEvent> {
    let pending = payment.pending.as_ref();
    let key = match which % 3 {
        0 => pending.and_then(|pending| pending.behind.as_ref()).map(|behind| behind.key.clone()),
        _ => pending.map(|pending| pending.key.clone()),
    };
    let key = key.unwrap_or_else(|| Request::Authorise.key(id(), payment.attempts));
    let (reference, card) = (String::from("x"), None);
    let conclude = |outcome| Conclude { id: id(), key: key.clone(), outcome };
    let some = Some(amount);
    let decided = match which {
        0 => payment.decide(&attempt(Capture::Automatic, false), NOW),
        1 => payment.decide(&attempt(Capture::Manual, amount % 5 == 0), NOW),
        2 => payment.decide(&capture(some), NOW),
        3 => payment.decide(&refund(some), NOW),
        4 => payment.decide(&void(), NOW),
        5 => payment.decide(&Record { id: id(), amount: some, note: None }, NOW),
        6 | 7 => payment
            .decide(&conclude(Outcome::Captured { reference, amount, card, last: amount % 2 == 0 }), NOW),
        8 | 9 => payment.decide(&conclude(Outcome::Authorised { reference, amount, card }), NOW),
        10 | 11 => payment.decide(&conclude(Outcome::Refunded { reference, amount }), NOW),
        12 => payment.decide(&conclude(Outcome::Voided), NOW),
        13 => payment.decide(&conclude(declined()), NOW),
        14 => payment.decide(&conclude(Outcome::Challenged { reference, url: "u".into() }), NOW),
        15 => payment.decide(&Doubt { key: key.clone(), sent: amount % 2 == 0, why: String::new() }, NOW),
        16 => payment.decide(&Hear(Told::Disputed { reference, amount, reason: String::new() }), NOW),
        17 => payment.decide(&Hear(Told::DisputeLost { reference }), NOW),
        _ => payment.decide(&Hear(Told::DisputeWon { reference }), NOW),
    };
    decided.unwrap_or_default()
}

proptest! {
    #[test]
    fn after_any_history_no_more_left_than_came_in_and_a_replay_says_the_same(
        steps in prop::collection::vec((0u8..19, 1i64..1500), 0..60),
    ) {
        let (mut payment, mut log) = (Payment::default(), Vec::new());
        for (which, amount) in steps {
            for event in step(&payment, which, amount) {
                payment.apply(&event);
                prop_assert_eq!(event.after(), &payment.standing());
                log.push(event);
            }
            prop_assert!(0 <= payment.refunded && 0 <= payment.lost);
            prop_assert!(payment.refunded + payment.lost + payment.disputed() <= payment.captured);
            prop_assert!(payment.captured <= payment.authorised);
            // Nothing is open without a way on, and what is unknown has a request to ask after.
            prop_assert!(payment.status() != Status::Unknown || payment.pending.is_some());
        }
        let read: Vec<_> = log.iter().map(|event| {
            use kernel::Event as _;
            crate::payment::event::PaymentEvent::decode(event.kind(), event.schema(), &event.encode()).unwrap()
        }).collect();
        prop_assert_eq!(given::<Payment>(read).0, payment);
    }
}
