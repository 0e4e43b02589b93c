//! The unit of work of a webhook: it is stored once, with what it changes.

use serde_json::json;
use store::{Reply, Work};

use crate::webhooks::received_webhook::{self, Receive, Received, ReceivedWebhook};

/// Keeps what a provider told, once; and what it changes.
pub fn hear(received: Received, changes: Option<Work>) -> Work {
    let id = received_webhook::id(received.provider, &received.event);
    let keep = Work::over::<ReceivedWebhook>([id]).decide(move |desk| {
        if desk.version::<ReceivedWebhook>(id) > 0 {
            return Err(HEARD_BEFORE.says("This was told before."));
        }
        desk.ask::<ReceivedWebhook, _>(id, &Receive(received.clone()))?;
        Ok(heard())
    });
    Work::all(std::iter::once(keep).chain(changes))
}

/// What a provider hears when it told something: that it was kept.
pub fn heard() -> Reply {
    Reply::json(200, &json!({ "received": true }))
}

kernel::problems! {
    Conflict HEARD_BEFORE "heard_before" "Heard before":
        "Nothing to do: what the provider told was told before, and is kept.",
}
