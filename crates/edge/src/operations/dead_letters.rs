//! Events that a subscriber could not handle.

use axum::extract::State;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::relay::DeadLetter;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::answer::{self, Answer, Page};
use crate::commands::{Command, NoBody};
use crate::platform::Platform;
use crate::request::{Cursor, Filter, Id};
use crate::routes;
use crate::routing::Routes;
use crate::tenancy::Shop;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_dead_letters))
        .routes(routes!(read_dead_letter, drop_dead_letter))
        .routes(routes!(replay_dead_letter))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListDeadLetters {
    /// Only this subscriber's.
    subscriber: Option<String>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// An event that a subscriber could not handle.
#[derive(Serialize, ToSchema)]
struct DeadLetterView {
    id: Uuid,
    subscriber: String,
    /// Its place in the shop's log.
    position: i64,
    event: Uuid,
    kind: String,
    attempts: i64,
    /// What went wrong last.
    problem: String,
    #[schema(value_type = String, format = DateTime)]
    parked_at: Timestamp,
    /// What happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
}

impl From<DeadLetter> for DeadLetterView {
    fn from(letter: DeadLetter) -> Self {
        let DeadLetter { id, subscriber, position, event, kind, attempts, problem, parked_at } = letter;
        let event = event.uuid();
        Self { id, subscriber, position, event, kind, attempts, problem, parked_at, data: None }
    }
}

/// Lists what could not be delivered, oldest first.
#[utoipa::path(get, path = "/api/v1/dead-letters", tag = "operations", params(ListDeadLetters),
    responses((status = 200, description = "A page of dead letters.", body = Page<DeadLetterView>)),
    security(("staff" = ["dead-letters:read"])))]
async fn list_dead_letters(shop: Shop, Filter(asked): Filter<ListDeadLetters>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let listed = asked.subscriber;
    let after = asked.cursor.map_or(Ok(Uuid::nil()), |cursor| Cursor::decode("dead", &listed, &cursor))?;
    let letters = shop.tenant.dead_letters(listed.as_deref(), after, limit + 1).await?;
    let letters = letters.into_iter().map(DeadLetterView::from).collect();
    shop.list(&Page::cut(letters, limit, |last: &DeadLetterView| Cursor::encode("dead", &listed, &last.id)))
}

/// Reads a dead letter with the event in it.
#[utoipa::path(get, path = "/api/v1/dead-letters/{id}", tag = "operations", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The dead letter.", body = DeadLetterView)),
    security(("staff" = ["dead-letters:read"])))]
async fn read_dead_letter(shop: Shop, Id(id): Id<Uuid>) -> Answer {
    let letter = shop.tenant.dead_letter(id).await?;
    let events = shop.tenant.events(letter.position - 1, 1).await?;
    let data = events.first().and_then(|recorded| serde_json::from_str(&recorded.event.data).ok());
    shop.one(&DeadLetterView { data, ..DeadLetterView::from(letter) }, 1)
}

/// Hands the event over once more. When it is handled, the letter is gone.
#[utoipa::path(post, path = "/api/v1/dead-letters/{id}/replay", tag = "operations", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It was handled.")),
    security(("staff" = ["dead-letters:write"])))]
async fn replay_dead_letter(
    State(platform): State<Platform>,
    Id(id): Id<Uuid>,
    ask: Command<NoBody>,
) -> Answer {
    ask.shop.tenant.replay(id, &platform.workers().subscribers).await?;
    Ok(answer::json_text(204, Vec::new()))
}

/// Drops a dead letter: nobody needs it handled any more.
#[utoipa::path(delete, path = "/api/v1/dead-letters/{id}", tag = "operations", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is dropped.")),
    security(("staff" = ["dead-letters:write"])))]
async fn drop_dead_letter(Id(id): Id<Uuid>, ask: Command<NoBody>) -> Answer {
    ask.shop.tenant.drop_letter(id).await?;
    Ok(answer::json_text(204, Vec::new()))
}
