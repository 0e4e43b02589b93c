//! What a shop has put together for somebody: its address leads into the cart.

use axum::extract::{Path, State};
use axum::response::Response;
use edge::Platform;
use kernel::Problem;
use orders::CartId;

use crate::bag;
use crate::visit::{Visit, see_other};

pub async fn open(State(platform): State<Platform>, Path(named): Path<String>, visit: Visit) -> Response {
    let visit = match visit.greeted(&platform).await {
        Ok(visit) => visit,
        Err(refused) => return refused.0.show(Err(refused.1)),
    };
    visit.show(opened(&visit, &named).await)
}

/// Whoever ordered it comes to their order.
async fn opened(visit: &Visit, named: &str) -> Result<Response, Problem> {
    let nothing = || Problem::not_found("draft");
    let id: CartId = named.parse().map_err(|_| nothing())?;
    let draft = bag::seen(visit, id).await?.filter(|cart| cart.draft.is_some()).ok_or_else(nothing)?;
    if draft.state == "ordered" {
        return Ok(see_other(&format!("/orders/{id}")));
    }
    let mut response = see_other("/cart");
    bag::keep(response.headers_mut(), &draft);
    Ok(response)
}
