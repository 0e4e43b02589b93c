//! What becomes of a cart that waits for a colleague's yes: approved, declined, or taken back.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use edge::Platform;
use kernel::Problem;
use orders::PRICES_CHANGED;
use orders::checkout::approvals::{self, Yes};
use orders::{CartId, OrderId, TRIES};
use store::Work;

use crate::pages::approval::page;
use crate::visit::{Pairs, Visit, see_other};
use crate::{visitor_cart, wording};

pub(crate) async fn approve(
    State(platform): State<Platform>,
    Path(named): Path<String>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let typed = Pairs::sent(&body);
    answered(&platform, &named, visit, async |visit, id| {
        approved(visit, id, &typed).await.map(|()| "/account/orders?done=approved")
    })
    .await
}

pub(crate) async fn decline(
    State(platform): State<Platform>,
    Path(named): Path<String>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let typed = Pairs::sent(&body);
    answered(&platform, &named, visit, async |visit, id| {
        let reason = typed.get("reason").unwrap_or_default();
        let seen = number(&typed, "version");
        let work = approvals::decline(&visit.shop, &visit.ports, id, seen, reason).await?;
        visitor_cart::run(visit, work).await?;
        Ok("/account/orders?done=declined")
    })
    .await
}

pub(crate) async fn recall(
    State(platform): State<Platform>,
    Path(named): Path<String>,
    visit: Visit,
) -> Response {
    answered(&platform, &named, visit, async |visit, id| {
        let change = approvals::recall(&visit.shop, id, None).await?;
        visitor_cart::run(visit, change.work()).await?;
        Ok("/cart")
    })
    .await
}

/// Where it leads; or, when it was refused, the cart once more with the reason above it.
async fn answered(
    platform: &Platform,
    named: &str,
    visit: Visit,
    act: impl AsyncFnOnce(&Visit, CartId) -> Result<&'static str, Problem>,
) -> Response {
    let visit = match visit.greeted(platform).await {
        Ok(visit) => visit,
        Err(refused) => return refused.0.show(Err(refused.1)),
    };
    let shown = async {
        let id: CartId = named.parse().map_err(|_| Problem::not_found("cart"))?;
        match act(&visit, id).await {
            Ok(to) => Ok(see_other(to)),
            Err(problem) if [409, 412, 422].contains(&problem.fault.status()) => {
                let said = wording::refusal(&visit, &problem);
                page(&visit, StatusCode::UNPROCESSABLE_ENTITY, id, Some(&said)).await
            }
            Err(problem) => Err(problem),
        }
    };
    let shown = shown.await;
    visit.show(shown)
}

async fn approved(visit: &Visit, id: CartId, typed: &Pairs) -> Result<(), Problem> {
    let shop = &visit.shop;
    let yes = Yes { seen: number(typed, "version"), total: number(typed, "total") };
    let new = OrderId::new();
    for tried in 1.. {
        let work = approvals::approve(shop, &visit.ports, id, new, yes).await;
        match visitor_cart::run(visit, Work::or_refuse(work)).await {
            Err(problem) if problem.code == PRICES_CHANGED && tried < TRIES => {}
            done => return done.map(|_| ()),
        }
    }
    Err(Problem::bug())
}

fn number(typed: &Pairs, name: &str) -> Option<i64> {
    typed.get(name).and_then(|number| number.parse().ok())
}
