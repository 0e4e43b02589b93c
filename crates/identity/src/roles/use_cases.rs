//! The units of work of roles.

use store::{Reply, Work};

use crate::roles::role::{self, Define, Definition, Remove, Role};

pub fn define_role(definition: Definition, seen: Option<i64>) -> Work {
    let id = role::id(&definition.name);
    Work::over::<Role>([id]).decide(move |desk| {
        desk.expect_version::<Role>(id, seen)?;
        desk.ask::<Role, _>(id, &Define(definition.clone()))?;
        Ok(Reply::json(200, &definition).version(desk.version::<Role>(id)))
    })
}

pub fn remove_role(name: &str) -> Work {
    let id = role::id(name);
    Work::over::<Role>([id]).decide(move |desk| {
        desk.ask::<Role, _>(id, &Remove)?;
        Ok(Reply::nothing())
    })
}
