//! What orders and the catalog need to know of customers.

use std::borrow::Cow;
use std::collections::BTreeSet;

use catalog::NamedBuyers;
use customers::profiles::{AccountFacts, BookAddress, BookEntry, CustomerView, Elsewhere, Sight};
use customers::{CustomerId, OrganisationId, queries};
use futures_util::future::BoxFuture;
use identity::AccountId;
use kernel::{Arg, Problem};
use orders::buyers::{Buyers, OrganisationFacts, Role, Standing, StandingReading};
use orders::{Address, KnownAddress, KnownBuyer};
use store::{Failure, Reading, Row, Tenant};
use uuid::Uuid;

use super::customer_records::AccountsAndOrders;

/// Of very many who may say yes so many are named.
const NAMED: usize = 10;

pub struct Customers;

impl Buyers for Customers {
    fn standing(&self, customer: Uuid) -> Box<dyn StandingReading> {
        Box::new(Of(queries::StandingReading::new(customer)))
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
                let account = identity::accounts::queries::account(tenant, AccountId(id)).await?;
                names.extend(account.map(|account| account.name).filter(|name| !name.is_empty()));
            }
            Ok(names)
        })
    }

    fn known_buyer<'a>(
        &'a self,
        tenant: &'a Tenant,
        customer: Uuid,
    ) -> BoxFuture<'a, Result<KnownBuyer, Problem>> {
        Box::pin(async move {
            let id = CustomerId(customer);
            let record = customers::profiles::queries::customer(tenant, id, Sight::Theirs).await?;
            if let Some(record) = record {
                return Ok(known_buyer(record));
            }
            let account = AccountsAndOrders.account(tenant, id).await?;
            Ok(account.map_or_else(KnownBuyer::default, |AccountFacts { name, email, .. }| KnownBuyer {
                name,
                email: Some(email),
                ..KnownBuyer::default()
            }))
        })
    }

    fn records<'a>(
        &'a self,
        tenant: &'a Tenant,
        customer: Uuid,
    ) -> BoxFuture<'a, Result<BTreeSet<Uuid>, Problem>> {
        Box::pin(async move { Ok(customers::profiles::queries::records_of(tenant, customer).await?) })
    }
}

/// What is read of a customer, in the words of orders.
struct Of(queries::StandingReading);

impl Reading for Of {
    fn statements(&self) -> Vec<(Cow<'static, str>, Vec<Arg>)> {
        self.0.statements()
    }

    fn take(&mut self, statement: usize, row: &Row<'_>) -> Result<(), Failure> {
        self.0.take(statement, row)
    }
}

impl StandingReading for Of {
    fn standing(self: Box<Self>) -> Standing {
        let queries::Standing { organisation, segments, seen } = self.0.standing();
        let (segments, groups) = segments.into_iter().map(|(id, name)| (id.uuid(), name)).unzip();
        let organisation = organisation.map(facts);
        Standing { segments, groups, organisation, still: Some(customers::use_cases::still(seen)) }
    }
}

impl catalog::Audience for Customers {
    fn known<'a>(
        &'a self,
        tenant: &'a Tenant,
        named: &'a NamedBuyers,
    ) -> BoxFuture<'a, Result<NamedBuyers, Problem>> {
        Box::pin(async move {
            Ok(NamedBuyers {
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

fn known_buyer(record: CustomerView) -> KnownBuyer {
    let address = |entry: BookEntry| {
        let BookAddress { name, company, phone, line1, line2, city, postal_code, region, country } =
            entry.address;
        let address = Address { line1, line2, city, postal_code, region, country };
        KnownAddress { id: entry.id.uuid(), name, company, phone, address, delivery: entry.default_delivery }
    };
    KnownBuyer {
        name: record.name,
        email: record.emails.into_iter().next().map(|email| email.address),
        phone: record.phone,
        company: record.company,
        book: record.addresses.into_iter().map(address).collect(),
    }
}
