//! The routes of drafts: what a shop puts together for somebody, and what becomes of it.

use axum::Extension;
use catalog::VariantId;
use edge::answer;
use edge::{Answer, Command, Cursor, Filter, Id, NoBody, Page, Replaceable, Routes, Shop};
use kernel::{Check, Currency, Doubts, Percentage, Problem, Timestamp, within};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Done, Reply, Work};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;

use super::desk::{self, CartDetails};
use super::queries::{self, DraftState, DraftSummary, Kept};
use super::view::{CartView, Priced};
use super::{MOST_LINES, works};
use crate::agreed::{Agreed, OwnDelivery, OwnDiscount, OwnPrice};
use crate::api::{NewAddress, NewLine, TRIES};
use crate::queries::OrderView;
use crate::works::PRICES_CHANGED;
use crate::{CartId, OrderId, Ports};

/// More than anything costs, and little enough to be added up.
const MOST_MONEY: i64 = 1_000_000_000_000;
/// A discount of more than so many percent is asked about.
const USUAL: u32 = 80;

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_drafts, make_draft))
        .routes(routes!(read_draft, change_draft, withdraw_draft))
        .routes(routes!(complete_draft))
        .routes(routes!(invite_to_draft))
}

/// What a shop puts together, for whom, and at which prices. Reasons and texts are read on the bill, as long as
/// whoever it is for is known.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDraft {
    /// A customer that the shop knows by their account.
    #[serde(default)]
    pub(super) customer_id: Option<Uuid>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    company: Option<String>,
    #[serde(default)]
    shipping_address: Option<NewAddress>,
    /// The shipping address when left out.
    #[serde(default)]
    billing_address: Option<NewAddress>,
    /// At most 200, each of another thing.
    #[serde(default)]
    pub(super) lines: Vec<DraftLine>,
    /// Off the whole, after prices of its own.
    #[serde(default)]
    discount: Option<NewDiscount>,
    /// One of the shop's ways of delivery.
    #[serde(default)]
    pub(super) delivery_option_id: Option<Uuid>,
    /// Instead of one of the shop's.
    #[serde(default)]
    delivery: Option<OwnDelivery>,
    /// A number of the customer's own, for their books.
    #[serde(default)]
    purchase_order: Option<String>,
    /// Kept with the order.
    #[serde(default)]
    note: Option<String>,
    /// The shop's own: a draft is in no other.
    #[serde(default)]
    currency: Option<String>,
    /// Whether what is improbable is meant, such as a discount of 90%.
    #[serde(default)]
    sure: bool,
}

/// A variant, by its id or its SKU, how many, and at what price if not at the list's.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftLine {
    #[schema(value_type = Option<Uuid>)]
    variant_id: Option<VariantId>,
    sku: Option<String>,
    /// 1 to 10,000.
    quantity: i64,
    /// What a piece costs, in minor units; what the price list says, when left out.
    #[serde(default)]
    #[schema(extensions(("x-money" = json!("currency"))))]
    unit_price: Option<i64>,
    /// Why it costs that, for the bill.
    #[serde(default)]
    reason: Option<String>,
}

/// What is taken off the whole, after prices of its own: an amount, or a part of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDiscount {
    /// In minor units; never more than everything costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-money" = json!("currency"))))]
    amount: Option<i64>,
    /// Instead of an amount, with its sign: "12.5%".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "12.5%")]
    off: Option<Percentage>,
    /// As the bill says it.
    text: String,
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
    let work = desk::draw(&ask.shop, desk::new_id(), None, &ask.body).await;
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
    let kept = desk::draft(&shop, id).await?;
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
    let kept = desk::draft(&ask.shop, id).await?;
    let work = desk::draw(&ask.shop, id, Some((kept, seen)), &ask.body).await;
    let done = ask.done(Work::or_refuse(work)).await?;
    show(&ask.shop, &ports, id, done).await
}

/// Takes a draft back. Nobody can order it any more.
#[utoipa::path(delete, path = "/api/v1/draft-orders/{id}", tag = "drafts", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is gone.")),
    security(("staff" = ["orders:write"])))]
async fn withdraw_draft(Id(id): Id<CartId>, ask: Command<NoBody>) -> Answer {
    let work = desk::draft(&ask.shop, id).await.map(|_| works::withdraw(id, ask.if_match));
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
        let work = desk::complete(&ask.shop, &ports, id, new).await;
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
    let work = desk::draft(&ask.shop, id).await.map(|_| works::invite(id, ask.if_match));
    let done = ask.done(Work::or_refuse(work)).await?;
    show(&ask.shop, &ports, id, done).await
}

/// The draft as it is now, with what became of the command.
async fn show(shop: &Shop, ports: &Ports, id: CartId, done: Done) -> Answer {
    let kept = desk::draft(shop, id).await?;
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

    async fn of(shop: &Shop, ports: &Ports, kept: Kept) -> Result<Self, Problem> {
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

impl NewDiscount {
    fn of(own: &OwnDiscount) -> Self {
        let off = own.basis_points.map(Percentage::of_basis_points);
        Self { amount: own.amount, off, text: own.text.clone() }
    }

    fn own(&self) -> OwnDiscount {
        let basis_points = self.off.and_then(Percentage::basis_points);
        OwnDiscount { amount: self.amount, basis_points, text: self.text.clone() }
    }

    fn check(&self, check: &mut Check) {
        let one = self.amount.is_some() != self.off.is_some();
        check.that(one, "/discount", "say an amount or off, and not both");
        check.that(
            self.amount.is_none_or(money),
            "/discount/amount",
            "write the amount in minor units, 0 or more",
        );
        let part = self.off.is_none_or(|off| off.basis_points().is_some_and(|points| points <= 10_000));
        check.that(part, "/discount/off", "up to 100%, with at most two digits behind the point");
        check.that(within(&self.text, 1, 100), "/discount/text", "say what it is for, in 1 to 100 letters");
    }
}

fn money(amount: i64) -> bool {
    (0..=MOST_MONEY).contains(&amount)
}

impl NewDraft {
    /// Everything that is wrong with it, at once.
    pub(super) fn check(&self, own: Currency) -> Result<(), Problem> {
        self.details().check()?;
        let mut check = Check::default();
        let same = self.currency.as_ref().is_none_or(|currency| currency == own.code());
        check.that(same, "/currency", format!("a draft is in {own}, as the shop is"));
        check.that(self.lines.len() <= MOST_LINES, "/lines", "a draft has at most 200 lines");
        for (n, line) in self.lines.iter().enumerate() {
            let at = format!("/lines/{n}");
            line.line().check(&at, &mut check);
            let price = line.unit_price.is_none_or(money);
            check.that(price, format!("{at}/unit_price"), "write the price in minor units, 0 or more");
            let reason = line.reason.as_ref().is_none_or(|reason| within(reason, 0, 100));
            check.that(reason, format!("{at}/reason"), "give a reason of at most 100 letters, or none");
        }
        if let Some(discount) = &self.discount {
            discount.check(&mut check);
        }
        if let Some(delivery) = &self.delivery {
            let name = within(&delivery.name, 1, 100);
            check.that(name, "/delivery/name", "give it a name of 1 to 100 letters");
            let price = money(delivery.price);
            check.that(price, "/delivery/price", "write the price in minor units, 0 or more");
            let one = self.delivery_option_id.is_none();
            check.that(one, "/delivery", "choose a way of delivery or make one, and not both");
        }
        check.done()?;
        let mut doubts = Doubts::default();
        if let Some(off) = self.discount.as_ref().and_then(|discount| discount.off) {
            let much = format!("it takes off {off}, which is more than {USUAL}%");
            doubts.that(!off.is_above(USUAL), "/discount/off", much);
        }
        doubts.done(self.sure)
    }

    /// Of the lines as they were found, each in its place.
    pub(super) fn agreed(&self, named: &[(VariantId, i64)]) -> Agreed {
        let prices = self.lines.iter().zip(named).filter_map(|(line, (variant, _))| {
            let reason = line.reason.as_deref().unwrap_or_default().trim().to_owned();
            Some(OwnPrice { variant: *variant, unit_price: line.unit_price?, reason })
        });
        let discount = self.discount.as_ref().map(NewDiscount::own);
        let delivery = self.delivery.clone();
        Agreed { prices: prices.collect(), discount, delivery }
    }

    pub(super) fn details(&self) -> CartDetails {
        CartDetails {
            email: self.email.clone(),
            name: self.name.clone(),
            phone: self.phone.clone(),
            company: self.company.clone(),
            shipping_address: self.shipping_address.clone(),
            billing_address: self.billing_address.clone(),
            purchase_order: self.purchase_order.clone(),
            note: self.note.clone(),
        }
    }
}

impl DraftLine {
    pub(super) fn line(&self) -> NewLine {
        NewLine { variant_id: self.variant_id, sku: self.sku.clone(), quantity: self.quantity }
    }
}
