//! The rules of each shop, cached on this node.

use std::sync::Arc;

use kernel::TenantId;
use kernel::boxed;
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
#[boxed]
pub async fn rules(tenant: &Tenant, afresh: bool) -> Result<Arc<Rules>, Failure> {
    match remembered(tenant) {
        Some(rules) if !afresh || rules.version == queries::version(tenant).await? => Ok(rules),
        _ => read(tenant).await,
    }
}

pub(super) fn remembered(tenant: &Tenant) -> Option<Arc<Rules>> {
    tenant.cell().cache::<Remembered>().0.get(&tenant.id())
}

/// The rules as they are now, remembered from now on.
pub(super) async fn read(tenant: &Tenant) -> Result<Arc<Rules>, Failure> {
    let rules = Arc::new(queries::rules(tenant).await?);
    tenant.cell().cache::<Remembered>().0.insert(tenant.id(), rules.clone());
    Ok(rules)
}
