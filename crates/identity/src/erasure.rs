//! Follows the erasure of a person: their sessions end, and their address and linked identities become free.

use kernel::{Problem, SubjectId, args};
use store::log::Recorded;
use store::relay::{Effect, Handled, Subscriber, Wants};
use store::{Tenant, Work, privacy};

use crate::providers::{self, linked_identity};
use crate::{AccountId, accounts, sessions};

pub struct Erasure;

impl Subscriber for Erasure {
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
    if accounts::queries::account(tenant, id).await?.is_none() {
        return Ok(Effect::Done);
    }
    let sql = "select id from account_addresses where holder = $1";
    let addresses = tenant.rows(sql, args![person], |row| row.get(0)).await?;
    let outsiders = providers::queries::outsiders(tenant, person.uuid()).await?;
    let outsiders = outsiders.into_iter().map(|outsider| outsider.id).collect();
    let sessions = sessions::queries::session_ids(tenant, id, tenant.cell().now()).await?;
    let works = [
        accounts::use_cases::give_up(id, addresses),
        linked_identity::unlink(outsiders),
        accounts::use_cases::disable(id, sessions),
    ];
    Ok(Effect::Work(Work::all(works)))
}
