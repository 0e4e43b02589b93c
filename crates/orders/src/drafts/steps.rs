//! What staff do with a draft order. Each function looks up and checks what it needs and returns the work without running it.

use edge::Shop;
use kernel::{Check, Personal, Problem, SubjectId, boxed};
use store::Work;

use super::request::{DraftLine, NewDraft};
use crate::cart::queries::{CartState, KeptCart};
use crate::cart::{Draft, Drafted, Told, use_cases};
use crate::checkout::steps::{cart, name, place};
use crate::checkout::view::Priced;
use crate::inputs::NewLine;
use crate::order::OWN_DELIVERY;
use crate::{CartId, OrderId, Ports};

/// Orders a draft for whoever it is for. Who works here may agree on the delivery another time.
#[boxed]
pub async fn complete(shop: &Shop, ports: &Ports, id: CartId, new: OrderId) -> Result<Work, Problem> {
    let kept = draft(shop, id).await?;
    let priced = Priced::new(&shop.tenant, ports, kept, shop.now).await?;
    if priced.kept.state == CartState::Open {
        priced.must_be_whole_but("/delivery_option_id")?;
    }
    place(shop, new, &priced, None).await
}

/// A draft, for whoever works here.
#[boxed]
pub async fn draft(shop: &Shop, id: CartId) -> Result<KeptCart, Problem> {
    let kept = cart(shop, id).await?;
    if kept.draft.is_some() { Ok(kept) } else { Err(Problem::not_found("draft")) }
}

/// The work that puts a draft together, or anew when there is one.
#[boxed]
pub async fn draw(
    shop: &Shop,
    id: CartId,
    before: Option<(KeptCart, i64)>,
    new: &NewDraft,
) -> Result<Work, Problem> {
    new.check(shop.record.currency)?;
    let lines: Vec<NewLine> = new.lines.iter().map(DraftLine::line).collect();
    let named = name(shop, &lines, "/lines").await?;
    let mut check = Check::default();
    for (n, (variant, _)) in named.iter().enumerate() {
        let twice = named[..n].iter().any(|(earlier, _)| earlier == variant);
        check.that(!twice, format!("/lines/{n}"), "name each thing once");
    }
    let rules = crate::rules::rules(&shop.tenant, true).await?;
    let known = new.delivery_option_id.is_none_or(|option| rules.delivery(option).is_some());
    check.that(known, "/delivery_option_id", "choose one of the shop's ways of delivery");
    check.done()?;
    let agreed = new.agreed(&named);
    let delivery = agreed.delivery.as_ref().map(|_| OWN_DELIVERY).or(new.delivery_option_id);
    let customer = new.customer_id.map(SubjectId);
    // Whoever was made up for it stays who they are as long as nobody says who it is for.
    let made_up =
        before.as_ref().filter(|(kept, _)| kept.draft.as_ref().is_some_and(|one| one.customer.is_none()));
    let subject = customer.or(made_up.map(|(kept, _)| kept.subject)).unwrap_or_else(SubjectId::new);
    let keys = shop.tenant.keys().await?;
    let told = Told::new(new.details().contact(), |email| keys.blind("email", email));
    let drafted = Drafted {
        subject,
        currency: shop.record.currency,
        lines: named,
        contact: Personal::new(subject, told),
        delivery,
        draft: Draft { customer, agreed: Personal::new(subject, agreed) },
        guest: None,
        uninvited: false,
    };
    Ok(use_cases::draw(id, before.map(|(_, seen)| seen), drafted))
}
