//! A role that a shop made itself: a name for a set of grants.

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Refusal;

/// The namespace in which a role's id is made from its name.
const ROLES: Uuid = Uuid::from_u128(0x7c1d_22b9_04ee_4b0a_b1f7_5a86_31d2_40e5);

/// The stream of a role.
pub fn id(name: &str) -> Uuid {
    Uuid::new_v5(&ROLES, name.as_bytes())
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    pub definition: Option<Definition>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = RoleDefinition)]
pub struct Definition {
    pub name: String,
    pub about: String,
    pub grants: Vec<String>,
}

kernel::events! {
    pub enum RoleEvent {
        Defined(Defined) = ("role.defined", 1),
        Removed(Removed) = ("role.removed", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Defined {
    pub definition: Definition,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    pub name: String,
    pub at: Timestamp,
}

impl Aggregate for Role {
    const KIND: &'static str = "role";
    type Event = RoleEvent;

    fn apply(&mut self, event: &RoleEvent) {
        self.definition = match event {
            RoleEvent::Defined(defined) => Some(defined.definition.clone()),
            RoleEvent::Removed(_) => None,
        };
    }
}

pub struct Define(pub Definition);

impl Decide<Define> for Role {
    type Refusal = Refusal;

    fn decide(&self, define: &Define, now: Timestamp) -> Result<Vec<RoleEvent>, Refusal> {
        if self.definition.as_ref() == Some(&define.0) {
            return Ok(Vec::new());
        }
        Ok(vec![Defined { definition: define.0.clone(), at: now }.into()])
    }
}

pub struct Remove;

impl Decide<Remove> for Role {
    type Refusal = Refusal;

    fn decide(&self, _: &Remove, now: Timestamp) -> Result<Vec<RoleEvent>, Refusal> {
        let definition = self.definition.as_ref().ok_or(Refusal::RoleUnknown)?;
        Ok(vec![Removed { name: definition.name.clone(), at: now }.into()])
    }
}
