//! Queries on the tables of products.

use std::collections::HashMap;

use kernel::{Arg, args, boxed};
use serde::Serialize;
use store::{Failure, Row, Select, Tenant, marks};
use uuid::Uuid;

use crate::{ProductId, VariantId};

/// A product as the projector wrote it for readers.
pub struct Shown {
    pub id: ProductId,
    pub version: i64,
    /// JSON, and sent as it is.
    pub view: String,
}

/// Which products a list shows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Listed {
    pub status: Option<String>,
    pub category: Option<String>,
    pub sku: Option<String>,
    pub as_of: Option<String>,
}

impl Listed {
    /// Of all products, those that the list shows.
    pub(crate) fn narrow(&self, select: Select) -> Select {
        select
            .maybe("p.status = ?", self.status.clone())
            .maybe(
                "exists (select 1 from product_categories c where c.product_id = p.id and c.category = ?)",
                self.category.clone(),
            )
            .maybe(
                "exists (select 1 from product_variants v where v.product_id = p.id and v.sku = ?)",
                self.sku.clone(),
            )
    }
}

/// The variants that products have by these SKUs, whether they are on sale or not.
#[boxed]
pub async fn variants_of(tenant: &Tenant, skus: &[String]) -> Result<HashMap<String, VariantId>, Failure> {
    let mut known = HashMap::with_capacity(skus.len());
    for some in skus.chunks(250) {
        let sql = format!("select sku, id from product_variants where sku in ({})", marks(some.len()));
        let args = some.iter().map(Arg::from).collect();
        known.extend(tenant.rows(&sql, args, |row| Ok((row.get(0)?, VariantId(row.get(1)?)))).await?);
    }
    Ok(known)
}

/// One product; one that is not on sale only for those who may see it.
#[boxed]
pub async fn product(tenant: &Tenant, id: ProductId, all: bool) -> Result<Option<Shown>, Failure> {
    let sql = if all {
        "select id, version, view from products where id = $1"
    } else {
        "select id, version, view from products where id = $1 and status = 'active'"
    };
    tenant.row(sql, args![id], shown).await
}

/// The product that goes by a handle, in the same way.
#[boxed]
pub async fn product_by_handle(tenant: &Tenant, handle: &str, all: bool) -> Result<Option<Shown>, Failure> {
    let sql = if all {
        "select id, version, view from products where handle = $1"
    } else {
        "select id, version, view from products where handle = $1 and status = 'active'"
    };
    tenant.row(sql, args![handle.to_owned()], shown).await
}

/// Products, newest first, from below an id.
#[boxed]
pub async fn products(
    tenant: &Tenant,
    listed: &Listed,
    below: Uuid,
    rows: usize,
) -> Result<Vec<Shown>, Failure> {
    let (sql, args) = listed
        .narrow(Select::new("select p.id, p.version, p.view from products p").and("p.id < ?", below))
        .page("p.id desc", rows)
        .statement();
    tenant.rows(&sql, args, shown).await
}

/// All products, oldest first, from behind an id.
#[boxed]
pub async fn products_after(tenant: &Tenant, behind: ProductId, rows: usize) -> Result<Vec<Shown>, Failure> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let sql = "select id, version, view from products where id > $1 order by id limit $2";
    tenant.rows(sql, args![behind, rows], shown).await
}

/// Products by their ids, in no order; those that are not on sale only for those who may see them.
#[boxed]
pub async fn products_by_id(tenant: &Tenant, ids: &[ProductId], all: bool) -> Result<Vec<Shown>, Failure> {
    let marks: Vec<String> = (1..=ids.len()).map(|number| format!("${number}")).collect();
    let on_sale = if all { "" } else { " and status = 'active'" };
    let sql = format!("select id, version, view from products where id in ({}){on_sale}", marks.join(", "));
    tenant.rows(&sql, ids.iter().map(|id| Arg::from(*id)).collect(), shown).await
}

/// The handles and titles of products that are on sale.
#[boxed]
pub async fn titles_by_id(
    tenant: &Tenant,
    ids: &[ProductId],
) -> Result<Vec<(ProductId, String, String)>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let marks: Vec<String> = (1..=ids.len()).map(|number| format!("${number}")).collect();
    let sql = format!(
        "select id, handle, title from products where id in ({}) and status = 'active'",
        marks.join(", ")
    );
    let args = ids.iter().map(|id| Arg::from(*id)).collect();
    tenant.rows(&sql, args, |row| Ok((ProductId(row.get(0)?), row.get(1)?, row.get(2)?))).await
}

pub(crate) fn shown(row: &Row<'_>) -> Result<Shown, Failure> {
    Ok(Shown { id: ProductId(row.get(0)?), version: row.get(1)?, view: row.get(2)? })
}

/// The handle that a product goes by today which had this one before; `all` for those who may see what is not on sale.
#[boxed]
pub async fn moved(tenant: &Tenant, handle: &str, all: bool) -> Result<Option<String>, Failure> {
    let sql = if all {
        "select p.handle from former_handles f join products p on p.id = f.product_id where f.handle = $1"
    } else {
        "select p.handle from former_handles f join products p on p.id = f.product_id where f.handle = $1 and p.status = 'active'"
    };
    tenant.row(sql, args![handle.to_owned()], |row| row.get(0)).await
}
