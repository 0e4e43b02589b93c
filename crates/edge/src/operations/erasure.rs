//! Erasing people.

use kernel::{Problem, SubjectId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer::{self, Answer};
use crate::commands::Command;
use crate::routes;
use crate::routing::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(erase_person))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ErasePerson {
    /// The person's id, such as the customer's id of an order.
    person: Uuid,
}

#[derive(Serialize, ToSchema)]
struct ErasedView {
    subject: Uuid,
    #[schema(value_type = String, format = DateTime)]
    erased_at: Timestamp,
}

/// Erases a person for good: their key is destroyed, and no table says any more who they were. Not even a backup undoes it.
#[utoipa::path(post, path = "/api/v1/privacy/erasures", tag = "operations", request_body = ErasePerson,
    responses((status = 200, description = "They are erased.", body = ErasedView)),
    security(("staff" = ["privacy:write"])))]
async fn erase_person(ask: Command<ErasePerson>) -> Answer {
    let person = SubjectId(ask.body.person);
    if !ask.shop.tenant.has_met(person).await? {
        return Err(Problem::not_found("person").into());
    }
    let done = ask.shop.tenant.erase(person, ask.asked()).await?;
    Ok(answer::done(done))
}
