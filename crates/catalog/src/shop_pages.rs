//! What the pages of a shop need of its catalog: all that is on sale, and whether any of it has changed.

use kernel::Word;
use kernel::boxed;
use store::{Failure, Row, Tenant};

use crate::products::queries::{Listed, Shown, products};
use crate::{Category, CategoryId, Status};

pub use crate::products::queries::moved;

/// All products and how often they were changed. Whenever any product is another, so is this.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Edition {
    products: i64,
    changes: i64,
}

#[boxed]
pub async fn edition(tenant: &Tenant) -> Result<Edition, Failure> {
    // A product is never removed and its version only grows, so no two editions are alike.
    let sql = "select count(*), cast(coalesce(sum(version), 0) as bigint) from products";
    let read = |row: &Row<'_>| Ok(Edition { products: row.get(0)?, changes: row.get(1)? });
    Ok(tenant.row(sql, Vec::new(), read).await?.unwrap_or_default())
}

/// What is on sale, newest first, and no more than so many.
#[boxed]
pub async fn on_sale(tenant: &Tenant, most: usize) -> Result<Vec<Shown>, Failure> {
    let listed = Listed { status: Some(Status::Active.as_str().to_owned()), ..Listed::default() };
    products(tenant, &listed, uuid::Uuid::max(), most).await
}

/// Every category, in the order in which siblings are shown.
#[boxed]
pub async fn categories(tenant: &Tenant) -> Result<Vec<(CategoryId, Category)>, Failure> {
    let sql = "select id, content from categories order by position, title, id";
    let read = |row: &Row<'_>| {
        let content = serde_json::from_str(&row.get::<String>(1)?);
        let category =
            content.map_err(|error| Failure::Bug(format!("a category cannot be read: {error}")))?;
        Ok((CategoryId(row.get(0)?), category))
    };
    tenant.rows(sql, Vec::new(), read).await
}
