//! Finds what a command names.

use std::sync::Arc;

use store::{Cell, TenantRecord};
pub fn find(cell: &Cell, slug: &str) -> Result<Arc<TenantRecord>, String> {
    let here = cell.registry().by_slug(slug).filter(|tenant| tenant.status.is_here());
    here.ok_or_else(|| format!("There is no tenant {slug:?}. `galleria tenant list` shows them."))
}
