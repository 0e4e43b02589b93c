//! Finds what a command names.

use std::sync::Arc;

use store::{Cell, TenantRecord};
use uuid::Uuid;

pub fn id(text: &str) -> Result<Uuid, String> {
    text.parse()
        .map_err(|_| format!("{text:?} is no id. An id looks like 0198c0de-0000-7000-8000-000000000001."))
}

pub fn find(cell: &Cell, slug: &str) -> Result<Arc<TenantRecord>, String> {
    let here = cell.registry().by_slug(slug).filter(|tenant| tenant.status.is_here());
    here.ok_or_else(|| format!("There is no tenant {slug:?}. `galleria tenant list` shows them."))
}
