//! Who a customer belongs to, for whoever takes orders.

use catalog::Named;
use connect::Vies;
use customers::{OrganisationId, Refusal, VatNumber, VatRegister, queries};
use futures_util::future::BoxFuture;
use identity::AccountId;
use kernel::Problem;
use orders::buyers::{Buyers, OrganisationFacts, Role, Standing};
use store::Tenant;
use uuid::Uuid;

/// Of very many who may say yes so many are named.
const NAMED: usize = 10;

pub struct Clientele;

impl Buyers for Clientele {
    fn standing<'a>(
        &'a self,
        tenant: &'a Tenant,
        customer: Uuid,
    ) -> BoxFuture<'a, Result<Standing, Problem>> {
        Box::pin(async move {
            let queries::Standing { organisation, segments, seen } =
                queries::standing(tenant, customer).await?;
            let (segments, groups) = segments.into_iter().map(|(id, name)| (id.uuid(), name)).unzip();
            let organisation = organisation.map(facts);
            Ok(Standing { segments, groups, organisation, still: Some(customers::works::still(seen)) })
        })
    }

    fn approvers<'a>(
        &'a self,
        tenant: &'a Tenant,
        organisation: Uuid,
        but: Uuid,
    ) -> BoxFuture<'a, Result<Vec<String>, Problem>> {
        Box::pin(async move {
            let ids = queries::approvers(tenant, OrganisationId(organisation)).await?;
            let mut names = Vec::new();
            for id in ids.into_iter().filter(|id| *id != but).take(NAMED) {
                let account = identity::queries::account(tenant, AccountId(id)).await?;
                names.extend(account.map(|account| account.name).filter(|name| !name.is_empty()));
            }
            Ok(names)
        })
    }
}

impl catalog::Clientele for Clientele {
    fn known<'a>(&'a self, tenant: &'a Tenant, named: &'a Named) -> BoxFuture<'a, Result<Named, Problem>> {
        Box::pin(async move {
            Ok(Named {
                segments: queries::segments_of(tenant, &named.segments).await?,
                groups: queries::segments_named(tenant, &named.groups).await?,
                organisations: queries::organisations_of(tenant, &named.organisations).await?,
            })
        })
    }
}

fn facts(known: queries::Affiliation) -> OrganisationFacts {
    let own_limit = known.member.approval_limit;
    OrganisationFacts {
        id: known.id.uuid(),
        name: known.name,
        role: match known.member.role {
            customers::Role::Buyer => Role::Buyer,
            customers::Role::Approver => Role::Approver,
            customers::Role::Admin => Role::Admin,
        },
        purchase_order_required: known.purchase_order_required,
        limit: own_limit.or(known.approval_limit),
        own_limit,
        vat_registered: known.vat_registered,
    }
}

/// The European Union's register.
pub struct Union(pub Vies);

impl VatRegister for Union {
    fn has<'a>(&'a self, number: &'a VatNumber) -> BoxFuture<'a, Result<bool, Refusal>> {
        Box::pin(async move {
            self.0.has(number).await.map_err(|error| {
                tracing::warn!(%error, "The register of VAT numbers does not answer");
                Refusal::VatRegisterSilent
            })
        })
    }
}
