//! What happens to a guest's cart when the guest signs in: it is claimed, or merged into the customer's open cart.

use catalog::VariantId;
use kernel::{Decide, Personal, SubjectId, Timestamp};

use super::{Cart, CartEvent, Claimed, CodeEntered, Merged, Told, Typed};
use crate::bounds::{MOST_CODES, MOST_LINES, MOST_OF_A_THING};
use crate::{CartId, Refusal};

/// A guest's cart becomes a customer's.
pub struct Claim {
    pub owner: SubjectId,
    /// What was known of the guest, as the customer's.
    pub contact: Option<Personal<Told>>,
}

/// What a guest's cart holds comes into the customer's own.
pub struct Merge {
    pub lines: Vec<(VariantId, i64)>,
    pub codes: Vec<String>,
}

/// The guest's cart is empty from now on and says where things are.
pub struct MergeInto {
    pub into: CartId,
}

impl Decide<Claim> for Cart {
    type Refusal = Refusal;

    fn decide(&self, command: &Claim, _now: Timestamp) -> Result<Vec<CartEvent>, Refusal> {
        self.must_be_open()?;
        self.must_not_be_a_draft()?;
        match self.owner {
            Some(owner) if owner == command.owner => Ok(Vec::new()),
            Some(_) => Err(Refusal::CartMerged),
            None => {
                let Claim { owner, contact } = command;
                let codes = self.codes.iter().filter_map(Typed::text);
                let codes = codes.map(|code| Typed::Theirs(Personal::new(*owner, code.clone())));
                let (contact, codes) = (contact.clone(), Some(codes.collect()));
                Ok(vec![Claimed { owner: *owner, contact, codes, guest: self.subject }.into()])
            }
        }
    }
}

impl Decide<Merge> for Cart {
    type Refusal = Refusal;

    /// Of a thing that is in both there are as many as in the one that has more: who filled a cart twice did not want
    /// everything twice. What does not fit stays out.
    fn decide(&self, command: &Merge, _now: Timestamp) -> Result<Vec<CartEvent>, Refusal> {
        self.must_be_open()?;
        self.must_not_be_a_draft()?;
        let mut events: Vec<CartEvent> = Vec::new();
        let mut free = MOST_LINES.saturating_sub(self.lines.len());
        for (variant, quantity) in &command.lines {
            let (there, quantity) = (self.quantity(*variant), (*quantity).min(MOST_OF_A_THING));
            if quantity <= there || (there == 0 && free == 0) {
                continue;
            }
            free -= usize::from(there == 0);
            events.extend(self.filled(*variant, quantity));
        }
        let new = command.codes.iter().filter(|code| self.place_of(code).is_none());
        let codes = new.take(MOST_CODES.saturating_sub(self.codes.len()));
        events.extend(codes.map(|code| CodeEntered { code: self.typed(code) }.into()));
        Ok(events)
    }
}

impl Decide<MergeInto> for Cart {
    type Refusal = Refusal;

    fn decide(&self, command: &MergeInto, _now: Timestamp) -> Result<Vec<CartEvent>, Refusal> {
        self.must_be_open()?;
        self.must_not_be_a_draft()?;
        if self.owner.is_some() {
            return Err(Refusal::CartMerged);
        }
        Ok(vec![Merged { into: command.into, guest: self.subject }.into()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cart::{LineAdded, LineChanged, Opened};
    use kernel::Aggregate;
    use kernel::aggregate::{Given, given};

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn cart(owner: Option<SubjectId>, lines: &[(VariantId, i64)]) -> Given<Cart> {
        let currency = "EUR".parse().unwrap();
        let opened = Opened { subject: owner.unwrap_or_else(SubjectId::new), owner, currency };
        let mut cart = given::<Cart>([opened.into()]);
        for (variant, quantity) in lines {
            cart.0.apply(&LineAdded { variant: *variant, quantity: *quantity }.into());
        }
        cart
    }

    #[test]
    fn a_thing_that_is_in_both_carts_is_there_as_often_as_in_the_fuller_one() {
        let (lamp, rug) = (VariantId::new(), VariantId::new());
        let mine = cart(Some(SubjectId::new()), &[(lamp, 2), (rug, 1)]);
        let merge = Merge { lines: vec![(lamp, 1), (rug, 3)], codes: vec!["SPRING".into()] };
        let filled: CartEvent = LineChanged { variant: rug, quantity: 3 }.into();
        let entered = CodeEntered { code: mine.0.typed("SPRING") };
        assert_eq!(mine.when(&merge, NOW), Ok(vec![filled, entered.into()]));
    }

    #[test]
    fn what_does_not_fit_stays_out() {
        let full: Vec<_> = (0..MOST_LINES).map(|_| (VariantId::new(), 1)).collect();
        let mine = cart(Some(SubjectId::new()), &full);
        assert_eq!(mine.when(&Merge { lines: vec![(VariantId::new(), 1)], codes: vec![] }, NOW), Ok(vec![]));
    }

    #[test]
    fn nobody_claims_or_empties_a_cart_that_has_an_owner() {
        let theirs = cart(Some(SubjectId::new()), &[]);
        let claim = Claim { owner: SubjectId::new(), contact: None };
        assert_eq!(theirs.when(&claim, NOW), Err(Refusal::CartMerged));
        assert_eq!(theirs.when(&MergeInto { into: CartId::new() }, NOW), Err(Refusal::CartMerged));
    }
}
