//! Queries on the tables of carts.

use std::borrow::Cow;

use catalog::VariantId;
use kernel::{Arg, Currency, Problem, SubjectId, Timestamp, Word, args, boxed};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::{Failure, Reading, Row, Select, Tenant};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Cart, Contact, Told};
use crate::CartId;
use crate::agreement::Agreed;

/// What a cart is. A draft that was taken back is in none of these states, and nobody reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum CartState {
    Open,
    AwaitingApproval,
    Ordered,
    /// Into another cart.
    Merged,
}

/// What a draft is: it is in no other cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum DraftState {
    Open,
    AwaitingApproval,
    Ordered,
}

/// A cart, as its tables know it.
#[derive(Debug, Clone)]
pub struct KeptCart {
    pub id: CartId,
    pub version: i64,
    pub state: CartState,
    pub subject: SubjectId,
    pub owner: Option<Uuid>,
    pub currency: Currency,
    pub contact: Contact,
    pub email_index: Option<Uuid>,
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
    /// What makes it a draft.
    pub draft: Option<KeptDraft>,
    pub invited_at: Option<Timestamp>,
    /// Who changed the draft last.
    pub drafted_by: Option<String>,
}

/// A draft, as its tables know it: of whoever was erased nothing is known that was agreed on.
#[derive(Debug, Clone, Default)]
pub struct KeptDraft {
    pub customer: Option<SubjectId>,
    pub agreed: Agreed,
}

/// Whom a draft is for, in its column.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct For {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<SubjectId>,
}

impl KeptCart {
    /// One that a work begins, before anything happened to it.
    pub(crate) fn begun(id: CartId, cart: &Cart, at: Timestamp) -> Option<Self> {
        Some(Self {
            id,
            version: 0,
            state: CartState::Open,
            subject: cart.subject?,
            owner: cart.owner.map(SubjectId::uuid),
            currency: cart.currency?,
            contact: Contact::default(),
            email_index: None,
            delivery: None,
            leads_to: None,
            organisation: None,
            decline_reason: None,
            opened_at: at,
            updated_at: at,
            lines: Vec::new(),
            codes: Vec::new(),
            draft: None,
            invited_at: None,
            drafted_by: None,
        })
    }

    pub(super) fn told(&self) -> Told {
        Told { contact: self.contact.clone(), email_index: self.email_index }
    }

    /// The customer whose prices they are: its owner, or whoever the shop put it together for.
    pub fn buyer(&self) -> Option<Uuid> {
        self.owner.or_else(|| Some(self.draft.as_ref()?.customer?.uuid()))
    }

    /// An owner's is theirs, and a guest's belongs to whoever knows its id. So does a draft, once the shop has invited somebody;
    /// but one that is for a customer is theirs alone.
    fn is_for(&self, own: Uuid) -> bool {
        let Some(draft) = &self.draft else { return self.owner.is_none_or(|owner| owner == own) };
        let theirs = draft.customer.is_none_or(|customer| customer.uuid() == own);
        self.invited_at.is_some() && theirs
    }
}

const KEPT: &str = "select id, version, state, subject, owner, currency, contact, email_index, delivery, leads_to, opened_at, updated_at, organisation_id, decline_reason, draft, invited_at, drafted_by, agreed from carts";

/// A cart, if whoever asks may see it.
#[boxed]
pub async fn cart(tenant: &Tenant, id: CartId, own: Option<Uuid>) -> Result<KeptCart, Problem> {
    let mut reading = CartReading::new(id);
    tenant.read_together(&mut [&mut reading]).await?;
    reading.cart(own)
}

/// Reads a cart. A draft that was taken back is not there any more.
pub struct CartReading {
    id: CartId,
    cart: Option<KeptCart>,
}

impl CartReading {
    pub fn new(id: CartId) -> Self {
        Self { id, cart: None }
    }

    /// The cart, if whoever asks may see it.
    pub fn cart(self, own: Option<Uuid>) -> Result<KeptCart, Problem> {
        let seen = |cart: &KeptCart| own.is_none_or(|own| cart.is_for(own));
        self.cart.filter(seen).ok_or_else(|| Problem::not_found("cart"))
    }
}

impl Reading for CartReading {
    fn statements(&self) -> Vec<(Cow<'static, str>, Vec<Arg>)> {
        let (sql, args) =
            Select::new(KEPT).and("id = ?", self.id).and("state <> ?", WITHDRAWN.to_owned()).statement();
        let lines =
            "select variant_id, quantity from cart_lines where cart_id = $1 order by added, variant_id";
        let codes = "select code from cart_codes where cart_id = $1 order by entered, code";
        vec![(sql.into(), args), (lines.into(), args![self.id]), (codes.into(), args![self.id])]
    }

    fn take(&mut self, statement: usize, row: &Row<'_>) -> Result<(), Failure> {
        match (statement, &mut self.cart) {
            (0, cart) => *cart = Some(kept(row)?),
            (1, Some(cart)) => cart.lines.push((VariantId(row.get(0)?), row.get(1)?)),
            (_, Some(cart)) => cart.codes.push(row.get(0)?),
            (_, None) => {}
        }
        Ok(())
    }
}

/// A cart in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct CartSummary {
    #[schema(value_type = Uuid)]
    pub id: CartId,
    pub state: CartState,
    /// The organisation whose yes it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation_id: Option<Uuid>,
    /// The customer whose it is; absent for a guest's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<Uuid>,
    pub currency: String,
    /// How many different things are in it.
    pub lines: i64,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
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
#[boxed]
pub async fn carts(
    tenant: &Tenant,
    whose: Whose,
    state: CartState,
    (before, below): (i64, Uuid),
    rows: usize,
) -> Result<Vec<CartSummary>, Failure> {
    let (buyer, organisation) = match whose {
        Whose::Everybodys => (None, None),
        Whose::Owner(owner) => (Some(owner), None),
        Whose::Organisation(organisation) => (None, Some(organisation)),
    };
    // Drafts are in a list of their own, but one that waits for a yes is seen by whoever waits and whoever says it.
    let kept_apart = (state != CartState::AwaitingApproval).then(|| DRAFT.to_owned());
    let (sql, args) = Select::new(
        "select id, state, owner, currency, (select count(*) from cart_lines l where l.cart_id = c.id), opened_at, updated_at, version, organisation_id from carts c",
    )
    .and("state = ?", state.as_str().to_owned())
    .maybe("coalesce(kind, '') <> ?", kept_apart)
    .maybe("subject = ?", buyer)
    .maybe("organisation_id = ?", organisation)
    .between("(updated_at, id) < (?, ?)", before, below)
    .page("updated_at desc, id desc", rows)
    .statement();
    tenant.rows(&sql, args, cart_summary).await
}

fn cart_summary(row: &Row<'_>) -> Result<CartSummary, Failure> {
    Ok(CartSummary {
        id: CartId(row.get(0)?),
        state: row.word(1)?,
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
#[boxed]
pub async fn open_cart(tenant: &Tenant, owner: Uuid) -> Result<Option<CartId>, Failure> {
    let sql = "select id from carts where owner = $1 and state = 'open' order by updated_at desc limit 1";
    tenant.row(sql, args![owner], |row| Ok(CartId(row.get(0)?))).await
}

/// What tells a draft from a cart.
const DRAFT: &str = "draft";

/// A draft that was taken back.
const WITHDRAWN: &str = "withdrawn";

/// A draft in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftSummary {
    #[schema(value_type = Uuid)]
    pub id: CartId,
    pub state: DraftState,
    /// Whom it is for, as far as the shop knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The order that was made of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Uuid>,
    pub currency: String,
    /// How many different things are in it.
    pub lines: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub invited_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    pub version: i64,
}

/// Drafts in one state, the latest change first, from below a moment and an id.
#[boxed]
pub async fn drafts(
    tenant: &Tenant,
    state: DraftState,
    (before, below): (i64, Uuid),
    rows: usize,
) -> Result<Vec<DraftSummary>, Failure> {
    let (sql, args) = Select::new(
        "select id, state, currency, (select count(*) from cart_lines l where l.cart_id = c.id), opened_at, updated_at, version, contact, leads_to, draft, invited_at from carts c",
    )
    .and("kind = ?", DRAFT.to_owned())
    .and("state = ?", state.as_str().to_owned())
    .between("(updated_at, id) < (?, ?)", before, below)
    .page("updated_at desc, id desc", rows)
    .statement();
    tenant.rows(&sql, args, draft_summary).await
}

fn draft_summary(row: &Row<'_>) -> Result<DraftSummary, Failure> {
    let contact = contact(row, 7)?;
    let customer = written::<For>(row, 9)?.and_then(|draft| draft.customer);
    Ok(DraftSummary {
        id: CartId(row.get(0)?),
        state: row.word(1)?,
        currency: row.get(2)?,
        lines: row.get(3)?,
        opened_at: row.get(4)?,
        updated_at: row.get(5)?,
        version: row.get(6)?,
        customer_id: customer.map(SubjectId::uuid),
        name: contact.name,
        email: contact.email,
        order_id: row.get(8)?,
        invited_at: row.get::<Option<i64>>(10)?.map(Timestamp::from_micros),
    })
}

fn contact(row: &Row<'_>, column: usize) -> Result<Contact, Failure> {
    let contact: Option<String> = row.get(column)?;
    Ok(contact.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

fn draft(row: &Row<'_>) -> Result<Option<KeptDraft>, Failure> {
    let Some(For { customer }) = written(row, 14)? else { return Ok(None) };
    Ok(Some(KeptDraft { customer, agreed: written(row, 17)?.unwrap_or_default() }))
}

fn written<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<Option<T>, Failure> {
    let Some(text) = row.get::<Option<String>>(column)? else { return Ok(None) };
    let read = serde_json::from_str(&text);
    read.map(Some).map_err(|error| Failure::Bug(format!("a draft that was kept cannot be read: {error}")))
}

fn kept(row: &Row<'_>) -> Result<KeptCart, Failure> {
    Ok(KeptCart {
        id: CartId(row.get(0)?),
        version: row.get(1)?,
        state: row.word(2)?,
        subject: SubjectId(row.get(3)?),
        owner: row.get(4)?,
        currency: row.get(5)?,
        contact: contact(row, 6)?,
        email_index: row.get(7)?,
        delivery: row.get(8)?,
        leads_to: row.get(9)?,
        opened_at: row.get(10)?,
        updated_at: row.get(11)?,
        organisation: row.get(12)?,
        decline_reason: row.get(13)?,
        lines: Vec::new(),
        codes: Vec::new(),
        draft: draft(row)?,
        invited_at: row.get::<Option<i64>>(15)?.map(Timestamp::from_micros),
        drafted_by: row.get(16)?,
    })
}
