//! A cart: what somebody means to order, until they do.

pub mod api;
pub mod approval;
pub mod desk;
mod draft;
mod draft_api;
mod guests;
mod merge;
mod projector;
pub mod queries;
mod told;
pub mod view;
pub mod waiting;
pub mod works;

use catalog::VariantId;
use kernel::{Aggregate, Currency, Decide, Personal, SubjectId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{OrderId, Refusal};

use approval::{ApprovalAsked, Declined, Recalled};
pub use draft::{Draft, Drafted, Draw, Invite, Invited, Withdraw, Withdrawn};
pub use guests::Guests;
pub use merge::{Claim, Merge};
pub(crate) use projector::forget;
pub use told::{Contact, Told, Typed};

/// As many as an order has.
pub const MOST_LINES: usize = 200;
pub const MOST_OF_A_THING: i64 = 10_000;
pub const MOST_CODES: usize = 20;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cart {
    pub state: State,
    /// Whose personal data it holds: the owner, or somebody made up for a guest.
    pub subject: Option<SubjectId>,
    /// The customer whose it is; a guest's belongs to whoever knows its id.
    pub owner: Option<SubjectId>,
    pub currency: Option<Currency>,
    pub lines: Vec<(VariantId, i64)>,
    pub contact: Option<Personal<Told>>,
    pub delivery: Option<Uuid>,
    pub codes: Vec<Typed>,
    /// What the shop agreed on with whoever it is for, when it put the cart together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Draft>,
    /// Whether whoever a draft is for may open it.
    #[serde(default)]
    pub invited: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    #[default]
    None,
    Open,
    /// Of somebody who says yes for the organisation.
    AwaitingApproval(Uuid),
    Ordered(OrderId),
    MergedInto(crate::CartId),
    /// A draft that the shop took back.
    Withdrawn,
}

kernel::events! {
    pub enum CartEvent {
        Opened(Opened) = ("cart.opened", 1),
        LineAdded(LineAdded) = ("cart.line_added", 1),
        LineChanged(LineChanged) = ("cart.line_changed", 1),
        LineRemoved(LineRemoved) = ("cart.line_removed", 1),
        Described(Described) = ("cart.described", 2),
        DeliveryChosen(DeliveryChosen) = ("cart.delivery_chosen", 1),
        CodeEntered(CodeEntered) = ("cart.code_entered", 1),
        CodeTakenOut(CodeTakenOut) = ("cart.code_taken_out", 1),
        Claimed(Claimed) = ("cart.claimed", 2),
        Merged(Merged) = ("cart.merged", 1),
        Ordered(Ordered) = ("cart.ordered", 1),
        ApprovalAsked(ApprovalAsked) = ("cart.approval_asked", 1),
        Recalled(Recalled) = ("cart.recalled", 1),
        Declined(Declined) = ("cart.declined", 1),
        Drafted(Drafted) = ("cart.drafted", 2),
        Invited(Invited) = ("cart.invited", 1),
        Withdrawn(Withdrawn) = ("cart.withdrawn", 1),
    }
    upcast = told::up;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub subject: SubjectId,
    pub owner: Option<SubjectId>,
    pub currency: Currency,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineAdded {
    pub variant: VariantId,
    pub quantity: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineChanged {
    pub variant: VariantId,
    pub quantity: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRemoved {
    pub variant: VariantId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Described {
    pub contact: Personal<Told>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryChosen {
    pub option: Option<Uuid>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeEntered {
    pub code: Typed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeTakenOut {
    /// Which one of those that are in the cart; before there were places, the one that says the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<usize>,
    pub code: Typed,
}

/// It belongs to a customer now, and so does what is known of whoever filled it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    pub owner: SubjectId,
    pub contact: Option<Personal<Told>>,
    /// As the customer's. Before they were anybody's they stayed as they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codes: Option<Vec<Typed>>,
    /// Who it belonged to before: nobody's name, and of no use any more.
    #[serde(default)]
    pub guest: Option<SubjectId>,
}

/// What was in it is in another cart of its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    pub into: crate::CartId,
    #[serde(default)]
    pub guest: Option<SubjectId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    pub order: OrderId,
}

impl Aggregate for Cart {
    const KIND: &'static str = "cart";
    type Event = CartEvent;

    fn apply(&mut self, event: &CartEvent) {
        match event {
            CartEvent::Opened(Opened { subject, owner, currency }) => {
                self.state = State::Open;
                (self.subject, self.owner, self.currency) = (Some(*subject), *owner, Some(*currency));
            }
            CartEvent::LineAdded(line) => self.lines.push((line.variant, line.quantity)),
            CartEvent::LineChanged(line) => {
                let lines = self.lines.iter_mut().filter(|(variant, _)| *variant == line.variant);
                lines.for_each(|(_, quantity)| *quantity = line.quantity);
            }
            CartEvent::LineRemoved(line) => self.lines.retain(|(variant, _)| *variant != line.variant),
            CartEvent::Described(described) => {
                self.contact = Some(described.contact.clone());
            }
            CartEvent::DeliveryChosen(chosen) => self.delivery = chosen.option,
            CartEvent::CodeEntered(entered) => self.codes.push(entered.code.clone()),
            CartEvent::CodeTakenOut(out) => {
                let place = out.place.or_else(|| self.codes.iter().position(|known| *known == out.code));
                if let Some(place) = place.filter(|place| *place < self.codes.len()) {
                    self.codes.remove(place);
                }
            }
            CartEvent::Claimed(Claimed { owner, contact, codes, .. }) => {
                (self.owner, self.subject) = (Some(*owner), Some(*owner));
                self.contact.clone_from(contact);
                if let Some(codes) = codes {
                    self.codes.clone_from(codes);
                }
            }
            CartEvent::Merged(merged) => self.state = State::MergedInto(merged.into),
            CartEvent::Ordered(ordered) => self.state = State::Ordered(ordered.order),
            CartEvent::ApprovalAsked(asked) => self.state = State::AwaitingApproval(asked.organisation),
            CartEvent::Recalled(_) | CartEvent::Declined(_) => self.state = State::Open,
            CartEvent::Drafted(drafted) => self.drafted(drafted),
            CartEvent::Invited(_) => self.invited = true,
            CartEvent::Withdrawn(_) => self.state = State::Withdrawn,
        }
    }
}

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

type Decision = Result<Vec<CartEvent>, Refusal>;

impl Cart {
    pub fn quantity(&self, variant: VariantId) -> i64 {
        self.lines.iter().find(|(known, _)| *known == variant).map_or(0, |(_, quantity)| *quantity)
    }

    /// Where a code is among those that were entered.
    fn place_of(&self, code: &str) -> Option<usize> {
        self.codes.iter().position(|known| known.text().is_some_and(|known| known == code))
    }

    /// A code as whoever's cart it is has typed it.
    fn typed(&self, code: &str) -> Typed {
        Typed::Theirs(Personal::new(self.subject.unwrap_or(SubjectId(Uuid::nil())), code.to_owned()))
    }

    /// What makes it hold so many of a variant.
    fn filled(&self, variant: VariantId, quantity: i64) -> Option<CartEvent> {
        match (self.quantity(variant), quantity) {
            (there, quantity) if there == quantity => None,
            (0, quantity) => Some(LineAdded { variant, quantity }.into()),
            (_, 0) => Some(LineRemoved { variant }.into()),
            (_, quantity) => Some(LineChanged { variant, quantity }.into()),
        }
    }

    pub(crate) fn must_be_open(&self) -> Result<(), Refusal> {
        match self.state {
            State::Open => Ok(()),
            State::AwaitingApproval(_) => Err(Refusal::CartWaits),
            State::Ordered(order) => Err(Refusal::CartOrdered { order }),
            State::None | State::MergedInto(_) => Err(Refusal::CartMerged),
            State::Withdrawn => Err(Refusal::DraftWithdrawn),
        }
    }
}

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
    use super::*;
    use kernel::aggregate::{Given, given};

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
