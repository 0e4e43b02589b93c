//! The units of work of connect; that of a page is in `page.rs`.

use store::{Reply, Work};
use uuid::Uuid;

use crate::intake::{self, Begin, End, Intake, Outcome};
use crate::partner::{Configure, Definition, NewSecret, Partner, Remove};
use crate::{PartnerId, SyncId};

/// Configures a partner; `new` when there was none of this id.
pub fn configure(
    id: PartnerId,
    definition: Definition,
    secret: NewSecret,
    new: bool,
    seen: Option<i64>,
) -> Work {
    Work::over::<Partner>([id]).decide(move |desk| {
        if !new {
            desk.get::<Partner>(id)?;
        }
        desk.expect_version::<Partner>(id, seen)?;
        let (definition, secret) = (definition.clone(), secret.clone());
        desk.ask::<Partner, _>(id, &Configure { definition, secret })?;
        let version = desk.version::<Partner>(id);
        Ok(if new {
            let location = format!("/api/v1/partners/{id}");
            Reply::json(201, &serde_json::json!({ "id": id })).version(version).location(location)
        } else {
            Reply::nothing().version(version)
        })
    })
}

pub fn remove(id: PartnerId) -> Work {
    Work::over::<Partner>([id]).decide(move |desk| {
        desk.get::<Partner>(id)?;
        desk.ask::<Partner, _>(id, &Remove)?;
        Ok(Reply::nothing())
    })
}

/// Begins a sync, which a job of this id does.
pub fn begin(partner: PartnerId, sync: SyncId, job: Uuid, full: bool) -> Work {
    let intake = intake::id(partner);
    Work::over::<Intake>([intake]).decide(move |desk| {
        desk.ask::<Intake, _>(intake, &Begin { partner, sync, job, full })?;
        let location = format!("/api/v1/partners/{partner}/syncs/{sync}");
        Ok(Reply::json(201, &serde_json::json!({ "id": sync })).location(location))
    })
}

pub fn end(partner: PartnerId, sync: SyncId, outcome: Outcome, told: String) -> Work {
    let intake = intake::id(partner);
    Work::over::<Intake>([intake]).decide(move |desk| {
        desk.ask::<Intake, _>(intake, &End { sync, outcome, told: told.clone() })?;
        Ok(Reply::nothing())
    })
}
