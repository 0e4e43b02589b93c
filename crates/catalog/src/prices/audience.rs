//! The port that tells which of the segments and organisations that a price list names exist. A list for a misspelt
//! segment would otherwise be for nobody, without anyone noticing.

use std::collections::HashSet;
use std::pin::Pin;

use kernel::{Check, Problem};
use store::Tenant;
use uuid::Uuid;

use super::price_list::Terms;

/// Buyers whom somebody named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedBuyers {
    pub segments: HashSet<Uuid>,
    /// Segments by their names.
    pub groups: HashSet<String>,
    pub organisations: HashSet<Uuid>,
}

/// Whoever knows for whom a price can be.
pub trait Audience: Send + Sync + 'static {
    /// Of those that were named, those that there are.
    fn known<'a>(
        &'a self,
        tenant: &'a Tenant,
        named: &'a NamedBuyers,
    ) -> Pin<Box<dyn Future<Output = Result<NamedBuyers, Problem>> + Send + 'a>>;
}

/// Refuses a list for somebody whom there is not, each by their place.
pub(crate) async fn must_be_there(
    tenant: &Tenant,
    audience: &dyn Audience,
    terms: &Terms,
) -> Result<(), Problem> {
    let named = NamedBuyers {
        segments: terms.segments.iter().copied().collect(),
        groups: terms.groups.iter().cloned().collect(),
        organisations: terms.organisations.iter().copied().collect(),
    };
    if named == NamedBuyers::default() {
        return Ok(());
    }
    let (known, mut check) = (audience.known(tenant, &named).await?, Check::default());
    for (n, segment) in terms.segments.iter().enumerate() {
        check.that(known.segments.contains(segment), format!("/segments/{n}"), "there is no such segment");
    }
    for (n, group) in terms.groups.iter().enumerate() {
        check.that(known.groups.contains(group), format!("/groups/{n}"), "there is no segment of this name");
    }
    for (n, organisation) in terms.organisations.iter().enumerate() {
        let there = known.organisations.contains(organisation);
        check.that(there, format!("/organisations/{n}"), "there is no such organisation");
    }
    check.done()
}
