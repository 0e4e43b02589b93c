//! What can be done with a cart.

use catalog::VariantId;
use kernel::{Currency, Decide, Personal, SubjectId, Timestamp};
use uuid::Uuid;

use super::contact::Told;
use super::draft::Draft;
use super::{Cart, CartEvent, CodeEntered, CodeTakenOut, DeliveryChosen, Described, Opened, Ordered};
use crate::bounds::{MOST_CODES, MOST_LINES, MOST_OF_A_THING};
use crate::{OrderId, Refusal};

/// Begins a cart.
pub struct Open {
    pub subject: SubjectId,
    pub owner: Option<SubjectId>,
    pub currency: Currency,
}

/// So many of a variant, however many there were.
pub struct Fill {
    pub variant: VariantId,
    pub quantity: i64,
}

/// So many more of a variant.
pub struct Add {
    pub variant: VariantId,
    pub quantity: i64,
}

pub struct Describe {
    pub contact: Personal<Told>,
}

pub struct ChooseDelivery {
    pub option: Option<Uuid>,
}

pub struct EnterCode {
    pub code: String,
}

pub struct TakeOutCode {
    pub code: String,
}

pub struct Order {
    pub order: OrderId,
}

pub(crate) type Decision = Result<Vec<CartEvent>, Refusal>;

impl Decide<Open> for Cart {
    type Refusal = Refusal;

    fn decide(&self, command: &Open, _now: Timestamp) -> Decision {
        let Open { subject, owner, currency } = command;
        Ok(vec![Opened { subject: *subject, owner: *owner, currency: *currency }.into()])
    }
}

impl Decide<Fill> for Cart {
    type Refusal = Refusal;

    fn decide(&self, command: &Fill, _now: Timestamp) -> Decision {
        self.must_be_open()?;
        self.must_not_be_a_draft()?;
        let Fill { variant, quantity } = *command;
        if quantity > MOST_OF_A_THING {
            return Err(Refusal::TooManyOfAThing);
        }
        if self.quantity(variant) == 0 && quantity > 0 && self.lines.len() >= MOST_LINES {
            return Err(Refusal::CartFull);
        }
        Ok(self.filled(variant, quantity).into_iter().collect())
    }
}

impl Decide<Add> for Cart {
    type Refusal = Refusal;

    fn decide(&self, command: &Add, now: Timestamp) -> Decision {
        let quantity = self.quantity(command.variant).saturating_add(command.quantity);
        self.decide(&Fill { variant: command.variant, quantity }, now)
    }
}

impl Decide<Describe> for Cart {
    type Refusal = Refusal;

    fn decide(&self, command: &Describe, _now: Timestamp) -> Decision {
        self.must_be_open()?;
        let Describe { contact } = command;
        let same = self.contact.as_ref() == Some(contact);
        Ok(if same { Vec::new() } else { vec![Described { contact: contact.clone() }.into()] })
    }
}

impl Decide<ChooseDelivery> for Cart {
    type Refusal = Refusal;

    fn decide(&self, command: &ChooseDelivery, _now: Timestamp) -> Decision {
        self.must_be_open()?;
        let option = command.option;
        if self.draft.as_ref().is_some_and(Draft::has_delivery) && self.delivery != option {
            return Err(Refusal::DraftFixed);
        }
        Ok(if self.delivery == option { Vec::new() } else { vec![DeliveryChosen { option }.into()] })
    }
}

impl Decide<EnterCode> for Cart {
    type Refusal = Refusal;

    fn decide(&self, command: &EnterCode, _now: Timestamp) -> Decision {
        self.must_be_open()?;
        self.must_not_be_a_draft()?;
        if self.place_of(&command.code).is_some() {
            return Ok(Vec::new());
        }
        if self.codes.len() >= MOST_CODES {
            return Err(Refusal::TooManyCodes);
        }
        Ok(vec![CodeEntered { code: self.typed(&command.code) }.into()])
    }
}

impl Decide<TakeOutCode> for Cart {
    type Refusal = Refusal;

    fn decide(&self, command: &TakeOutCode, _now: Timestamp) -> Decision {
        self.must_be_open()?;
        self.must_not_be_a_draft()?;
        let Some(place) = self.place_of(&command.code) else { return Ok(Vec::new()) };
        Ok(vec![CodeTakenOut { place: Some(place), code: self.typed(&command.code) }.into()])
    }
}

impl Decide<Order> for Cart {
    type Refusal = Refusal;

    fn decide(&self, command: &Order, _now: Timestamp) -> Decision {
        self.must_be_open()?;
        Ok(vec![Ordered { order: command.order }.into()])
    }
}

#[cfg(test)]
mod tests {
    use kernel::Aggregate;
    use kernel::aggregate::{Given, given};

    use super::*;
    use crate::cart::{LineAdded, LineChanged};

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn open() -> Given<Cart> {
        let currency = "EUR".parse().unwrap();
        given([Opened { subject: SubjectId::new(), owner: None, currency }.into()])
    }

    fn with(quantity: i64) -> (Given<Cart>, VariantId) {
        let (mut cart, variant) = (open(), VariantId::new());
        cart.0.apply(&LineAdded { variant, quantity }.into());
        (cart, variant)
    }

    #[test]
    fn adding_a_thing_twice_is_one_line_of_both() {
        let (cart, variant) = with(2);
        assert_eq!(
            cart.when(&Add { variant, quantity: 3 }, NOW),
            Ok(vec![LineChanged { variant, quantity: 5 }.into()])
        );
    }

    #[test]
    fn none_of_a_thing_takes_its_line_away() {
        let (mut cart, variant) = with(2);
        for event in cart.when(&Fill { variant, quantity: 0 }, NOW).unwrap() {
            cart.0.apply(&event);
        }
        assert_eq!(cart.0.lines, []);
    }

    #[test]
    fn saying_the_same_again_is_no_event() {
        let (cart, variant) = with(2);
        assert_eq!(cart.when(&Fill { variant, quantity: 2 }, NOW), Ok(vec![]));
        assert_eq!(cart.when(&ChooseDelivery { option: None }, NOW), Ok(vec![]));
        assert_eq!(cart.when(&TakeOutCode { code: "SPRING".into() }, NOW), Ok(vec![]));
    }

    #[test]
    fn refuses_more_lines_than_an_order_has_and_more_of_a_thing_than_is_sold() {
        let (mut cart, variant) = with(1);
        assert_eq!(cart.when(&Add { variant, quantity: i64::MAX }, NOW), Err(Refusal::TooManyOfAThing));
        while cart.0.lines.len() < MOST_LINES {
            cart.0.apply(&LineAdded { variant: VariantId::new(), quantity: 1 }.into());
        }
        assert_eq!(cart.when(&Fill { variant: VariantId::new(), quantity: 1 }, NOW), Err(Refusal::CartFull));
        assert!(cart.when(&Fill { variant, quantity: 2 }, NOW).is_ok());
    }

    #[test]
    fn a_cart_that_was_ordered_stays_as_it_was() {
        let (mut cart, variant) = with(1);
        let order = OrderId::new();
        cart.0.apply(&Ordered { order }.into());
        assert_eq!(cart.when(&Fill { variant, quantity: 2 }, NOW), Err(Refusal::CartOrdered { order }));
    }
}
