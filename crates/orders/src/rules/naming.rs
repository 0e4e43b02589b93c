//! Checks that what a promotion names exists. A misspelt segment would otherwise match nobody, without anyone noticing.

use std::collections::HashSet;

use catalog::NamedBuyers;
use kernel::{Check, Problem};
use pricing::{Pick, Promotion};
use store::Tenant;
use uuid::Uuid;

use crate::ports::buyers::Buyers;

/// Refuses what names something that there is not, each by its place.
pub(super) async fn must_be_there(
    tenant: &Tenant,
    buyers: &dyn Buyers,
    promotion: &Promotion,
) -> Result<(), Problem> {
    let mut check = Check::default();
    let conditions = &promotion.conditions;
    let named = NamedBuyers {
        groups: conditions.segments.iter().cloned().collect(),
        organisations: conditions.organisations.iter().copied().collect(),
        ..NamedBuyers::default()
    };
    let known = buyers.known(tenant, &named).await?;
    for (n, segment) in conditions.segments.iter().enumerate() {
        let there = known.groups.contains(segment);
        check.that(there, format!("/conditions/segments/{n}"), "there is no segment of this name");
    }
    for (n, organisation) in conditions.organisations.iter().enumerate() {
        let there = known.organisations.contains(organisation);
        check.that(there, format!("/conditions/organisations/{n}"), "there is no such organisation");
    }
    picked(tenant, promotion, &mut check).await?;
    check.done()
}

async fn picked(tenant: &Tenant, promotion: &Promotion, check: &mut Check) -> Result<(), Problem> {
    let mut picks: Vec<(String, &Pick)> = Vec::new();
    for (place, target) in promotion.targets() {
        for (name, named) in [("of", &target.of), ("except", &target.except)] {
            picks.extend(named.iter().enumerate().map(|(n, pick)| (format!("{place}/{name}/{n}"), pick)));
        }
    }
    let (mut products, mut variants) = (HashSet::<Uuid>::new(), HashSet::<Uuid>::new());
    let mut categories = HashSet::<String>::new();
    for (_, pick) in &picks {
        match pick {
            Pick::Product(id) => _ = products.insert(*id),
            Pick::Variant(id) => _ = variants.insert(*id),
            Pick::Category(name) => _ = categories.insert(name.clone()),
        }
    }
    let known = catalog::known(tenant, products, variants, categories).await?;
    for (place, pick) in picks {
        let (there, noun) = match pick {
            Pick::Product(id) => (known.products.contains(id), "product"),
            Pick::Variant(id) => (known.variants.contains(id), "variant"),
            Pick::Category(name) => (known.categories.contains(name), "category"),
        };
        check.that(there, place, format!("there is no such {noun}"));
    }
    Ok(())
}
