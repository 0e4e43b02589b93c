//! The host names of its own that lead to a tenant. A name leads to one tenant or to none.

use kernel::{TenantId, Write, args, boxed};

use super::record::check_slug;
use super::tenants::Registry;
use crate::Failure;

impl Registry {
    /// Lets a host name lead to the tenant.
    #[boxed]
    pub async fn add_host(&self, id: TenantId, host: &str) -> Result<(), Failure> {
        let host = host.to_ascii_lowercase();
        let shaped = host.split('.').all(|label| check_slug(label).is_ok()) && host.len() <= 253;
        if !shaped {
            return Err(Failure::Refused(format!(
                "{host:?} is not a host name. Write it as shop.example.com, without a port."
            )));
        }
        if let Some(taken) = self.by_host(&host) {
            return Err(Failure::Refused(format!("{host} leads to the tenant {:?} already.", taken.slug)));
        }
        self.change("insert into tenant_hosts (host, tenant) values ($1, $2)", args![host, id]).await
    }

    /// Lets a host name lead to the tenant, unless it leads to another one; whether it leads there now. The database
    /// decides, so that of two that take it at the same moment one has it.
    #[boxed]
    pub async fn take_host(&self, id: TenantId, host: &str) -> Result<bool, Failure> {
        if self.leads(host, id) {
            return Ok(true);
        }
        let sql = "insert into tenant_hosts (host, tenant) values ($1, $2) on conflict do nothing";
        self.replace(vec![Write::any(sql, args![host.to_owned(), id])]).await?;
        Ok(self.leads(host, id))
    }

    /// Lets a host name not lead to the tenant any more.
    #[boxed]
    pub async fn drop_host(&self, id: TenantId, host: &str) -> Result<(), Failure> {
        let sql = "delete from tenant_hosts where host = $1 and tenant = $2";
        self.replace(vec![Write::any(sql, args![host.to_owned(), id])]).await
    }

    fn leads(&self, host: &str, id: TenantId) -> bool {
        self.by_host(host).is_some_and(|tenant| tenant.id == id)
    }
}
