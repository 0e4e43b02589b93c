//! The rules of each shop, cached on this node.

use std::sync::Arc;

use kernel::TenantId;
use moka::sync::Cache;
use store::{Failure, Tenant};

use super::{Rules, queries};

struct Remembered(Cache<TenantId, Arc<Rules>>);

impl Default for Remembered {
    fn default() -> Self {
        Self(Cache::new(10_000))
    }
}

/// The rules of a shop from the cache. With `afresh` the version of the rulebook is compared first; a unit of work that
/// compares it itself can do without.
pub async fn rules(tenant: &Tenant, afresh: bool) -> Result<Arc<Rules>, Failure> {
    let remembered = tenant.cell().cache::<Remembered>();
    if let Some(rules) = remembered.0.get(&tenant.id())
        && (!afresh || rules.version == queries::version(tenant).await?)
    {
        return Ok(rules);
    }
    let rules = Arc::new(queries::rules(tenant).await?);
    remembered.0.insert(tenant.id(), rules.clone());
    Ok(rules)
}
