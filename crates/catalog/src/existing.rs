//! Looks up which of the named products, variants and categories exist, on sale or not.

use std::collections::HashSet;
use std::hash::Hash;

use kernel::Arg;
use kernel::boxed;
use store::{Failure, Row, Tenant, marks};
use uuid::Uuid;

/// How many names one statement looks up.
const AT_ONCE: usize = 200;

#[derive(Debug, Default)]
pub struct Known {
    pub products: HashSet<Uuid>,
    pub variants: HashSet<Uuid>,
    /// By their handles: those that the shop has made, and those that only products say.
    pub categories: HashSet<String>,
}

#[boxed]
pub async fn known(
    tenant: &Tenant,
    products: HashSet<Uuid>,
    variants: HashSet<Uuid>,
    categories: HashSet<String>,
) -> Result<Known, Failure> {
    let mut made =
        found(tenant, "select handle from categories where handle", &categories, |row| row.get(0)).await?;
    let said = "select distinct category from product_categories where category";
    made.extend(found(tenant, said, &categories, |row| row.get(0)).await?);
    Ok(Known {
        products: found(tenant, "select id from products where id", &products, |row| row.get(0)).await?,
        variants: found(tenant, "select id from product_variants where id", &variants, |row| row.get(0))
            .await?,
        categories: made,
    })
}

async fn found<T>(
    tenant: &Tenant,
    sql: &str,
    wanted: &HashSet<T>,
    read: fn(&Row<'_>) -> Result<T, Failure>,
) -> Result<HashSet<T>, Failure>
where
    T: Clone + Eq + Hash + Send + Sync,
    Arg: From<T>,
{
    let wanted: Vec<Arg> = wanted.iter().cloned().map(Arg::from).collect();
    let mut found = HashSet::new();
    for some in wanted.chunks(AT_ONCE) {
        let sql = format!("{sql} in ({})", marks(some.len()));
        found.extend(tenant.rows(&sql, some.to_vec(), read).await?);
    }
    Ok(found)
}
