//! A change to a cart, and the cart as it leaves it.

use edge::Shop;
use kernel::{Problem, Timestamp};
use store::{After, Done, Left, Work};

use crate::CartId;
use crate::cart::queries::{CartState, KeptCart};
use crate::cart::{Cart, State, Typed};

/// A change to a cart that was read before, or that begins with it.
pub struct Change {
    work: Work,
    id: CartId,
    before: Option<KeptCart>,
    left: Left<Cart>,
    at: Timestamp,
}

impl Change {
    pub(super) fn new(shop: &Shop, id: CartId, before: Option<KeptCart>, work: Work) -> Self {
        let (work, left) = work.leaving::<Cart>(id);
        Self { work, id, before, left, at: shop.now }
    }

    pub fn work(&self) -> Work {
        self.work.clone()
    }

    /// Its work, or one that does nothing but refuse.
    pub fn or_refuse(change: &Result<Self, Problem>) -> Work {
        Work::or_refuse(change.as_ref().map(Self::work).map_err(Clone::clone))
    }

    /// The cart as the change has left it; nothing when that takes reading it, because the change was made before or
    /// somebody else changed the cart meanwhile.
    pub fn cart(self, done: &Done) -> Option<KeptCart> {
        let After { from, to, state } = self.left.by(done)?;
        let before = match self.before {
            Some(before) => before,
            None => KeptCart::begun(self.id, &state, self.at)?,
        };
        if before.version != from || state.state != State::Open || state.draft.is_some() {
            return None;
        }
        let told = state.contact.and_then(|told| told.reveal().cloned()).unwrap_or_default();
        Some(KeptCart {
            version: to,
            state: CartState::Open,
            contact: told.contact,
            email_index: told.email_index,
            delivery: state.delivery,
            updated_at: if to > from { self.at } else { before.updated_at },
            lines: state.lines,
            codes: state.codes.iter().filter_map(Typed::text).cloned().collect(),
            ..before
        })
    }
}
