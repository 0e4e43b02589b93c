//! The units of work of imports; that of a chunk of rows is in `chunk.rs`.

use serde::Serialize;
use store::{Reply, Work};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::ImportId;
use crate::imports::import::{Advance, Advanced, Begin, End, Form, Import, NoteForm, Plan, State};

/// An import that has begun.
#[derive(Serialize, ToSchema)]
pub struct BegunImport {
    id: Uuid,
    state: State,
}

/// Begins an import, which a job of the same id does.
pub fn begin(id: ImportId, plan: Plan) -> Work {
    Work::over::<Import>([id]).decide(move |desk| {
        desk.ask::<Import, _>(id, &Begin { job: id.uuid(), plan: plan.clone() })?;
        let body = BegunImport { id: id.uuid(), state: State::Checking };
        Ok(Reply::json(202, &body).location(location(id)))
    })
}

pub fn location(id: ImportId) -> String {
    format!("/api/v1/product-imports/{id}")
}

pub fn note_form(id: ImportId, form: Form) -> Work {
    Work::over::<Import>([id]).decide(move |desk| {
        desk.ask::<Import, _>(id, &NoteForm(form.clone()))?;
        Ok(Reply::nothing())
    })
}

pub fn advance(id: ImportId, advanced: Advanced) -> Work {
    Work::over::<Import>([id]).decide(move |desk| {
        desk.ask::<Import, _>(id, &Advance(advanced.clone()))?;
        Ok(Reply::nothing())
    })
}

pub fn end(id: ImportId, state: State, told: String) -> Work {
    Work::over::<Import>([id]).decide(move |desk| {
        desk.get::<Import>(id)?;
        desk.ask::<Import, _>(id, &End { state, told: told.clone() })?;
        Ok(Reply::nothing())
    })
}
