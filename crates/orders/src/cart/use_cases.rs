//! The use cases of carts and drafts.

use catalog::VariantId;
use kernel::{Currency, Decide, Personal, Problem, SubjectId};
use store::problems::CONTENDED;
use store::{Reply, Work};
use uuid::Uuid;

use super::merge::MergeInto;
use super::queries::KeptCart;
use super::{
    Add, Cart, CartEvent, ChooseDelivery, Claim, Describe, Drafted, Draw, EnterCode, Fill, Invite, Merge,
    Open, TakeOutCode, Told, Typed, Withdraw,
};
use crate::{CartId, Refusal};

/// Begins a cart, with what is put into it at once.
pub fn open_cart(id: CartId, owner: Option<Uuid>, currency: Currency, lines: Vec<(VariantId, i64)>) -> Work {
    let owner = owner.map(SubjectId);
    let subject = owner.unwrap_or_else(SubjectId::new);
    Work::over::<Cart>([id]).decide(move |desk| {
        desk.ask::<Cart, _>(id, &Open { subject, owner, currency })?;
        for (n, (variant, quantity)) in lines.iter().enumerate() {
            desk.ask::<Cart, _>(id, &Add { variant: *variant, quantity: *quantity }).map_err(|problem| {
                problem.at(format!("/lines/{n}/quantity"), "order 1 to 10,000 of a thing")
            })?;
        }
        Ok(Reply { status: 201, ..Reply::default() }.location(format!("/api/v1/carts/{id}")))
    })
}

pub fn add(id: CartId, seen: Option<i64>, variant: VariantId, quantity: i64) -> Work {
    change(id, seen, Add { variant, quantity })
}

pub fn fill(id: CartId, seen: Option<i64>, variant: VariantId, quantity: i64) -> Work {
    change(id, seen, Fill { variant, quantity })
}

pub fn choose_delivery(id: CartId, seen: Option<i64>, option: Option<Uuid>) -> Work {
    change(id, seen, ChooseDelivery { option })
}

pub fn enter_code(id: CartId, seen: Option<i64>, subject: SubjectId, code: String) -> Work {
    say(id, seen, subject, EnterCode { code })
}

pub fn take_out_code(id: CartId, seen: Option<i64>, subject: SubjectId, code: String) -> Work {
    say(id, seen, subject, TakeOutCode { code })
}

/// Says who orders and where it goes.
pub fn describe(id: CartId, seen: Option<i64>, subject: SubjectId, told: Told) -> Work {
    say(id, seen, subject, Describe { contact: Personal::new(subject, told) })
}

/// Changes what somebody said. `subject` is whose the cart was when it was read; when it was claimed since, what they said
/// would be under the wrong name.
fn say<C>(id: CartId, seen: Option<i64>, subject: SubjectId, command: C) -> Work
where
    C: Send + Sync + 'static,
    Cart: Decide<C, Refusal = Refusal, Event = CartEvent>,
{
    Work::over::<Cart>([id]).about([subject]).decide(move |desk| {
        let cart = desk.get::<Cart>(id)?;
        if cart.subject != Some(subject) {
            return Err(moved());
        }
        desk.expect_version::<Cart>(id, seen)?;
        if desk.is_erased(subject) {
            return Err(Refusal::PersonErased.into());
        }
        desk.ask::<Cart, _>(id, &command)?;
        Ok(Reply { status: 200, ..Reply::default() })
    })
}

/// A guest's cart becomes the customer's, or goes into the open one that they have.
pub fn claim(guest: &KeptCart, owner: SubjectId, into: Option<CartId>) -> Work {
    let (id, told, read) = (guest.id, guest.told(), guest.version);
    let Some(into) = into.filter(|into| *into != id) else {
        return Work::over::<Cart>([id]).about([owner]).decide(move |desk| {
            desk.get::<Cart>(id)?;
            if desk.version::<Cart>(id) != read {
                return Err(moved());
            }
            let contact = Some(Personal::new(owner, told.clone()));
            desk.ask::<Cart, _>(id, &Claim { owner, contact })?;
            Ok(Reply { status: 200, ..Reply::default() })
        });
    };
    Work::over::<Cart>([id, into]).about([owner]).decide(move |desk| {
        let guest = desk.get::<Cart>(id)?;
        let codes = guest.codes.iter().filter_map(Typed::text).cloned().collect();
        let merge = Merge { lines: guest.lines.clone(), codes };
        desk.ask::<Cart, _>(id, &MergeInto { into })?;
        desk.ask::<Cart, _>(into, &merge)?;
        Ok(Reply { status: 200, ..Reply::default() })
    })
}

/// Puts a draft together, or anew as whoever changes it has seen it.
pub fn draw(id: CartId, seen: Option<i64>, drafted: Drafted) -> Work {
    let subject = drafted.subject;
    Work::over::<Cart>([id]).about([subject]).decide(move |desk| {
        if seen.is_some() {
            desk.get::<Cart>(id)?;
            desk.expect_version::<Cart>(id, seen)?;
        }
        if desk.is_erased(subject) {
            return Err(Refusal::PersonErased.into());
        }
        desk.ask::<Cart, _>(id, &Draw(drafted.clone()))?;
        let reply = Reply { status: if seen.is_some() { 200 } else { 201 }, ..Reply::default() };
        Ok(if seen.is_some() { reply } else { reply.location(format!("/api/v1/draft-orders/{id}")) })
    })
}

pub fn invite(id: CartId, seen: Option<i64>) -> Work {
    change(id, seen, Invite)
}

pub fn withdraw(id: CartId, seen: Option<i64>) -> Work {
    Work::over::<Cart>([id]).decide(move |desk| {
        desk.get::<Cart>(id)?;
        desk.expect_version::<Cart>(id, seen)?;
        desk.ask::<Cart, _>(id, &Withdraw)?;
        Ok(Reply::nothing())
    })
}

pub(crate) fn change<C>(id: CartId, seen: Option<i64>, command: C) -> Work
where
    C: Send + Sync + 'static,
    Cart: Decide<C, Refusal = Refusal, Event = CartEvent>,
{
    Work::over::<Cart>([id]).decide(move |desk| {
        desk.get::<Cart>(id)?;
        desk.expect_version::<Cart>(id, seen)?;
        desk.ask::<Cart, _>(id, &command)?;
        Ok(Reply { status: 200, ..Reply::default() })
    })
}

pub(crate) fn moved() -> Problem {
    CONTENDED.says("The cart was changed just now, so nothing was written. Try again.").after(1)
}
