//! The registry follows the log: a proven domain is a host that leads to its shop, and no other is.

use kernel::Problem;
use store::log::Recorded;
use store::relay::{Effect, Handled, Subscriber, Wants};
use store::{Failure, Tenant};

use crate::domain::{DomainEvent, GivenUp, Lost, Proven};
use crate::{DomainId, Refusal, name, queries, use_cases};

/// Where a name leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leads {
    Here,
    /// Another shop was quicker.
    Elsewhere,
    Nowhere,
}

/// Brings the registry to what the log says of a name. Done again, it changes nothing.
pub(crate) async fn settle(tenant: &Tenant, name: &str) -> Result<Leads, Failure> {
    let (registry, id) = (tenant.cell().registry(), name::id_of(name));
    let mut proven = queries::is_proven(tenant, id).await?;
    loop {
        let leads = if !proven {
            registry.drop_host(tenant.id(), name).await?;
            Leads::Nowhere
        } else if registry.take_host(tenant.id(), name).await? {
            Leads::Here
        } else {
            Leads::Elsewhere
        };
        // Somebody who gave it up meanwhile must not find it leading here afterwards.
        let before = std::mem::replace(&mut proven, queries::is_proven(tenant, id).await?);
        if proven == before {
            return Ok(leads);
        }
    }
}

pub(crate) fn refuse_taken(tenant: &Tenant, name: &str) -> Result<(), Refusal> {
    let taken = tenant.cell().registry().by_host(name).is_some_and(|other| other.id != tenant.id());
    if taken { Err(Refusal::Taken) } else { Ok(()) }
}

/// Does it again after whoever began it could not finish.
pub struct Hosts;

impl Subscriber for Hosts {
    fn name(&self) -> &'static str {
        "domains.hosts"
    }

    fn wants(&self) -> Wants {
        Wants::Kinds(&["domain.proven", "domain.lost", "domain.given_up"])
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            let event = &recorded.event;
            let read = <DomainEvent as kernel::Event>::decode(&event.kind, event.schema, &event.data);
            let name = match read {
                Ok(
                    DomainEvent::Proven(Proven { name, .. })
                    | DomainEvent::Lost(Lost { name, .. })
                    | DomainEvent::GivenUp(GivenUp { name, .. }),
                ) => name,
                _ => return Err(Problem::bug()),
            };
            Ok(match settle(tenant, &name).await? {
                Leads::Elsewhere => Effect::Work(use_cases::give_way(DomainId(event.stream_id))),
                Leads::Here | Leads::Nowhere => Effect::Done,
            })
        })
    }
}
