//! What follows when a person is erased: nobody is signed in as them any more, and what was theirs alone is free again.

use kernel::{Problem, SubjectId, args};
use store::log::Recorded;
use store::relay::{Effect, Handled, Subscriber, Wants};
use store::{Tenant, Work, privacy};

use crate::{AccountId, outsider, queries, works};

pub struct Upkeep;

impl Subscriber for Upkeep {
    fn name(&self) -> &'static str {
        "identity.upkeep"
    }

    fn wants(&self) -> Wants {
        Wants::Kinds(&[privacy::ERASED])
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            match privacy::erased(&recorded.event) {
                Some(person) => give_up(tenant, person).await,
                None => Err(Problem::bug()),
            }
        })
    }
}

async fn give_up(tenant: &Tenant, person: SubjectId) -> Result<Effect, Problem> {
    let id = AccountId(person.uuid());
    if queries::account(tenant, id).await?.is_none() {
        return Ok(Effect::Done);
    }
    let sql = "select id from account_addresses where holder = $1";
    let addresses = tenant.rows(sql, args![person], |row| row.get(0)).await?;
    let outsiders = queries::outsiders(tenant, person.uuid()).await?;
    let outsiders = outsiders.into_iter().map(|outsider| outsider.id).collect();
    let sessions = queries::session_ids(tenant, id, tenant.cell().now()).await?;
    let works = [works::give_up(addresses), outsider::unlink(outsiders), works::disable(id, sessions)];
    Ok(Effect::Work(Work::all(works)))
}
