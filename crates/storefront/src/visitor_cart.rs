//! The cart of a visit: of whoever holds its cookie, or of a customer who is signed in.

use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::Response;
use edge::Platform;
use kernel::{Fault, Problem};
use orders::CartId;
use orders::cart::queries::{CartState, KeptCart, open_cart};
use orders::checkout::view::{CartView, Priced};
use orders::checkout::{Change, steps};
use store::{Asked, Done, Work};

use crate::visit::response::set_cookie;
use crate::visit::{ITEMS, Visit};

/// A guest's cart belongs to whoever knows its id, so no script may read it.
const CART: &str = "galleria-cart";
const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// A visit by somebody who may have a cart.
pub struct VisitorCart {
    pub visit: Visit,
    /// The cart, when there is one that is open.
    pub cart: Option<KeptCart>,
}

impl VisitorCart {
    /// Looks for the cart. What somebody put into one before they signed in becomes theirs now.
    pub(crate) async fn of(platform: &Platform, visit: Visit) -> Result<Self, Response> {
        let visit = match visit.greeted(platform).await {
            Ok(visit) => visit,
            Err(refused) => return Err(refused.0.show(Err(refused.1))),
        };
        match found(&visit).await {
            Ok(cart) => Ok(Self { visit, cart }),
            Err(problem) => Err(visit.show(Err(problem))),
        }
    }

    pub fn id(&self) -> Option<CartId> {
        self.cart.as_ref().map(|cart| cart.id)
    }

    /// The cart that things can be put into: a draft is none, and waits at its own address.
    pub fn to_fill(&self) -> Option<CartId> {
        self.cart.as_ref().filter(|cart| cart.draft.is_none()).map(|cart| cart.id)
    }
}

async fn found(visit: &Visit) -> Result<Option<KeptCart>, Problem> {
    let shop = &visit.shop;
    let shown = match visit.jar.get(&visit.headers, CART).and_then(|id| id.parse().ok()) {
        Some(id) => seen(visit, id).await?,
        None => None,
    };
    let shown = shown.filter(|cart| cart.state == CartState::Open);
    let Some(customer) = shop.caller.customer() else { return Ok(shown) };
    // What a shop has put together stays apart from what its customer fills themselves.
    if shown.as_ref().is_some_and(|cart| cart.draft.is_some()) {
        return Ok(shown);
    }
    let on = match shown.filter(|cart| cart.owner.is_none()) {
        Some(guests) => {
            let (on, work) = steps::claim(shop, guests.id).await?;
            if let Some(work) = work {
                run(visit, work).await?;
            }
            Some(on)
        }
        None => open_cart(&shop.tenant, customer).await?,
    };
    match on {
        Some(id) => seen(visit, id).await,
        None => Ok(None),
    }
}

/// A cart, if this visit may see it.
pub(crate) async fn seen(visit: &Visit, id: CartId) -> Result<Option<KeptCart>, Problem> {
    match steps::cart(&visit.shop, id).await {
        Ok(cart) => Ok(Some(cart)),
        Err(problem) if problem.fault == Fault::NotFound => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// A cart with what everything in it costs.
pub(crate) async fn priced(visit: &Visit, kept: KeptCart) -> Result<CartView, Problem> {
    Ok(Priced::new(&visit.shop.tenant, &visit.ports, kept, visit.shop.now).await?.view())
}

/// Changes a cart, and hands out what it is then.
pub(crate) async fn change(visit: &Visit, id: CartId, change: Change) -> Result<KeptCart, Problem> {
    let done = run(visit, change.work()).await?;
    match change.cart(&done) {
        Some(cart) => Ok(cart),
        None => steps::cart(&visit.shop, id).await,
    }
}

pub(crate) async fn run(visit: &Visit, work: Work) -> Result<Done, Problem> {
    let shop = &visit.shop;
    let asked = Asked::by(shop.caller.actor.clone(), shop.correlation, shop.now);
    shop.tenant.run(asked, work).await
}

/// How many things are in a cart.
pub fn items(cart: &KeptCart) -> i64 {
    cart.lines.iter().map(|(_, quantity)| quantity).sum()
}

/// Gives the browser its cart to keep, and how many things are in it to show.
pub fn keep(visit: &Visit, headers: &mut HeaderMap, cart: &KeptCart) {
    let (id, items) = (cart.id, items(cart));
    // A customer's cart is found by who they are.
    if cart.owner.is_none() {
        visit.jar.put(headers, CART, &id.to_string(), KEPT);
    } else {
        visit.jar.put(headers, CART, "", Duration::ZERO);
    }
    set_cookie(headers, &format!("{ITEMS}={items}; Path=/; Max-Age={}; SameSite=Lax", KEPT.as_secs()));
}

/// Takes the cart from the browser: it is an order now, or gone.
pub fn let_go(visit: &Visit, headers: &mut HeaderMap) {
    visit.jar.put(headers, CART, "", Duration::ZERO);
    set_cookie(headers, &format!("{ITEMS}=; Path=/; Max-Age=0; SameSite=Lax"));
}
