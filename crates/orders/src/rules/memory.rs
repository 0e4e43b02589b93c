//! The rules of each shop, cached on this node.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use kernel::TenantId;
use store::{Failure, Tenant};

use super::{Rules, queries};

/// For how many shops a node caches the rules; then the cache is cleared.
pub(crate) const REMEMBERED: usize = 10_000;

/// The rules of a shop from the cache. With `afresh` the version of the rulebook is compared first; a unit of work that
/// compares it itself can do without.
pub async fn rules(tenant: &Tenant, afresh: bool) -> Result<Arc<Rules>, Failure> {
    let known = remembered().lock().unwrap_or_else(PoisonError::into_inner).get(&tenant.id()).cloned();
    if let Some(rules) = known
        && (!afresh || rules.version == queries::version(tenant).await?)
    {
        return Ok(rules);
    }
    let rules = Arc::new(queries::rules(tenant).await?);
    let mut all = remembered().lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= REMEMBERED {
        all.clear();
    }
    all.insert(tenant.id(), rules.clone());
    Ok(rules)
}

pub(crate) fn remembered() -> &'static Mutex<HashMap<TenantId, Arc<Rules>>> {
    static REMEMBERED: OnceLock<Mutex<HashMap<TenantId, Arc<Rules>>>> = OnceLock::new();
    REMEMBERED.get_or_init(Mutex::default)
}
