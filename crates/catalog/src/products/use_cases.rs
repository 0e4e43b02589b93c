//! The use cases of products.

use std::collections::HashMap;

use kernel::problem::pointer_part;
use kernel::reservation::{GiveUp, Take};
use kernel::{Check, Currency, Problem, args, boxed};
use serde::Serialize;
use store::{Failure, Reply, Tenant, Work};
use uuid::Uuid;

use super::claim::{Claim, ClaimedName, Leave};
use super::product::{Change, Create};
use crate::attributes::attribute::{self, Attribute, Declaration};
use crate::stock::{Open, Stock};
use crate::{Content, Product, ProductId, VariantId};

#[derive(Serialize)]
struct Made {
    id: ProductId,
    version: i64,
    variants: Vec<MadeVariant>,
}

#[derive(Serialize)]
struct MadeVariant {
    id: VariantId,
    sku: String,
}

/// Makes a product, claims its names, and begins to count its variants.
pub fn create_product(id: ProductId, mut content: Content, on_hand: HashMap<VariantId, i64>) -> Work {
    content.name_variants(&Content::default());
    let claims = claims(&content);
    let variants: Vec<Uuid> = content.variants.iter().map(|variant| variant.id.uuid()).collect();
    let named = Work::over::<Product>([id]).and::<Claim>(claims).and::<Stock>(variants);
    named.and::<Attribute>(attributes(&content)).decide(move |desk| {
        check_attributes(desk, &content)?;
        desk.ask::<Product, _>(id, &Create(content.clone()))?;
        claim_names(desk, id, &content)?;
        for variant in &content.variants {
            let on_hand = on_hand.get(&variant.id).copied().unwrap_or(0);
            desk.ask::<Stock, _>(variant.id, &Open { product: id, sku: variant.sku.clone(), on_hand })?;
        }
        Ok(Reply::json(201, &made(id, 1, &content)).version(1).location(format!("/api/v1/products/{id}")))
    })
}

/// Replaces what a product says. Variants keep their ids by SKU; one that is left out is not sold any more. A handle that
/// is left out, which is then empty, stays as it is; one that is changed leads on to the new one.
#[boxed]
pub async fn change_product(
    tenant: &Tenant,
    id: ProductId,
    seen: i64,
    mut content: Content,
    on_hand: HashMap<String, i64>,
    currency: Currency,
) -> Result<Work, Problem> {
    let before = names_of(tenant, id).await?;
    if content.handle.is_empty() {
        content.handle.clone_from(&before.handle);
    }
    for variant in &mut content.variants {
        if let Some(known) = before.variants.get(&variant.sku) {
            variant.id = *known;
        }
    }
    content.check(currency)?;
    let added: Vec<VariantId> = content
        .variants
        .iter()
        .filter(|variant| !before.variants.contains_key(&variant.sku))
        .map(|variant| variant.id)
        .collect();
    let dropped: Vec<Uuid> = before
        .variants
        .keys()
        .filter(|sku| !content.variants.iter().any(|variant| variant.sku == **sku))
        .map(|sku| ClaimedName::Sku(sku).id())
        .collect();
    let former = before.handle.clone();
    let mut names = claims(&content);
    names.extend(&dropped);
    names.extend((former != content.handle).then(|| ClaimedName::Handle(&former).id()));
    let known = before.version;
    let named = Work::over::<Product>([id]).and::<Claim>(names).and::<Stock>(added.clone());
    Ok(named.and::<Attribute>(attributes(&content)).decide(move |desk| {
        let mut content = content.clone();
        content.name_variants(&desk.get::<Product>(id)?.content);
        desk.expect_version::<Product>(id, Some(seen))?;
        // What was read to know the names must still hold; the caller's version says so, unless the read was older.
        desk.expect_version::<Product>(id, Some(known))?;
        check_attributes(desk, &content)?;
        desk.ask::<Product, _>(id, &Change(content.clone()))?;
        for claim in &dropped {
            desk.ask::<Claim, _>(*claim, &GiveUp(id))?;
        }
        if former != content.handle {
            desk.ask::<Claim, _>(ClaimedName::Handle(&former).id(), &Leave { handle: &former })?;
        }
        claim_names(desk, id, &content)?;
        for variant in content.variants.iter().filter(|variant| added.contains(&variant.id)) {
            let on_hand = on_hand.get(&variant.sku).copied().unwrap_or(0);
            desk.ask::<Stock, _>(variant.id, &Open { product: id, sku: variant.sku.clone(), on_hand })?;
        }
        let version = desk.version::<Product>(id);
        Ok(Reply::json(200, &made(id, version, &content)).version(version))
    }))
}

fn attributes(content: &Content) -> Vec<Uuid> {
    content.attributes.keys().map(|name| attribute::id(name)).collect()
}

/// Each value is what the shop declared of its attribute; a name that was not declared takes texts.
fn check_attributes(desk: &mut store::Desk<'_>, content: &Content) -> Result<(), Problem> {
    let undeclared = Declaration::default();
    let mut check = Check::default();
    for (name, value) in &content.attributes {
        let attribute = desk.find::<Attribute>(attribute::id(name));
        let declared = attribute.and_then(|attribute| attribute.declared.as_ref()).unwrap_or(&undeclared);
        let wrong = declared.takes(value).err();
        check.that(wrong.is_none(), format!("/attributes/{}", pointer_part(name)), wrong.unwrap_or_default());
    }
    check.done()
}

fn claims(content: &Content) -> Vec<Uuid> {
    let skus = content.variants.iter().map(|variant| ClaimedName::Sku(&variant.sku).id());
    skus.chain([ClaimedName::Handle(&content.handle).id()]).collect()
}

fn claim_names(desk: &mut store::Desk<'_>, product: ProductId, content: &Content) -> Result<(), Problem> {
    let handle = (ClaimedName::Handle(&content.handle), "/handle".to_owned());
    let skus = content.variants.iter().map(|variant| ClaimedName::Sku(&variant.sku)).enumerate();
    let skus = skus.map(|(n, sku)| (sku, format!("/variants/{n}/sku")));
    for (name, field) in [handle].into_iter().chain(skus) {
        desk.ask::<Claim, _>(name.id(), &Take { by: product, or: |_| name.refusal() })
            .map_err(|problem| problem.at(field, "choose another"))?;
    }
    Ok(())
}

fn made(id: ProductId, version: i64, content: &Content) -> Made {
    let variants =
        content.variants.iter().map(|variant| MadeVariant { id: variant.id, sku: variant.sku.clone() });
    Made { id, version, variants: variants.collect() }
}

/// The names that a product holds now.
struct Names {
    version: i64,
    handle: String,
    variants: HashMap<String, VariantId>,
}

async fn names_of(tenant: &Tenant, id: ProductId) -> Result<Names, Problem> {
    let mut product = None;
    let mut variants = HashMap::new();
    let queries = [
        ("select version, handle from products where id = $1", args![id]),
        ("select sku, id from product_variants where product_id = $1", args![id]),
    ];
    tenant
        .read(&queries, &mut |query, row| {
            match query {
                0 => product = Some((row.get(0)?, row.get(1)?)),
                _ => {
                    variants.insert(row.get(0)?, VariantId(row.get(1)?));
                }
            }
            Ok::<(), Failure>(())
        })
        .await?;
    let (version, handle) = product.ok_or_else(|| Problem::not_found("product"))?;
    Ok(Names { version, handle, variants })
}
