//! What roles allow: the standard ones, and those that a shop made itself.

use std::collections::HashMap;
use std::sync::Arc;

use edge::{Audience, Grants, Permissions};
use kernel::{Problem, TenantId, Timestamp, boxed};
use store::Tenant;

use crate::recent_reads::RecentReads;
use crate::roles;

/// The grants of roles, as this node has read them lately.
pub struct RoleGrants {
    permissions: Permissions,
    own: RecentReads<TenantId, OwnRoles>,
}

type OwnRoles = Arc<HashMap<String, Grants>>;

impl RoleGrants {
    pub fn new(permissions: Permissions) -> Self {
        Self { permissions, own: RecentReads::default() }
    }

    pub fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    pub fn forget(&self, tenant: TenantId) {
        self.own.forget(|of| *of == tenant);
    }

    /// What a shop's own roles may do.
    #[boxed]
    pub async fn own_roles(&self, tenant: &Tenant, now: Timestamp) -> Result<OwnRoles, Problem> {
        if let Some(roles) = self.own.get(&tenant.id(), now) {
            return Ok(roles);
        }
        let read = roles::queries::roles(tenant).await?.into_iter().filter_map(|role| {
            let grants = self.permissions.grants(role.grants.iter().map(String::as_str)).ok()?;
            Some((role.name, grants))
        });
        let roles = Arc::new(read.collect::<HashMap<_, _>>());
        self.own.keep(tenant.id(), roles.clone(), now);
        Ok(roles)
    }

    /// What the roles of somebody may do together.
    #[boxed]
    pub async fn grants(
        &self,
        tenant: &Tenant,
        audience: Audience,
        roles: &[String],
        now: Timestamp,
    ) -> Result<Grants, Problem> {
        let mut grants = Grants::none();
        for name in roles {
            if let Some(role) = self.permissions.role(audience, name) {
                grants = grants.and(&role.grants);
            } else if audience != Audience::Customer
                && let Some(own) = self.own_roles(tenant, now).await?.get(name)
            {
                grants = grants.and(own);
            }
        }
        Ok(grants)
    }
}
