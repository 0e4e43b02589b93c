//! The routes of draft orders.

use axum::Extension;
use edge::{Answer, Command, Cursor, Filter, Id, NoBody, Page, Replaceable, Routes, Shop, answer, routes};
use kernel::{Problem, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Done, Reply, Work};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::request::{NewDiscount, NewDraft};
use super::steps;
use crate::agreement::{Agreed, OwnDelivery, OwnPrice};
use crate::cart::queries::{self, DraftState, DraftSummary, KeptCart};
use crate::cart::use_cases;
use crate::checkout::steps::new_id;
use crate::checkout::view::{CartView, Priced};
use crate::contention::{PRICES_CHANGED, TRIES};
use crate::views::queries::OrderView;
use crate::{CartId, OrderId, Ports};

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_drafts, make_draft))
        .routes(routes!(read_draft, change_draft, withdraw_draft))
        .routes(routes!(complete_draft))
        .routes(routes!(invite_to_draft))
}

/// A draft, with what it comes to at this moment.
#[derive(Serialize, ToSchema)]
struct DraftView {
    #[serde(flatten)]
    cart: CartView,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<Uuid>,
    /// What was agreed on instead of the list's prices.
    own_prices: Vec<OwnPrice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount: Option<NewDiscount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    own_delivery: Option<OwnDelivery>,
    /// Who put it together so.
    drafted_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    invited_at: Option<Timestamp>,
    /// Where whoever it is for opens it, at the shop's address, once they are invited. Whoever knows it can open it,
    /// unless it is for a customer: they sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListDrafts {
    /// Open ones when left out.
    #[param(inline)]
    state: Option<DraftState>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists drafts, the latest change first.
#[utoipa::path(get, path = "/api/v1/draft-orders", tag = "drafts", params(ListDrafts),
    responses((status = 200, description = "A page of drafts.", body = Page<DraftSummary>)),
    security(("staff" = ["orders:read"])))]
async fn list_drafts(shop: Shop, Filter(asked): Filter<ListDrafts>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let state = asked.state.unwrap_or(DraftState::Open);
    let start = asked
        .cursor
        .map_or(Ok((i64::MAX, Uuid::max())), |cursor| Cursor::decode("drafts", &state, &cursor))?;
    let drafts = queries::drafts(&shop.tenant, state, start, limit + 1).await?;
    shop.list(&Page::cut(drafts, limit, |last| {
        Cursor::encode("drafts", &state, &(last.updated_at.as_micros(), last.id.uuid()))
    }))
}

/// Puts something together for somebody. Nobody else sees it until they are invited.
#[utoipa::path(post, path = "/api/v1/draft-orders", tag = "drafts", request_body = NewDraft,
    responses((status = 201, description = "Put together; Location says where.", body = DraftView)),
    security(("staff" = ["orders:write"])))]
async fn make_draft(Extension(ports): Extension<Ports>, ask: Command<NewDraft>) -> Answer {
    let work = steps::draw(&ask.shop, new_id(&ask.shop), None, &ask.body).await;
    let done = ask.done(Work::or_refuse(work)).await?;
    // Asked twice, it is the one that was made first.
    let location = done.reply.location.as_deref().unwrap_or_default();
    let id = location.rsplit('/').next().and_then(|id| id.parse().ok()).ok_or_else(Problem::bug)?;
    show(&ask.shop, &ports, CartId(id), done).await
}

/// Reads a draft, with what it comes to at this moment.
#[utoipa::path(get, path = "/api/v1/draft-orders/{id}", tag = "drafts", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The draft.", body = DraftView)),
    security(("staff" = ["orders:read"])))]
async fn read_draft(Extension(ports): Extension<Ports>, shop: Shop, Id(id): Id<CartId>) -> Answer {
    let kept = steps::draft(&shop, id).await?;
    let version = kept.version;
    let view = DraftView::of(&shop, &ports, kept).await?;
    let mut answer = shop.one(&view, version)?;
    answer.extensions_mut().insert(Replaceable(view.as_drawn()));
    Ok(answer)
}

/// Puts it together anew; send its ETag as If-Match. Whoever was invited sees it as it is then; once it is for somebody
/// else, nobody is invited until you invite them.
#[utoipa::path(put, path = "/api/v1/draft-orders/{id}", tag = "drafts", params(("id" = Uuid, Path)), request_body = NewDraft,
    responses((status = 200, description = "The draft, as it is now.", body = DraftView)),
    security(("staff" = ["orders:write"])))]
async fn change_draft(
    Extension(ports): Extension<Ports>,
    Id(id): Id<CartId>,
    ask: Command<NewDraft>,
) -> Answer {
    let seen = ask.version_required()?;
    let kept = steps::draft(&ask.shop, id).await?;
    let work = steps::draw(&ask.shop, id, Some((kept, seen)), &ask.body).await;
    let done = ask.done(Work::or_refuse(work)).await?;
    show(&ask.shop, &ports, id, done).await
}

/// Takes a draft back. Nobody can order it any more.
#[utoipa::path(delete, path = "/api/v1/draft-orders/{id}", tag = "drafts", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is gone.")),
    security(("staff" = ["orders:write"])))]
async fn withdraw_draft(Id(id): Id<CartId>, ask: Command<NoBody>) -> Answer {
    let work = steps::draft(&ask.shop, id).await.map(|_| use_cases::withdraw(id, ask.if_match));
    ask.run(Work::or_refuse(work)).await
}

/// Makes an order of it for whoever it is for, at the prices that were agreed on.
#[utoipa::path(post, path = "/api/v1/draft-orders/{id}/complete", tag = "drafts", params(("id" = Uuid, Path)),
    responses((status = 201, description = "Ordered; Location says where.", body = OrderView)),
    security(("staff" = ["orders:write"])))]
async fn complete_draft(
    Extension(ports): Extension<Ports>,
    Id(id): Id<CartId>,
    ask: Command<NoBody>,
) -> Answer {
    let new = OrderId::new();
    for tried in 1.. {
        let work = steps::complete(&ask.shop, &ports, id, new).await;
        match ask.run(Work::or_refuse(work)).await {
            Err(refused) if refused.0.code == PRICES_CHANGED && tried < TRIES => {}
            answer => return answer,
        }
    }
    Err(Problem::bug().into())
}

/// Lets whoever it is for open it and order it themselves: `path` says where, at the shop's address.
#[utoipa::path(post, path = "/api/v1/draft-orders/{id}/invite", tag = "drafts", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The draft, with its path.", body = DraftView)),
    security(("staff" = ["orders:write"])))]
async fn invite_to_draft(
    Extension(ports): Extension<Ports>,
    Id(id): Id<CartId>,
    ask: Command<NoBody>,
) -> Answer {
    let work = steps::draft(&ask.shop, id).await.map(|_| use_cases::invite(id, ask.if_match));
    let done = ask.done(Work::or_refuse(work)).await?;
    show(&ask.shop, &ports, id, done).await
}

/// The draft as it is now, with what became of the command.
async fn show(shop: &Shop, ports: &Ports, id: CartId, done: Done) -> Answer {
    let kept = steps::draft(shop, id).await?;
    let version = kept.version;
    let view = DraftView::of(shop, ports, kept).await?;
    let Done { reply, replayed } = done;
    let shown = Reply { location: reply.location, ..Reply::json(reply.status, &view).version(version) };
    Ok(answer::done(Done { reply: shown, replayed }))
}

impl DraftView {
    /// As it would be put together anew: what was agreed on stands at the lines, and a delivery of its own in its place.
    fn as_drawn(&self) -> Value {
        let mut drawn = json!(self);
        drawn["delivery"] = drawn["own_delivery"].take();
        let lines = self.cart.lines.iter().map(|line| {
            let own = self.own_prices.iter().find(|own| own.variant == line.variant_id);
            let mut drawn = own.map_or_else(|| json!({}), |own| json!(own));
            drawn["variant_id"] = json!(line.variant_id);
            drawn["quantity"] = json!(line.quantity);
            drawn
        });
        drawn["lines"] = lines.collect();
        drawn
    }

    async fn of(shop: &Shop, ports: &Ports, kept: KeptCart) -> Result<Self, Problem> {
        let draft = kept.draft.clone().unwrap_or_default();
        let (invited_at, drafted_by) = (kept.invited_at, kept.drafted_by.clone().unwrap_or_default());
        let path = invited_at.map(|_| format!("/drafts/{}", kept.id));
        let Agreed { prices, discount, delivery } = draft.agreed;
        Ok(Self {
            cart: Priced::new(&shop.tenant, ports, kept, shop.now).await?.view(),
            customer_id: draft.customer.map(|customer| customer.uuid()),
            own_prices: prices,
            discount: discount.as_ref().map(NewDiscount::of),
            own_delivery: delivery,
            drafted_by,
            invited_at,
            path,
        })
    }
}
