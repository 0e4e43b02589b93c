//! Follows the erasure of a customer: the address that their record was kept for is anybody's again.

use kernel::Problem;
use store::log::Recorded;
use store::relay::{Effect, Handled, Subscriber, Wants};
use store::{Tenant, privacy};

use super::{queries, use_cases};
use crate::CustomerId;

pub struct Erasure;

impl Subscriber for Erasure {
    fn name(&self) -> &'static str {
        "customers.upkeep"
    }

    fn wants(&self) -> Wants {
        Wants::Kinds(&[privacy::ERASED])
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            let person = privacy::erased(&recorded.event).ok_or_else(Problem::bug)?;
            let id = CustomerId(person.uuid());
            let held = queries::held(tenant, id).await?;
            Ok(if held.is_empty() { Effect::Done } else { Effect::Work(use_cases::give_up(id, held)) })
        })
    }
}
