//! The port through which the till learns who buys: the segments that a customer is in, and the organisation that they
//! buy for. Orders know no memberships; they know what follows from one.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::pin::Pin;

use catalog::{Audience, NamedBuyers};
use kernel::{Arg, Problem, boxed};
use store::{Failure, Reading, Row, Tenant, Work};
use uuid::Uuid;

use super::known_buyer::KnownBuyer;

/// What a customer belongs to at one moment. A guest belongs to nothing.
#[derive(Clone, Default)]
pub struct Standing {
    /// The segments, by their ids.
    pub segments: Vec<Uuid>,
    /// The same segments, by their names.
    pub groups: Vec<String>,
    pub organisation: Option<OrganisationFacts>,
    /// Refuses when any of it has changed since it was read. It is decided in one unit of work with what relies on it.
    pub still: Option<Work>,
}

/// The organisation that a customer buys for, and what they may do there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationFacts {
    pub id: Uuid,
    pub name: String,
    pub role: Role,
    pub purchase_order_required: bool,
    /// What they may order without being asked, in minor units: their own limit, or the organisation's.
    pub limit: Option<i64>,
    /// Their own limit, up to which they say yes to others.
    pub own_limit: Option<i64>,
    /// Whether it has a VAT number that is known to be in use.
    pub vat_registered: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Buyer,
    Approver,
    Admin,
}

/// What is read of a customer, and what they belong to by it.
pub trait StandingReading: Reading {
    fn standing(self: Box<Self>) -> Standing;
}

/// Nothing is read of somebody who belongs to nothing.
impl Reading for Standing {
    fn statements(&self) -> Vec<(Cow<'static, str>, Vec<Arg>)> {
        Vec::new()
    }

    fn take(&mut self, _: usize, _: &Row<'_>) -> Result<(), Failure> {
        Ok(())
    }
}

impl StandingReading for Standing {
    fn standing(self: Box<Self>) -> Standing {
        *self
    }
}

/// Whoever knows what customers belong to.
pub trait Buyers: Audience {
    fn standing(&self, customer: Uuid) -> Box<dyn StandingReading>;

    /// The names of those who say yes for an organisation, other than one of them.
    fn approvers<'a>(
        &'a self,
        tenant: &'a Tenant,
        organisation: Uuid,
        but: Uuid,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<String>, Problem>> + Send + 'a>>;

    /// Who a customer is, and where they had things sent before.
    fn known_buyer<'a>(
        &'a self,
        tenant: &'a Tenant,
        customer: Uuid,
    ) -> Pin<Box<dyn Future<Output = Result<KnownBuyer, Problem>> + Send + 'a>>;

    /// Everybody whom orders may name when they mean this customer, who is one of them.
    fn records<'a>(
        &'a self,
        tenant: &'a Tenant,
        customer: Uuid,
    ) -> Pin<Box<dyn Future<Output = Result<BTreeSet<Uuid>, Problem>> + Send + 'a>>;
}

/// Everybody buys for themselves.
pub struct NoBuyers;

impl Buyers for NoBuyers {
    fn standing(&self, _: Uuid) -> Box<dyn StandingReading> {
        Box::new(Standing::default())
    }

    fn approvers<'a>(
        &'a self,
        _: &'a Tenant,
        _: Uuid,
        _: Uuid,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<String>, Problem>> + Send + 'a>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn known_buyer<'a>(
        &'a self,
        _: &'a Tenant,
        _: Uuid,
    ) -> Pin<Box<dyn Future<Output = Result<KnownBuyer, Problem>> + Send + 'a>> {
        Box::pin(std::future::ready(Ok(KnownBuyer::default())))
    }

    fn records<'a>(
        &'a self,
        _: &'a Tenant,
        customer: Uuid,
    ) -> Pin<Box<dyn Future<Output = Result<BTreeSet<Uuid>, Problem>> + Send + 'a>> {
        Box::pin(std::future::ready(Ok(BTreeSet::from([customer]))))
    }
}

impl Audience for NoBuyers {
    fn known<'a>(
        &'a self,
        _: &'a Tenant,
        _: &'a NamedBuyers,
    ) -> Pin<Box<dyn Future<Output = Result<NamedBuyers, Problem>> + Send + 'a>> {
        Box::pin(std::future::ready(Ok(NamedBuyers::default())))
    }
}

impl Standing {
    /// Nothing is read of a guest.
    pub fn reading(buyers: &dyn Buyers, customer: Option<Uuid>) -> Box<dyn StandingReading> {
        customer
            .map_or_else(|| Box::new(Self::default()) as Box<dyn StandingReading>, |id| buyers.standing(id))
    }

    #[boxed]
    pub async fn of(tenant: &Tenant, buyers: &dyn Buyers, customer: Uuid) -> Result<Self, Failure> {
        let mut reading = buyers.standing(customer);
        tenant.read_together(&mut [&mut *reading]).await?;
        Ok(reading.standing())
    }

    /// The work, if all of this still holds then.
    pub fn held_to(&self, work: Work) -> Work {
        match &self.still {
            Some(still) => Work::all([still.clone(), work]),
            None => work,
        }
    }

    /// The organisation for which they say yes to what others order.
    pub fn approves_for(&self) -> Option<&OrganisationFacts> {
        self.organisation.as_ref().filter(|known| known.role != Role::Buyer)
    }
}
