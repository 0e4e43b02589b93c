//! The units of work of partners.

use store::{Reply, Work};

use crate::PartnerId;
use crate::partners::partner::{Configure, Definition, NewSecret, Partner, Remove};

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
