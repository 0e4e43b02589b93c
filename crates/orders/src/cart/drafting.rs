//! How a shop changes a draft, and when it may.

use kernel::{Decide, SubjectId, Timestamp};

use super::draft::{Drafted, Invited, Withdrawn};
use super::{Cart, CartEvent, State};
use crate::Refusal;
use crate::bounds::{MOST_LINES, MOST_OF_A_THING};

/// Puts it together, or anew.
pub struct Draw(pub Drafted);

pub struct Invite;

pub struct Withdraw;

impl Cart {
    pub(super) fn drafted(&mut self, drafted: &Drafted) {
        let Drafted { subject, currency, lines, contact, delivery, draft, .. } = drafted;
        self.state = State::Open;
        self.invited &= !drafted.uninvited;
        (self.subject, self.owner, self.currency) = (Some(*subject), None, Some(*currency));
        (self.lines, self.contact) = (lines.clone(), Some(contact.clone()));
        (self.delivery, self.draft) = (*delivery, Some(draft.clone()));
    }

    /// What a shop has put together stays together.
    pub(super) fn must_not_be_a_draft(&self) -> Result<(), Refusal> {
        if self.draft.is_some() { Err(Refusal::DraftFixed) } else { Ok(()) }
    }

    fn must_be_a_draft(&self) -> Result<(), Refusal> {
        self.must_be_open()?;
        if self.draft.is_some() { Ok(()) } else { Err(Refusal::NoDraft) }
    }

    /// Whom it was made up for, if that is no customer.
    fn made_up(&self) -> Option<SubjectId> {
        self.draft.as_ref().filter(|draft| draft.customer.is_none()).and(self.subject)
    }

    /// Whoever it was made up for is nobody, once it is somebody else's.
    pub(super) fn guest_before(&self, subject: SubjectId) -> Option<SubjectId> {
        self.made_up().filter(|before| *before != subject)
    }

    /// Whoever has the address of a draft is not who is to have it, once it is for somebody else.
    fn passes_on(&self, drafted: &Drafted) -> bool {
        let before = self.draft.as_ref().map(|draft| (self.subject, draft.customer));
        before.is_some_and(|before| before != (Some(drafted.subject), drafted.draft.customer))
    }
}

impl Decide<Draw> for Cart {
    type Refusal = Refusal;

    fn decide(&self, Draw(drafted): &Draw, _now: Timestamp) -> Result<Vec<CartEvent>, Refusal> {
        if self.state != State::None {
            self.must_be_a_draft()?;
        }
        let (guest, uninvited) = (self.guest_before(drafted.subject), self.passes_on(drafted));
        let drafted = Drafted { guest, uninvited, ..drafted.clone() };
        if drafted.lines.len() > MOST_LINES {
            return Err(Refusal::CartFull);
        }
        if drafted.lines.iter().any(|(_, quantity)| !(1..=MOST_OF_A_THING).contains(quantity)) {
            return Err(Refusal::TooManyOfAThing);
        }
        Ok(vec![drafted.into()])
    }
}

impl Decide<Invite> for Cart {
    type Refusal = Refusal;

    fn decide(&self, _: &Invite, _now: Timestamp) -> Result<Vec<CartEvent>, Refusal> {
        self.must_be_a_draft()?;
        if self.lines.is_empty() {
            return Err(Refusal::DraftEmpty);
        }
        Ok(if self.invited { Vec::new() } else { vec![Invited {}.into()] })
    }
}

impl Decide<Withdraw> for Cart {
    type Refusal = Refusal;

    fn decide(&self, _: &Withdraw, _now: Timestamp) -> Result<Vec<CartEvent>, Refusal> {
        if self.state == State::Withdrawn {
            return Ok(Vec::new());
        }
        self.must_be_a_draft()?;
        Ok(vec![Withdrawn { guest: self.made_up() }.into()])
    }
}

#[cfg(test)]
mod tests {
    use catalog::VariantId;
    use kernel::aggregate::{Given, given};
    use kernel::{Aggregate, Personal};
    use uuid::Uuid;

    use super::*;
    use crate::agreement::{Agreed, OwnDelivery};
    use crate::cart::merge::MergeInto;
    use crate::cart::{
        ChooseDelivery, Claim, Contact, Describe, Draft, EnterCode, Fill, Merge, Opened, Order, TakeOutCode,
        Told,
    };
    use crate::order::OWN_DELIVERY;
    use crate::{CartId, OrderId};

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn drawn(subject: SubjectId, lines: Vec<(VariantId, i64)>) -> Drafted {
        Drafted {
            subject,
            currency: "EUR".parse().unwrap(),
            lines,
            contact: Personal::new(subject, Told::default()),
            delivery: None,
            draft: made_for(None),
            guest: None,
            uninvited: false,
        }
    }

    fn made_for(customer: Option<SubjectId>) -> Draft {
        Draft { customer, agreed: Personal::new(SubjectId::new(), Agreed::default()) }
    }

    fn draft(lines: Vec<(VariantId, i64)>) -> Given<Cart> {
        given([drawn(SubjectId::new(), lines).into()])
    }

    #[test]
    fn what_is_in_a_draft_stays_as_the_shop_put_it() {
        let variant = VariantId::new();
        let draft = draft(vec![(variant, 2)]);
        let (code, owner) = ("SPRING".to_owned(), SubjectId::new());
        assert_eq!(draft.when(&Fill { variant, quantity: 3 }, NOW), Err(Refusal::DraftFixed));
        assert_eq!(draft.when(&EnterCode { code: code.clone() }, NOW), Err(Refusal::DraftFixed));
        assert_eq!(draft.when(&TakeOutCode { code }, NOW), Err(Refusal::DraftFixed));
        assert_eq!(draft.when(&Claim { owner, contact: None }, NOW), Err(Refusal::DraftFixed));
        assert_eq!(draft.when(&MergeInto { into: CartId::new() }, NOW), Err(Refusal::DraftFixed));
        let merge = Merge { lines: vec![(VariantId::new(), 1)], codes: Vec::new() };
        assert_eq!(draft.when(&merge, NOW), Err(Refusal::DraftFixed));
    }

    #[test]
    fn whoever_it_is_for_says_who_they_are_and_how_it_comes_unless_that_was_agreed_on() {
        let mut draft = draft(vec![(VariantId::new(), 2)]);
        let contact = Contact { name: Some("Ada".into()), ..Contact::default() };
        let contact = Personal::new(SubjectId::new(), Told { contact, email_index: None });
        assert!(draft.when(&Describe { contact }, NOW).is_ok());
        let option = Some(Uuid::now_v7());
        assert!(draft.when(&ChooseDelivery { option }, NOW).is_ok());
        let by_hand = OwnDelivery { name: "By hand".into(), price: 0 };
        let agreed = Agreed { delivery: Some(by_hand), ..Agreed::default() };
        draft.0.draft.as_mut().unwrap().agreed = Personal::new(SubjectId::new(), agreed);
        draft.0.delivery = Some(OWN_DELIVERY);
        assert_eq!(draft.when(&ChooseDelivery { option }, NOW), Err(Refusal::DraftFixed));
        assert_eq!(draft.when(&ChooseDelivery { option: Some(OWN_DELIVERY) }, NOW), Ok(vec![]));
    }

    #[test]
    fn nobody_is_invited_to_nothing_and_nobody_twice() {
        assert_eq!(draft(vec![]).when(&Invite, NOW), Err(Refusal::DraftEmpty));
        let mut draft = draft(vec![(VariantId::new(), 1)]);
        draft.0.apply(&Invited {}.into());
        assert_eq!(draft.when(&Invite, NOW), Ok(vec![]));
    }

    #[test]
    fn a_draft_that_was_ordered_or_taken_back_is_over() {
        let order = OrderId::new();
        let mut ordered = draft(vec![(VariantId::new(), 1)]);
        for event in ordered.when(&Order { order }, NOW).unwrap() {
            ordered.0.apply(&event);
        }
        let again = Draw(drawn(SubjectId::new(), Vec::new()));
        assert_eq!(ordered.when(&again, NOW), Err(Refusal::CartOrdered { order }));
        assert_eq!(ordered.when(&Withdraw, NOW), Err(Refusal::CartOrdered { order }));
        let mut withdrawn = draft(vec![(VariantId::new(), 1)]);
        withdrawn.0.apply(&Withdrawn { guest: None }.into());
        assert_eq!(withdrawn.when(&Withdraw, NOW), Ok(vec![]));
        assert_eq!(withdrawn.when(&Order { order }, NOW), Err(Refusal::DraftWithdrawn));
    }

    #[test]
    fn somebody_made_up_is_let_go_when_it_is_taken_back_and_a_customer_is_not() {
        let subject = SubjectId::new();
        let mut draft = given::<Cart>([drawn(subject, Vec::new()).into()]);
        assert_eq!(draft.when(&Withdraw, NOW), Ok(vec![Withdrawn { guest: Some(subject) }.into()]));
        draft.0.draft.as_mut().unwrap().customer = Some(subject);
        assert_eq!(draft.when(&Withdraw, NOW), Ok(vec![Withdrawn { guest: None }.into()]));
    }

    #[test]
    fn a_cart_is_no_draft() {
        let opened = Opened { subject: SubjectId::new(), owner: None, currency: "EUR".parse().unwrap() };
        let cart = given::<Cart>([opened.into()]);
        assert_eq!(cart.when(&Withdraw, NOW), Err(Refusal::NoDraft));
        assert_eq!(cart.when(&Draw(drawn(SubjectId::new(), Vec::new())), NOW), Err(Refusal::NoDraft));
    }

    #[test]
    fn somebody_made_up_is_let_go_when_the_customer_is_known() {
        let (guest, customer) = (SubjectId::new(), SubjectId::new());
        let draft = given::<Cart>([drawn(guest, Vec::new()).into()]);
        let known = Drafted { draft: made_for(Some(customer)), ..drawn(customer, Vec::new()) };
        let events = draft.when(&Draw(known), NOW).unwrap();
        let [CartEvent::Drafted(drafted)] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!(drafted.guest, Some(guest));
    }

    #[test]
    fn whoever_was_invited_is_not_any_more_once_a_draft_is_for_somebody_else() {
        let (subject, variant) = (SubjectId::new(), VariantId::new());
        let mut draft = given::<Cart>([drawn(subject, vec![(variant, 1)]).into(), Invited {}.into()]);
        let mut drawn_anew = |subject, customer| {
            let new = Drafted { draft: made_for(customer), ..drawn(subject, vec![(variant, 2)]) };
            for event in draft.when(&Draw(new), NOW).unwrap() {
                draft.0.apply(&event);
            }
            draft.0.invited
        };
        assert!(drawn_anew(subject, None), "it is for whom it was for");
        assert!(!drawn_anew(subject, Some(subject)), "they are to sign in from now on");
        assert!(!drawn_anew(SubjectId::new(), None));
        for event in draft.when(&Invite, NOW).unwrap() {
            draft.0.apply(&event);
        }
        assert!(draft.0.invited, "and again by the shop alone");
    }

    #[test]
    fn an_event_that_says_nothing_of_an_invitation_ends_none() {
        let event = drawn(SubjectId::new(), Vec::new());
        let kept = serde_json::to_value(&event).unwrap();
        assert_eq!(kept.get("uninvited"), None);
        assert_eq!(serde_json::from_value::<Drafted>(kept).unwrap(), event);
    }
}
