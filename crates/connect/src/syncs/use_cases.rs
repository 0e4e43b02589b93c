//! The units of work of syncs; that of a page is in `page.rs`.

use store::{Reply, Work};
use uuid::Uuid;

use crate::syncs::intake::{self, Begin, End, Intake, Outcome};
use crate::{PartnerId, SyncId};

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
