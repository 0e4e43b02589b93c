//! A tenant's access lists: the networks from which its staff may come, and the origins whose pages may ask it. The
//! registry keeps both as they were written; what they mean is the edge's business.

use std::fmt;

use kernel::{TenantId, Write, args};
use serde::{Deserialize, Serialize};

/// A page of another site that may ask the tenant from a browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Scheme, host and port, as a browser names it: `https://shop.example`.
    pub origin: String,
    /// Whether the browser may send its cookie along.
    pub credentials: bool,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, if self.credentials { " (with credentials)" } else { "" })
    }
}

/// What is done to both lists of a tenant.
pub(crate) const MOVE: [&str; 2] = [
    "update tenant_networks set tenant = $2 where tenant = $1",
    "update tenant_origins set tenant = $2 where tenant = $1",
];
pub(crate) const FORGET: [&str; 2] =
    ["delete from tenant_networks where tenant = $1", "delete from tenant_origins where tenant = $1"];

pub(crate) fn keep_networks(tenant: TenantId, networks: &[String]) -> Vec<Write> {
    let sql = "insert into tenant_networks (tenant, network) values ($1, $2) on conflict do nothing";
    networks.iter().map(|network| Write::any(sql, args![tenant, network.clone()])).collect()
}

pub(crate) fn keep_origins(tenant: TenantId, origins: &[Origin]) -> Vec<Write> {
    let sql =
        "insert into tenant_origins (tenant, origin, credentials) values ($1, $2, $3) on conflict do nothing";
    let keep = |Origin { origin, credentials }: &Origin| {
        Write::any(sql, args![tenant, origin.clone(), i64::from(*credentials)])
    };
    origins.iter().map(keep).collect()
}
