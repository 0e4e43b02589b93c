//! What is in a cart, and whose it is.

use catalog::VariantId;
use kernel::{Aggregate, Currency, Personal, SubjectId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::contact::{Told, Typed};
use super::draft::Draft;
use super::{CartEvent, Claimed, LineAdded, LineChanged, LineRemoved, Opened};
use crate::{OrderId, Refusal};

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

impl Cart {
    pub fn quantity(&self, variant: VariantId) -> i64 {
        self.lines.iter().find(|(known, _)| *known == variant).map_or(0, |(_, quantity)| *quantity)
    }

    /// Where a code is among those that were entered.
    pub(super) fn place_of(&self, code: &str) -> Option<usize> {
        self.codes.iter().position(|known| known.text().is_some_and(|known| known == code))
    }

    /// A code as whoever's cart it is has typed it.
    pub(super) fn typed(&self, code: &str) -> Typed {
        Typed::Theirs(Personal::new(self.subject.unwrap_or(SubjectId(Uuid::nil())), code.to_owned()))
    }

    /// What makes it hold so many of a variant.
    pub(super) fn filled(&self, variant: VariantId, quantity: i64) -> Option<CartEvent> {
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
