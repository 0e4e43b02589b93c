//! What is published about the roles that a shop makes itself.

use edge::published::{About, Example};
use serde::Serialize;
use utoipa::ToSchema;

use crate::roles::role::RoleEvent;

edge::published! {
    /// What becomes of the roles that a shop makes itself.
    pub enum RoleTold of RoleEvent, on PlatformEvents {
        /// A role was defined.
        Defined(RoleDefined) = ("role.defined", 1),
        /// A role was removed.
        Removed(RoleRemoved) = ("role.removed", 1),
    } = of_role;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoleDefined {
    pub name: String,
    /// What it is for.
    pub about: String,
    /// `orders:read`, `orders:*`, `*:read`.
    pub grants: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoleRemoved {
    pub name: String,
}

fn of_role(event: &RoleEvent, _: &About) -> Option<RoleTold> {
    Some(match event {
        RoleEvent::Defined(defined) => {
            let crate::roles::role::Definition { name, about, grants } = defined.definition.clone();
            RoleTold::Defined(RoleDefined { name, about, grants })
        }
        RoleEvent::Removed(removed) => RoleTold::Removed(RoleRemoved { name: removed.name.clone() }),
    })
}

impl Example for RoleDefined {
    fn example() -> Self {
        let (name, about) = ("packer".into(), "Packs what was ordered".into());
        Self { name, about, grants: vec!["orders:read".into(), "orders:write".into()] }
    }
}

impl Example for RoleRemoved {
    fn example() -> Self {
        Self { name: "packer".into() }
    }
}
