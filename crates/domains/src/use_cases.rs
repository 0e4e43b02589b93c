//! The units of work of domains.

use store::{Reply, Work};

use crate::domain::{Check, Domain, GiveUp, Stake, Yield};
use crate::proofs::prover::Looked;
use crate::{DomainId, name};

pub fn claim(name: String, token: String) -> Work {
    let id = name::id_of(&name);
    Work::over::<Domain>([id]).decide(move |desk| {
        desk.ask::<Domain, _>(id, &Stake { name: name.clone(), token: token.clone() })?;
        Ok(Reply::json(201, &serde_json::json!({ "id": id })))
    })
}

/// Writes down what was found for a domain, whose token was this one when we looked.
pub fn check(id: DomainId, token: String, looked: Looked) -> Work {
    Work::over::<Domain>([id]).decide(move |desk| {
        desk.ask::<Domain, _>(id, &Check { token: token.clone(), looked: looked.clone() })?;
        Ok(Reply::json(200, &serde_json::json!({ "id": id })))
    })
}

/// Another shop was quicker.
pub fn give_way(id: DomainId) -> Work {
    Work::over::<Domain>([id]).decide(move |desk| {
        desk.ask::<Domain, _>(id, &Yield)?;
        Ok(Reply::nothing())
    })
}

pub fn give_up(id: DomainId) -> Work {
    Work::over::<Domain>([id]).decide(move |desk| {
        desk.get::<Domain>(id)?;
        desk.ask::<Domain, _>(id, &GiveUp)?;
        Ok(Reply::nothing())
    })
}
