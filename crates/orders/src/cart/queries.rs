//! Carts as they are kept.

use catalog::VariantId;
use kernel::{Currency, Problem, SubjectId, Timestamp, args};
use serde::Serialize;
use store::{Failure, Row, Select, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Contact;
use crate::CartId;

/// A cart, as its tables know it.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: CartId,
    pub version: i64,
    pub state: String,
    pub subject: SubjectId,
    pub owner: Option<Uuid>,
    pub currency: Currency,
    pub contact: Contact,
    pub purchase_order: Option<String>,
    pub delivery: Option<Uuid>,
    /// The order that was made of it, or the cart that it went into.
    pub leads_to: Option<Uuid>,
    /// Whose yes it waits for.
    pub organisation: Option<Uuid>,
    /// Why somebody said no.
    pub decline_reason: Option<String>,
    pub opened_at: Timestamp,
    pub updated_at: Timestamp,
    pub lines: Vec<(VariantId, i64)>,
    pub codes: Vec<String>,
}

const KEPT: &str = "select id, version, state, subject, owner, currency, contact, purchase_order, delivery, leads_to, opened_at, updated_at, organisation_id, decline_reason from carts";

/// A cart, if whoever asks may see it: an owner's is theirs, and a guest's belongs to whoever knows its id.
pub async fn cart(tenant: &Tenant, id: CartId, own: Option<Uuid>) -> Result<Kept, Problem> {
    let (sql, found) = Select::new(KEPT).and("id = ?", id).statement();
    let queries = [
        (sql.as_str(), found),
        (
            "select variant_id, quantity from cart_lines where cart_id = $1 order by added, variant_id",
            args![id],
        ),
        ("select code from cart_codes where cart_id = $1 order by entered, code", args![id]),
    ];
    let (mut cart, mut lines, mut codes) = (None, Vec::new(), Vec::new());
    tenant
        .read(&queries, &mut |query, row| {
            match query {
                0 => cart = Some(kept(row)?),
                1 => lines.push((VariantId(row.get(0)?), row.get(1)?)),
                _ => codes.push(row.get(0)?),
            }
            Ok::<(), Failure>(())
        })
        .await?;
    let theirs = |cart: &Kept| own.is_none_or(|own| cart.owner.is_none_or(|owner| owner == own));
    let cart = cart.filter(theirs).ok_or_else(|| Problem::not_found("cart"))?;
    Ok(Kept { lines, codes, ..cart })
}

/// A cart in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct CartSummary {
    #[schema(value_type = Uuid)]
    pub id: CartId,
    /// open, awaiting_approval, ordered, or merged into another cart.
    pub state: String,
    /// The organisation whose yes it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation_id: Option<Uuid>,
    /// The customer whose it is; absent for a guest's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<Uuid>,
    pub currency: String,
    /// How many different things are in it.
    pub lines: i64,
    #[schema(value_type = String)]
    pub opened_at: Timestamp,
    #[schema(value_type = String)]
    pub updated_at: Timestamp,
    pub version: i64,
}

/// Which carts a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Whose {
    Everybodys,
    Owner(Uuid),
    /// Those that wait for a yes of the organisation.
    Organisation(Uuid),
}

/// Carts in one state, the latest change first, from below a moment and an id.
pub async fn carts(
    tenant: &Tenant,
    whose: Whose,
    state: &str,
    (before, below): (i64, Uuid),
    rows: usize,
) -> Result<Vec<CartSummary>, Failure> {
    let (owner, organisation) = match whose {
        Whose::Everybodys => (None, None),
        Whose::Owner(owner) => (Some(owner), None),
        Whose::Organisation(organisation) => (None, Some(organisation)),
    };
    let (sql, args) = Select::new(
        "select id, state, owner, currency, (select count(*) from cart_lines l where l.cart_id = c.id), opened_at, updated_at, version, organisation_id from carts c",
    )
    .and("state = ?", state.to_owned())
    .maybe("owner = ?", owner)
    .maybe("organisation_id = ?", organisation)
    .between("(updated_at, id) < (?, ?)", before, below)
    .page("updated_at desc, id desc", rows)
    .statement();
    tenant.rows(&sql, args, cart_summary).await
}

fn cart_summary(row: &Row<'_>) -> Result<CartSummary, Failure> {
    Ok(CartSummary {
        id: CartId(row.get(0)?),
        state: row.get(1)?,
        customer_id: row.get(2)?,
        currency: row.get(3)?,
        lines: row.get(4)?,
        opened_at: row.get(5)?,
        updated_at: row.get(6)?,
        version: row.get(7)?,
        organisation_id: row.get(8)?,
    })
}

/// The customer's open cart that was changed last.
pub async fn open_cart(tenant: &Tenant, owner: Uuid) -> Result<Option<CartId>, Failure> {
    let sql = "select id from carts where owner = $1 and state = 'open' order by updated_at desc limit 1";
    tenant.row(sql, args![owner], |row| Ok(CartId(row.get(0)?))).await
}

fn kept(row: &Row<'_>) -> Result<Kept, Failure> {
    let contact: Option<String> = row.get(6)?;
    Ok(Kept {
        id: CartId(row.get(0)?),
        version: row.get(1)?,
        state: row.get(2)?,
        subject: SubjectId(row.get(3)?),
        owner: row.get(4)?,
        currency: row.get(5)?,
        contact: contact.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
        purchase_order: row.get(7)?,
        delivery: row.get(8)?,
        leads_to: row.get(9)?,
        opened_at: row.get(10)?,
        updated_at: row.get(11)?,
        organisation: row.get(12)?,
        decline_reason: row.get(13)?,
        lines: Vec::new(),
        codes: Vec::new(),
    })
}
