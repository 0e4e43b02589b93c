//! The port through which the catalog learns whether those are there for whom somebody names a price. One for a segment that
//! is written otherwise is for nobody, and nobody is told.

use std::collections::HashSet;
use std::pin::Pin;

use kernel::{Check, Problem};
use store::Tenant;
use uuid::Uuid;

use crate::price_list::Terms;

/// Buyers whom somebody named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    pub segments: HashSet<Uuid>,
    /// Segments by their names.
    pub groups: HashSet<String>,
    pub organisations: HashSet<Uuid>,
}

/// Whoever knows for whom a price can be.
pub trait Clientele: Send + Sync + 'static {
    /// Of those that were named, those that there are.
    fn known<'a>(
        &'a self,
        tenant: &'a Tenant,
        named: &'a Named,
    ) -> Pin<Box<dyn Future<Output = Result<Named, Problem>> + Send + 'a>>;
}

/// Refuses a list for somebody whom there is not, each by their place.
pub(crate) async fn must_be_there(
    tenant: &Tenant,
    clientele: &dyn Clientele,
    terms: &Terms,
) -> Result<(), Problem> {
    let named = Named {
        segments: terms.segments.iter().copied().collect(),
        groups: terms.groups.iter().cloned().collect(),
        organisations: terms.organisations.iter().copied().collect(),
    };
    if named == Named::default() {
        return Ok(());
    }
    let (known, mut check) = (clientele.known(tenant, &named).await?, Check::default());
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
