//! The steps of a checkout. Each looks up and checks what it needs and returns what is to be done without doing it; the routes of
//! the API and the pages of the storefront share them.

use catalog::{OfferReading, VariantId};
use edge::Shop;
use kernel::{Check, Problem, SubjectId, boxed, within};
use store::{Reply, Work};
use uuid::{Builder, Uuid};

use super::Change;
use super::details::CartDetails;
use super::view::Priced;
use crate::bounds::MOST_OF_A_THING;
use crate::cart::queries::{self, CartReading, CartState, KeptCart};
use crate::cart::{AskApproval, Cart, Told, use_cases};
use crate::inputs::NewLine;
use crate::order::OWN_DELIVERY;
use crate::problems::TOTAL_CHANGED;
use crate::rules::{self, RuleReading};
use crate::use_cases::Buyer;
use crate::{CartId, OrderId, Ports, unpaid};

/// Whoever knows a guest's cart may do anything with it, so all of its id is drawn but the moment, by which the carts of one
/// time lie together. (Other ids count on within a millisecond, so one tells the next.)
pub fn new_id(shop: &Shop) -> CartId {
    let millis = shop.tenant.cell().now().since_1970().as_millis();
    let [a, b, c, d, e, f, _, _, _, _, g, h, i, j, _, _] = Uuid::new_v4().into_bytes();
    let drawn = [a, b, c, d, e, f, g, h, i, j];
    CartId(Builder::from_unix_timestamp_millis(u64::try_from(millis).unwrap_or(0), &drawn).into_uuid())
}

/// The cart, if whoever asks may see it.
#[boxed]
pub async fn cart(shop: &Shop, id: CartId) -> Result<KeptCart, Problem> {
    queries::cart(&shop.tenant, id, shop.own()).await
}

#[boxed]
pub async fn open(shop: &Shop, id: CartId, lines: &[NewLine]) -> Result<Change, Problem> {
    let mut check = Check::default();
    for (n, line) in lines.iter().enumerate() {
        let at = format!("/lines/{n}");
        edge::check_limits(line, &at, &mut check);
        line.check(&at, &mut check);
    }
    check.done()?;
    let named = name(shop, lines, "/lines").await?;
    for (n, (variant, _)) in named.iter().enumerate() {
        let all = named.iter().filter(|(same, _)| same == variant).map(|(_, quantity)| *quantity);
        few(shop, all.sum(), &format!("/lines/{n}/quantity")).await?;
    }
    let work = use_cases::open_cart(id, shop.caller.customer(), shop.record.currency, named);
    Ok(Change::new(shop, id, None, work))
}

#[boxed]
pub async fn describe(
    shop: &Shop,
    ports: &Ports,
    id: CartId,
    seen: Option<i64>,
    details: &CartDetails,
) -> Result<Change, Problem> {
    details.check()?;
    let kept = cart(shop, id).await?;
    let with_book = details.with_book(shop, ports, &kept).await?;
    let details = with_book.as_ref().unwrap_or(details);
    let keys = shop.tenant.keys().await?;
    let told = Told::new(details.contact(), |email| keys.blind("email", email));
    let work = use_cases::describe(id, seen, kept.subject, told);
    Ok(Change::new(shop, id, Some(kept), work))
}

#[boxed]
pub async fn add(shop: &Shop, id: CartId, seen: Option<i64>, line: &NewLine) -> Result<Change, Problem> {
    let mut check = Check::default();
    edge::check_limits(line, "", &mut check);
    line.check("", &mut check);
    check.done()?;
    let line = std::slice::from_ref(line);
    let (mut kept, mut offers) = (CartReading::new(id), offered(shop, line));
    shop.tenant.read_together(&mut [&mut kept, &mut offers]).await?;
    let kept = kept.cart(shop.own())?;
    let lines = named(shop, line, "", offers).await?;
    let (variant, quantity) = lines.first().copied().ok_or_else(Problem::bug)?;
    let there = kept.lines.iter().filter(|(known, _)| *known == variant).map(|(_, quantity)| *quantity);
    few(shop, there.sum::<i64>() + quantity, "/quantity").await?;
    Ok(Change::new(shop, id, Some(kept), use_cases::add(id, seen, variant, quantity)))
}

#[boxed]
pub async fn fill(
    shop: &Shop,
    id: CartId,
    seen: Option<i64>,
    variant: VariantId,
    quantity: i64,
) -> Result<Change, Problem> {
    let mut check = Check::default();
    check.that((0..=MOST_OF_A_THING).contains(&quantity), "/quantity", "write how many, 0 to 10,000");
    check.done()?;
    let kept = cart(shop, id).await?;
    // What is not in the cart is put into it by its own route, which looks whether it is sold.
    let there = kept.lines.iter().any(|(known, _)| *known == variant);
    if !there && quantity > 0 {
        return Err(Problem::not_found("line"));
    }
    few(shop, quantity, "/quantity").await?;
    Ok(Change::new(shop, id, Some(kept), use_cases::fill(id, seen, variant, quantity)))
}

/// Refuses more of a thing than the shop lets somebody order at once.
async fn few(shop: &Shop, quantity: i64, pointer: &str) -> Result<(), Problem> {
    let most = rules::rules(&shop.tenant, false).await?.settings.most_of_a_thing;
    let mut check = Check::default();
    check.that(quantity <= most, pointer, rules::too_many(most));
    check.done()
}

#[boxed]
pub async fn choose_delivery(
    shop: &Shop,
    id: CartId,
    seen: Option<i64>,
    option: Option<Uuid>,
) -> Result<Change, Problem> {
    let (mut kept, mut rules) = (CartReading::new(id), RuleReading::alone(&shop.tenant));
    shop.tenant.read_together(&mut [&mut kept, &mut rules]).await?;
    let kept = kept.cart(shop.own())?;
    let rules = rules.in_force(&shop.tenant).await?.rules;
    let mut check = Check::default();
    let known = option.is_none_or(|option| {
        option == OWN_DELIVERY && kept.delivery == Some(option) || rules.delivery(option).is_some()
    });
    check.that(known, "/delivery_option_id", "choose one of the cart's delivery_options");
    check.done()?;
    Ok(Change::new(shop, id, Some(kept), use_cases::choose_delivery(id, seen, option)))
}

#[boxed]
pub async fn enter_code(shop: &Shop, id: CartId, seen: Option<i64>, code: &str) -> Result<Change, Problem> {
    let code = code.trim().to_owned();
    let mut check = Check::default();
    check.that(within(&code, 1, 40), "/code", "write a code of 1 to 40 letters");
    check.done()?;
    let kept = cart(shop, id).await?;
    let work = use_cases::enter_code(id, seen, kept.subject, code);
    Ok(Change::new(shop, id, Some(kept), work))
}

#[boxed]
pub async fn take_out_code(
    shop: &Shop,
    id: CartId,
    seen: Option<i64>,
    code: String,
) -> Result<Change, Problem> {
    let kept = cart(shop, id).await?;
    let work = use_cases::take_out_code(id, seen, kept.subject, code);
    Ok(Change::new(shop, id, Some(kept), work))
}

/// The cart that a customer goes on with, and the work that makes a guest's cart theirs. Claimed before, perhaps by this
/// very request, it is the same cart, and there is nothing to do.
#[boxed]
pub async fn claim(shop: &Shop, id: CartId) -> Result<(CartId, Option<Work>), Problem> {
    let owner = shop.caller.customer().ok_or_else(Problem::bug)?;
    let kept = cart(shop, id).await?;
    // A draft is whoever's it was made for; its prices would be lost in another cart.
    if kept.draft.is_some() {
        return Ok((id, None));
    }
    match (kept.state, kept.owner, kept.leads_to) {
        (CartState::Merged, _, Some(into)) => Ok((CartId(into), None)),
        (_, Some(_), _) => Ok((id, None)),
        _ => {
            let into = queries::open_cart(&shop.tenant, owner).await?;
            Ok((into.unwrap_or(id), Some(use_cases::claim(&kept, SubjectId(owner), into))))
        }
    }
}

/// An order of a cart that is to be made.
#[derive(Clone, Copy)]
pub struct NewOrderOf {
    pub cart: CartId,
    pub order: OrderId,
    /// What its buyer was shown.
    pub expected_total: Option<i64>,
}

/// Orders what is in the cart, if it is whole and costs what its buyer was shown; or asks whoever must say yes first.
/// Without `afresh` it is priced by what this node remembers first, which the work finds out when it is not true any more;
/// nobody is refused, or asked, because of it.
#[boxed]
pub async fn order(shop: &Shop, ports: &Ports, new: NewOrderOf, afresh: bool) -> Result<Work, Problem> {
    let kept = cart(shop, new.cart).await?;
    if !afresh && kept.state == CartState::Open {
        let priced = Priced::by(&shop.tenant, ports, kept.clone(), shop.now, false).await;
        if let Ok(priced) = priced
            && may_be_ordered(&priced, new.expected_total).is_ok()
            && priced.approved_by().is_none()
        {
            return place(shop, new.order, &priced, None).await;
        }
    }
    let priced = Priced::new(&shop.tenant, ports, kept, shop.now).await?;
    if priced.kept.state == CartState::Open {
        may_be_ordered(&priced, new.expected_total)?;
        if let Some(organisation) = priced.approved_by() {
            return Ok(ask(&priced, organisation));
        }
    }
    place(shop, new.order, &priced, None).await
}

fn may_be_ordered(priced: &Priced, expected_total: Option<i64>) -> Result<(), Problem> {
    priced.must_be_whole()?;
    if priced.kept.draft.is_none() {
        priced.receipt.must_be_few(|n| format!("/lines/{n}/quantity"))?;
    }
    expect(expected_total, priced)
}

pub(crate) async fn place(
    shop: &Shop,
    new: OrderId,
    priced: &Priced,
    approved_by: Option<Uuid>,
) -> Result<Work, Problem> {
    unpaid::watch(&shop.tenant, &priced.receipt, shop.now).await?;
    let KeptCart { id, version, subject, contact, .. } = &priced.kept;
    let buyer = Buyer {
        subject: *subject,
        person: priced.person(),
        note: contact.note.clone(),
        cart: Some((*id, *version)),
        approved_by,
    };
    Ok(crate::use_cases::place_order(new, buyer, &priced.receipt))
}

pub(super) fn expect(expected: Option<i64>, priced: &Priced) -> Result<(), Problem> {
    let total = priced.receipt.ledger().total();
    if expected.is_none_or(|expected| expected == total) {
        return Ok(());
    }
    let shown = kernel::Money::new(total, priced.kept.currency);
    let detail = format!(
        "The cart costs {shown} now, so nothing was ordered. Look at it again, and order at that price."
    );
    Err(TOTAL_CHANGED.says(detail).with("total", total))
}

/// The variants of these lines, if all of them are sold here.
pub(crate) async fn name(
    shop: &Shop,
    lines: &[NewLine],
    pointer: &str,
) -> Result<Vec<(VariantId, i64)>, Problem> {
    let mut offers = offered(shop, lines);
    shop.tenant.read_together(&mut [&mut offers]).await?;
    named(shop, lines, pointer, offers).await
}

fn offered(shop: &Shop, lines: &[NewLine]) -> OfferReading {
    OfferReading::new(&shop.tenant, lines.iter().map(NewLine::by).collect(), true)
}

async fn named(
    shop: &Shop,
    lines: &[NewLine],
    pointer: &str,
    offers: OfferReading,
) -> Result<Vec<(VariantId, i64)>, Problem> {
    let offers = offers.offers(&shop.tenant).await?;
    let (mut check, mut named) = (Check::default(), Vec::new());
    for (n, (line, offer)) in lines.iter().zip(offers).enumerate() {
        let at = if pointer.is_empty() { String::new() } else { format!("{pointer}/{n}") };
        match offer.filter(|offer| offer.price.currency == shop.record.currency) {
            Some(offer) => named.push((offer.variant, line.quantity)),
            None => check.that(false, format!("{at}/{}", line.named_by()), "this shop does not sell this"),
        }
    }
    check.done()?;
    Ok(named)
}

/// Asks those who say yes for the organisation, instead of ordering.
fn ask(priced: &Priced, organisation: Uuid) -> Work {
    let (id, read) = (priced.kept.id, priced.kept.version);
    priced.receipt.standing.held_to(Work::over::<Cart>([id]).decide(move |desk| {
        desk.get::<Cart>(id)?.must_be_open()?;
        if desk.version::<Cart>(id) != read {
            return Err(use_cases::moved());
        }
        desk.ask::<Cart, _>(id, &AskApproval { organisation })?;
        Ok(Reply { status: 202, ..Reply::default() })
    }))
}
