//! A tenant's place in the registry, while the tenant comes and when it has gone.

use kernel::{TenantId, Timestamp, Word, Write, args};
use uuid::Uuid;

use super::journey::{self, Journey, Step};
use super::passport::{Passport, PassportKey};
use crate::registry::{TenantStatus, access_lists};
use crate::vault::{self, KeptSecret};
use crate::{Cell, Failure, Registry, registry};

impl Registry {
    /// The keys of a tenant as they travel.
    pub(super) fn passport_keys(&self, tenant: TenantId) -> Vec<PassportKey> {
        let keys = self.keys_by_hash(tenant).into_iter();
        keys.map(|(hash, key)| PassportKey {
            id: key.id,
            name: key.name.clone(),
            role: key.role.clone(),
            created: key.created.as_micros(),
            expires: key.expires.map(Timestamp::as_micros),
            limit: key.limit,
            hash: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
        .collect()
    }

    /// Makes a place for a tenant that is on its way in, under a name that nobody asks for; and writes its journey down:
    /// of which move it is, or of the restoring of which tenant.
    pub(super) async fn begin_arrival(
        &self,
        cell: &Cell,
        id: TenantId,
        passport: &Passport,
        secret: &KeptSecret,
        (of, moving): (Uuid, bool),
    ) -> Result<Journey, Failure> {
        let Passport { name, currency, created, .. } = passport;
        let insert = Write::one(
            "insert into tenants (id, slug, name, currency, status, created) values ($1, $2, $3, $4, $5, $6)",
            args![
                id,
                format!("arriving-{}", id.uuid().simple()),
                name.clone(),
                currency.clone(),
                TenantStatus::Arriving.as_str(),
                *created
            ],
        );
        let forget = Write::any("delete from tenant_secrets where tenant = $1", args![id]);
        let status = registry::status(&passport.status).unwrap_or(TenantStatus::Suspended);
        let (journey, [over, noted]) = Journey::in_to(cell, id, of, moving, status);
        self.write(&[over, noted, insert, forget, vault::keep(id, secret)]).await?;
        self.refresh().await?;
        Ok(journey)
    }

    /// It has arrived: from now on it is found by its name, its hosts and its keys. Whoever had the name before keeps its
    /// records, suspended, and hands over its hosts and keys, which are younger than those that travelled.
    pub(super) async fn settle_arrival(
        &self,
        journey: &mut Journey,
        slug: &str,
        passport: &Passport,
        instead_of: Option<TenantId>,
    ) -> Result<(), Failure> {
        let id = journey.noted.tenant;
        let mut writes = vec![journey.noted.bring_to(Step::Settling)];
        if let Some(old) = instead_of {
            let beside = format!("replaced-{}", &TenantId::new().uuid().simple().to_string()[16..]);
            let suspended = TenantStatus::Suspended.as_str();
            writes.extend([
                Write::one(
                    "update tenants set slug = $2, status = $3 where id = $1",
                    args![old, beside, suspended],
                ),
                Write::any("update tenant_hosts set tenant = $2 where tenant = $1", args![old, id]),
                Write::any("update tenant_keys set tenant = $2 where tenant = $1", args![old, id]),
                Write::any("update tenant_without set tenant = $2 where tenant = $1", args![old, id]),
            ]);
            writes.extend(access_lists::MOVE.map(|sql| Write::any(sql, args![old, id])));
        } else {
            let hosts = passport.hosts.iter().map(|host| {
                let sql =
                    "insert into tenant_hosts (host, tenant) values ($1, $2) on conflict (host) do nothing";
                Write::any(sql, args![host.clone(), id])
            });
            writes.extend(hosts);
            let without = passport.without.iter().map(|feature| {
                let sql =
                    "insert into tenant_without (tenant, feature) values ($1, $2) on conflict do nothing";
                Write::any(sql, args![id, feature.clone()])
            });
            writes.extend(without);
            writes.extend(access_lists::keep_networks(id, &passport.networks));
            writes.extend(access_lists::keep_origins(id, &passport.origins));
            for key in &passport.keys {
                let sql = "insert into tenant_keys (id, tenant, name, role, created, expires, secret_hash, requests) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing";
                let (name, role, hash) = (key.name.clone(), key.role.clone(), from_hex(&key.hash));
                let limit = key.limit.map(i64::from);
                writes.push(Write::any(
                    sql,
                    args![key.id, id, name, role, key.created, key.expires, hash, limit],
                ));
            }
        }
        let settle = "update tenants set slug = $2, status = $3 where id = $1";
        writes.push(Write::one(settle, args![id, slug.to_owned(), journey.noted.status.as_str()]));
        journey::fenced(self.write(&writes).await)?;
        journey.noted.step = Step::Settling;
        self.refresh().await
    }

    /// Forgets a tenant whose records are gone.
    pub(super) async fn remove(&self, clearing: Journey) -> Result<(), Failure> {
        let id = clearing.noted.tenant;
        let tables = [
            "delete from tenant_hosts where tenant = $1",
            "delete from tenant_keys where tenant = $1",
            "delete from tenant_without where tenant = $1",
            "delete from usage where tenant = $1",
            "delete from tenant_secrets where tenant = $1",
            "delete from tenants where id = $1",
        ];
        let forget = access_lists::FORGET.into_iter().chain(tables).map(|sql| Write::any(sql, args![id]));
        let writes: Vec<Write> = [clearing.noted.end_of_clearing()].into_iter().chain(forget).collect();
        journey::fenced(self.write(&writes).await)?;
        self.refresh().await
    }

    /// It has departed, and lives where it moved to from now on.
    pub(super) async fn depart(&self, id: TenantId) -> Result<(), Failure> {
        let departed = TenantStatus::Departed.as_str();
        self.change("update tenants set status = $2 where id = $1", args![id, departed]).await
    }
}

fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).filter_map(|n| u8::from_str_radix(text.get(2 * n..2 * n + 2)?, 16).ok()).collect()
}
