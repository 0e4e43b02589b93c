//! `galleria demo`: two shops of different kinds, filled through the same use cases as the API.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use blobs::Blobs;
use catalog::{NewProduct, ProductId};
use console::CellAccess;
use kernel::{Actor, Check, CorrelationId, Problem, Timestamp};
use orders::rules::OrderSettings;
use orders::{NewAddress, NewCustomer, NewLine, NewOrder, OrderId, Status};
use serde::{Deserialize, Serialize};
use store::{Asked, Cell, Tenant, TenantRecord};

use crate::commands::demo_theme::{self, DemoTheme};
use crate::commands::tenant_key;
use crate::own_session::OwnSession;
use crate::{app, clock};

const SHOPS: [&str; 2] =
    [include_str!("../../demo/oak-and-linen.json"), include_str!("../../demo/kestrel.json")];

const PEOPLE: &str = include_str!("../../demo/people.json");

const ORDERS: u64 = 30;
const ROLES: [&str; 4] = ["admin", "order-manager", "viewer", "service"];

#[derive(Deserialize)]
struct Shop {
    slug: String,
    name: String,
    currency: String,
    products: Vec<NewProduct>,
    /// How many of a thing one order takes, at the most.
    quantity: u64,
}

#[derive(Clone, Deserialize)]
struct Person {
    name: String,
    email: String,
    line1: String,
    city: String,
    postal_code: String,
    country: String,
}

/// What a script needs to come in.
#[derive(Serialize, Deserialize)]
struct Entrance {
    tenants: Vec<Way>,
}

#[derive(Serialize, Deserialize)]
struct Way {
    slug: String,
    name: String,
    id: String,
    address: String,
    keys: Vec<Shown>,
}

#[derive(Serialize, Deserialize)]
struct Shown {
    name: String,
    role: String,
    secret: String,
}

pub async fn demo(session: &OwnSession, json: bool) -> Result<(), String> {
    let cell = session.cell(CellAccess::Make).await?;
    let result = fill(&cell, session).await;
    cell.close().await;
    let entrance = result?;
    if json {
        session.print(&serde_json::to_string(&entrance).map_err(|error| error.to_string())?);
    } else {
        welcome(session, &entrance);
    }
    Ok(())
}

async fn fill(cell: &Cell, session: &OwnSession) -> Result<Entrance, String> {
    let known = session.config.data.join("demo-keys.json");
    let mut entrance: Entrance = match fs::read_to_string(&known) {
        Ok(text) if session.config.database_url.is_none() => {
            serde_json::from_str(&text).map_err(|error| {
                format!("{} cannot be read ({error}). Remove it, and new keys will be made.", known.display())
            })?
        }
        _ => Entrance { tenants: Vec::new() },
    };
    for text in SHOPS {
        let shop: Shop = serde_json::from_str(text)
            .map_err(|error| format!("the demo's products cannot be read: {error}"))?;
        if entrance.tenants.iter().any(|way| way.slug == shop.slug)
            && cell.registry().by_slug(&shop.slug).is_some()
        {
            continue;
        }
        entrance.tenants.retain(|way| way.slug != shop.slug);
        entrance.tenants.push(open_shop(cell, session, shop).await?);
        if session.config.database_url.is_none() {
            keep(&known, &entrance)?;
        }
    }
    for way in &mut entrance.tenants {
        if let Some(record) = cell.registry().by_slug(&way.slug) {
            way.address = (session.config.addresses())(&record);
        }
    }
    Ok(entrance)
}

async fn open_shop(cell: &Cell, session: &OwnSession, shop: Shop) -> Result<Way, String> {
    let record = match cell.registry().by_slug(&shop.slug) {
        Some(record) => record,
        None => {
            let currency = shop.currency.parse().map_err(|error| format!("{error}"))?;
            cell.registry()
                .create_tenant(&shop.slug, &shop.name, currency, clock::now())
                .await
                .map_err(|failure| failure.to_string())?
        }
    };
    let tenant = cell.tenant(record.id);
    if tenant.head().await.map_err(|failure| failure.to_string())? == 0 {
        session.tell(&format!("Filling {} …", shop.name));
        let (theme, blobs) = (demo_theme::of(&shop.slug)?, app::blobs(&session.config)?);
        let shelves = stock_shelves(&tenant, &record, &shop, &theme, blobs.as_ref()).await;
        shelves.map_err(|problem| problem.to_string())?;
        let applied = theme.apply(&tenant, || asked(days_ago(31))).await;
        applied.map_err(|problem| problem.to_string())?;
        place_orders(&tenant, &record, &shop).await.map_err(|problem| problem.to_string())?;
        let sandbox = tenant.run(asked(clock::now()), payments::sandbox_provider()).await;
        sandbox.map_err(|problem| problem.to_string())?;
    }
    let mut keys = Vec::new();
    for role in ROLES {
        let name = format!("Demo {role}");
        let (_, secret) = tenant_key::make_key(cell, &record, &name, role, None).await?;
        keys.push(Shown { name, role: role.into(), secret });
    }
    Ok(Way {
        slug: shop.slug.clone(),
        name: shop.name,
        id: record.id.to_string(),
        address: (session.config.addresses())(&record),
        keys,
    })
}

async fn stock_shelves(
    tenant: &Tenant,
    record: &TenantRecord,
    shop: &Shop,
    theme: &DemoTheme,
    blobs: Option<&Blobs>,
) -> Result<(), Problem> {
    for (product, days) in shop.products.iter().zip(32_u64..) {
        let product = theme.on(product, tenant, blobs, &asked(days_ago(days))).await?;
        let mut check = Check::default();
        edge::check_limits(&product, "", &mut check);
        check.done()?;
        let (content, stock) = (product.content(record.currency)?, product.stock());
        content.check(record.currency)?;
        let on_hand: HashMap<_, _> = content
            .variants
            .iter()
            .filter_map(|variant| Some((variant.id, *stock.get(&variant.sku)?)))
            .collect();
        tenant
            .run(
                asked(days_ago(days)),
                catalog::use_cases::create_product(ProductId::new(), content, on_hand),
            )
            .await?;
    }
    Ok(())
}

async fn place_orders(tenant: &Tenant, record: &TenantRecord, shop: &Shop) -> Result<(), Problem> {
    let people: Vec<Person> = serde_json::from_str(PEOPLE).map_err(|_| Problem::bug())?;
    let shelf: Vec<(&str, u64)> = shop
        .products
        .iter()
        .filter(|product| product.status == catalog::Status::Active)
        .flat_map(|product| &product.variants)
        .filter_map(|variant| Some((variant.sku.as_str(), u64::try_from(variant.stock?).ok()?)))
        .collect();
    let mut dice = Dice(7);
    for place in 0..ORDERS {
        let at = days_ago(ORDERS - place).plus(Duration::from_secs(dice.roll(80_000)));
        let person = people[dice.index(people.len())].clone();
        let lines = (0..1 + dice.roll(3)).map(|_| line(&shelf, shop.quantity, &mut dice)).collect();
        let (id, order) = (OrderId::new(), new_order(person, lines));
        let receipt = order.ring_up(tenant, &orders::Ports::none(), record.currency, at, true).await?;
        tenant.run(asked(at), orders::use_cases::place_order(id, order.buyer(), &receipt)).await?;
        advance(tenant, id, at, place, &mut dice).await?;
    }
    Ok(())
}

/// Some of a thing: never so many that the shelf would be empty after all orders.
fn line(shelf: &[(&str, u64)], quantity: u64, dice: &mut Dice) -> NewLine {
    let (sku, stock) = shelf[dice.index(shelf.len())];
    let quantity = 1 + dice.roll(quantity.min(stock / ORDERS));
    NewLine { variant_id: None, sku: Some(sku.to_owned()), quantity: i64::try_from(quantity).unwrap_or(1) }
}

/// Older orders have come further; a few were cancelled.
async fn advance(
    tenant: &Tenant,
    id: OrderId,
    at: Timestamp,
    number: u64,
    dice: &mut Dice,
) -> Result<(), Problem> {
    let path: &[Status] = match number {
        _ if dice.roll(8) == 0 => &[Status::Cancelled],
        0..15 => &[Status::Confirmed, Status::Packed, Status::Shipped, Status::Delivered],
        15..20 => &[Status::Confirmed, Status::Packed, Status::Shipped],
        20..24 => &[Status::Confirmed, Status::Packed],
        24..27 => &[Status::Confirmed],
        _ => &[],
    };
    for (to, hours) in path.iter().zip([3_u64, 20, 30, 70]) {
        let before = orders::queries::order(tenant, id).await?;
        let reason = (*to == Status::Cancelled).then(|| "The customer changed their mind.".to_owned());
        let when = at.plus(Duration::from_secs(hours * 3600)).min(clock::now());
        tenant.run(asked(when), orders::use_cases::advance_order(id, &before, None, *to, reason)?).await?;
    }
    Ok(())
}

fn new_order(person: Person, lines: Vec<NewLine>) -> NewOrder {
    NewOrder {
        customer: NewCustomer { id: None, name: person.name, email: person.email, phone: None },
        shipping_address: NewAddress {
            line1: person.line1,
            line2: None,
            city: person.city,
            postal_code: person.postal_code,
            region: None,
            country: person.country,
        },
        lines,
        note: None,
        billing_address: None,
        codes: Vec::new(),
        delivery_option_id: None,
        purchase_order: None,
    }
}

fn asked(now: Timestamp) -> Asked {
    Asked::by(Actor::system(), CorrelationId::new(), now)
}

fn days_ago(days: u64) -> Timestamp {
    let micros = i64::try_from(days * 86_400_000_000).unwrap_or(0);
    Timestamp::from_micros(clock::now().as_micros() - micros)
}

/// Only the owner may read the file: whoever has a secret may do what its role may.
fn keep(path: &PathBuf, entrance: &Entrance) -> Result<(), String> {
    use std::io::Write as _;
    let text = serde_json::to_string_pretty(entrance).map_err(|error| error.to_string())?;
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    file.write_all(text.as_bytes()).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

fn welcome(session: &OwnSession, entrance: &Entrance) {
    for way in &entrance.tenants {
        session.print(&format!("\n{} — {}", way.name, way.address));
        session.print(&format!("  shop       {}/", way.address));
        session.print(&format!("  products   {}/api/v1/products", way.address));
        session.print(&format!("  reference  {}/reference", way.address));
        for key in &way.keys {
            session.print(&format!("  {:<14} {}", key.role, key.secret));
        }
    }
    if let Some(minutes) = OrderSettings::default().unpaid_cancelled_after_minutes {
        session.print(&format!(
            "\nAn order that nobody pays is cancelled after {minutes} minutes, and what it held is free again. Another wait, or\nnone: PUT /api/v1/order-settings"
        ));
    }
    if let Some(way) = entrance.tenants.first() {
        let admin = way.keys.first().map(|key| key.secret.as_str()).unwrap_or_default();
        session.print("\nTry it:");
        session.print(&format!("  curl -H \"Authorization: Bearer {admin}\" {}/api/v1/orders", way.address));
    }
}

/// The same numbers each time, so that every demo looks alike.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides.max(1)
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.roll(length as u64)).unwrap_or(0)
    }
}
