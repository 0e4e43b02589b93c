//! Who sees to it that an import which began is done.

use kernel::{Event as _, Problem};
use serde_json::json;
use store::Tenant;
use store::log::Recorded;
use store::relay::{Effect, Handled, NewJob, Subscriber, Wants};

use crate::ImportId;
use crate::imports::import::ImportEvent;
use crate::imports::job;

/// Jobs follow the log, so no crash comes between an import and its job.
pub struct Schedule;

impl Subscriber for Schedule {
    fn name(&self) -> &'static str {
        "sheets.schedule"
    }

    fn wants(&self) -> Wants {
        Wants::Kinds(&["import.began"])
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            let event = &recorded.event;
            let known =
                ImportEvent::decode(&event.kind, event.schema, &event.data).map_err(|_| Problem::bug())?;
            let ImportEvent::Began(began) = known else { return Ok(Effect::Done) };
            let args = json!({ "import": ImportId(event.stream_id) });
            Ok(Effect::plan(NewJob::due(began.job, job::NAME, args, tenant.cell().now())))
        })
    }
}
