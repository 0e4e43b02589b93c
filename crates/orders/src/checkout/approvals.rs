//! Carts that wait for approval: looks up and checks what is needed, and returns the work without running it.

use edge::Shop;
use kernel::{Check, Fault, Personal, Problem, boxed, within};
use store::{Reply, Work};
use uuid::Uuid;

use super::Change;
use super::steps::{self, expect};
use super::view::Priced;
use crate::cart::queries::{self, CartState, KeptCart, Whose};
use crate::cart::{Cart, use_cases};
use crate::cart::{Decline, Recall, may_approve};
use crate::ports::buyers::Standing;
use crate::{CartId, OrderId, Ports, Refusal};

/// The cart, if whoever asks may see it: while it waits, those who say yes for the organisation may, too.
#[boxed]
pub async fn seen(shop: &Shop, ports: &Ports, id: CartId) -> Result<KeptCart, Problem> {
    match steps::cart(shop, id).await {
        Err(problem) if problem.fault == Fault::NotFound => Ok(awaited(shop, ports, id).await?.0),
        found => found,
    }
}

/// A cart that waits for the yes of whoever asks, with what they may do.
async fn awaited(shop: &Shop, ports: &Ports, id: CartId) -> Result<(KeptCart, Standing), Problem> {
    let missing = || Problem::not_found("cart");
    let customer = shop.caller.customer().ok_or_else(missing)?;
    let standing = Standing::of(&shop.tenant, &*ports.buyers, customer).await?;
    let organisation = standing.approves_for().map(|known| known.id).ok_or_else(missing)?;
    let kept = queries::cart(&shop.tenant, id, None).await?;
    let theirs = kept.state == CartState::AwaitingApproval && kept.organisation == Some(organisation);
    if theirs { Ok((kept, standing)) } else { Err(missing()) }
}

/// Which waiting carts a customer sees: all of the organisation for which they say yes, or their own.
#[boxed]
pub async fn listed(shop: &Shop, ports: &Ports, own: Uuid) -> Result<Whose, Problem> {
    let standing = Standing::of(&shop.tenant, &*ports.buyers, own).await?;
    Ok(standing.approves_for().map_or(Whose::Owner(own), |known| Whose::Organisation(known.id)))
}

/// What somebody says yes to: this cart, and this total.
#[derive(Debug, Clone, Copy, Default)]
pub struct Yes {
    pub seen: Option<i64>,
    pub total: Option<i64>,
}

/// Orders what a colleague wants, at the price of this moment.
#[boxed]
pub async fn approve(
    shop: &Shop,
    ports: &Ports,
    id: CartId,
    new: OrderId,
    yes: Yes,
) -> Result<Work, Problem> {
    let (kept, approver) = colleagues(shop, ports, id).await?;
    let priced = Priced::new(&shop.tenant, ports, kept, shop.now).await?;
    let organisation = priced.kept.organisation;
    if priced.receipt.standing.organisation.as_ref().map(|known| known.id) != organisation {
        return Err(Refusal::BuyerLeft.into());
    }
    priced.must_be_whole()?;
    expect(yes.total, &priced)?;
    let by = shop.caller.customer();
    let facts = approver.approves_for().zip(by).ok_or_else(|| Problem::not_found("cart"))?;
    may_approve(facts.1, facts.0, priced.kept.buyer(), priced.receipt.ledger().total())?;
    let as_seen = Work::over::<Cart>([id]).decide(move |desk| {
        desk.expect_version::<Cart>(id, yes.seen)?;
        Ok(Reply::nothing())
    });
    let placed = steps::place(shop, new, &priced, by).await?;
    Ok(Work::all([as_seen, approver.held_to(placed)]))
}

/// Says no, and why.
#[boxed]
pub async fn decline(
    shop: &Shop,
    ports: &Ports,
    id: CartId,
    seen: Option<i64>,
    reason: &str,
) -> Result<Work, Problem> {
    let mut check = Check::default();
    check.that(within(reason, 1, 500), "/reason", "give a reason of 1 to 500 letters");
    check.done()?;
    let (kept, approver) = colleagues(shop, ports, id).await?;
    let by = shop.caller.customer().ok_or_else(|| Problem::not_found("cart"))?;
    let (subject, reason) = (kept.subject, reason.to_owned());
    Ok(approver.held_to(Work::over::<Cart>([id]).about([subject]).decide(move |desk| {
        desk.get::<Cart>(id)?;
        desk.expect_version::<Cart>(id, seen)?;
        let reason = Personal::new(subject, reason.clone());
        desk.ask::<Cart, _>(id, &Decline { by, reason })?;
        Ok(Reply::nothing())
    })))
}

/// Takes it back.
#[boxed]
pub async fn recall(shop: &Shop, id: CartId, seen: Option<i64>) -> Result<Change, Problem> {
    let kept = steps::cart(shop, id).await?;
    // It is no organisation's any more.
    let kept = KeptCart { organisation: None, ..kept };
    Ok(Change::new(shop, id, Some(kept), use_cases::change(id, seen, Recall)))
}

/// A cart that waits for somebody else than its buyer. Of their own they are told why it is not theirs to say yes to.
async fn colleagues(shop: &Shop, ports: &Ports, id: CartId) -> Result<(KeptCart, Standing), Problem> {
    let found = awaited(shop, ports, id).await;
    let own = match &found {
        Ok((kept, _)) => kept.buyer() == shop.caller.customer(),
        Err(_) => steps::cart(shop, id).await.is_ok_and(|kept| kept.buyer().is_some()),
    };
    if own { Err(Refusal::OwnApproval.into()) } else { found }
}
