//! The registry: what it remembers, and how that is looked up, read again and changed.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use kernel::{Arg, Currency, TenantId, Timestamp, Word, Write, args, boxed};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::access_lists::{self, Origin};
use super::record::{Key, TenantRecord, TenantStatus, check_slug, status};
use crate::engine::{Engine, Query};
use crate::{Failure, Row};

pub struct Registry {
    engine: Engine,
    now: ArcSwap<Snapshot>,
}

#[derive(Default)]
struct Snapshot {
    tenants: Vec<Arc<TenantRecord>>,
    by_id: HashMap<TenantId, Arc<TenantRecord>>,
    by_slug: HashMap<String, Arc<TenantRecord>>,
    by_host: HashMap<String, Arc<TenantRecord>>,
    by_secret: HashMap<Vec<u8>, Arc<Key>>,
}

impl Registry {
    pub(crate) async fn load(engine: &Engine) -> Result<Self, Failure> {
        let registry = Self { engine: engine.clone(), now: ArcSwap::default() };
        registry.refresh().await?;
        Ok(registry)
    }

    /// Every tenant, in the order of their slugs.
    pub fn tenants(&self) -> Vec<Arc<TenantRecord>> {
        self.now.load().tenants.clone()
    }

    pub fn tenant(&self, id: TenantId) -> Option<Arc<TenantRecord>> {
        self.now.load().by_id.get(&id).cloned()
    }

    pub fn by_slug(&self, slug: &str) -> Option<Arc<TenantRecord>> {
        self.now.load().by_slug.get(slug).cloned()
    }

    /// The tenant that a host name of its own leads to. Lower case, without a port.
    pub fn by_host(&self, host: &str) -> Option<Arc<TenantRecord>> {
        self.now.load().by_host.get(host).cloned()
    }

    /// The key with this secret, while it lives. Looked up by a hash, so the time it takes tells nothing about other
    /// secrets.
    pub fn key(&self, secret: &str, now: Timestamp) -> Option<Arc<Key>> {
        let key = self.now.load().by_secret.get(&hash(secret)).cloned();
        key.filter(|key| key.expires.is_none_or(|expires| now < expires))
    }

    /// Reads the cell's tables again.
    #[boxed]
    pub async fn refresh(&self) -> Result<(), Failure> {
        let (mut tenants, mut keys) = (Vec::new(), Vec::new());
        let (mut hosts, mut without) =
            (HashMap::<Uuid, Vec<String>>::new(), HashMap::<Uuid, Vec<String>>::new());
        let (mut networks, mut origins) =
            (HashMap::<Uuid, Vec<String>>::new(), HashMap::<Uuid, Vec<Origin>>::new());
        let queries = [
            ("select id, slug, name, currency, status, created from tenants order by slug", Vec::new()),
            ("select tenant, host from tenant_hosts order by host", Vec::new()),
            (
                "select id, tenant, name, role, created, expires, secret_hash, requests from tenant_keys order by id",
                Vec::new(),
            ),
            ("select tenant, feature from tenant_without order by feature", Vec::new()),
            ("select tenant, network from tenant_networks order by network", Vec::new()),
            ("select tenant, origin, credentials from tenant_origins order by origin", Vec::new()),
        ];
        self.engine
            .registry_read(&queries, &mut |query, row| {
                match query {
                    0 => tenants.push(TenantRecord {
                        id: TenantId(row.get(0)?),
                        slug: row.get(1)?,
                        name: row.get(2)?,
                        currency: row.get(3)?,
                        status: status(&row.get::<String>(4)?)?,
                        hosts: Vec::new(),
                        without: Vec::new(),
                        networks: Vec::new(),
                        origins: Vec::new(),
                        created: row.get(5)?,
                    }),
                    1 => hosts.entry(row.get(0)?).or_default().push(row.get(1)?),
                    3 => without.entry(row.get(0)?).or_default().push(row.get(1)?),
                    4 => networks.entry(row.get(0)?).or_default().push(row.get(1)?),
                    5 => origins
                        .entry(row.get(0)?)
                        .or_default()
                        .push(Origin { origin: row.get(1)?, credentials: row.get::<i64>(2)? != 0 }),
                    _ => keys.push((
                        row.get::<Vec<u8>>(6)?,
                        Key {
                            id: row.get(0)?,
                            tenant: TenantId(row.get(1)?),
                            name: row.get(2)?,
                            role: row.get(3)?,
                            created: row.get(4)?,
                            expires: row.get(5)?,
                            limit: limit(row.get(7)?),
                        },
                    )),
                }
                Ok(())
            })
            .await?;
        let mut snapshot = Snapshot::default();
        for mut tenant in tenants {
            tenant.hosts = hosts.remove(&tenant.id.uuid()).unwrap_or_default();
            tenant.without = without.remove(&tenant.id.uuid()).unwrap_or_default();
            tenant.networks = networks.remove(&tenant.id.uuid()).unwrap_or_default();
            tenant.origins = origins.remove(&tenant.id.uuid()).unwrap_or_default();
            let tenant = Arc::new(tenant);
            snapshot.by_id.insert(tenant.id, tenant.clone());
            snapshot.by_slug.insert(tenant.slug.clone(), tenant.clone());
            snapshot.by_host.extend(tenant.hosts.iter().map(|host| (host.clone(), tenant.clone())));
            snapshot.tenants.push(tenant);
        }
        snapshot.by_secret = keys.into_iter().map(|(secret, key)| (secret, Arc::new(key))).collect();
        self.now.store(Arc::new(snapshot));
        Ok(())
    }

    /// Adds a tenant and makes its storage. The slug must be free.
    #[boxed]
    pub async fn create_tenant(
        &self,
        slug: &str,
        name: &str,
        currency: Currency,
        now: Timestamp,
    ) -> Result<Arc<TenantRecord>, Failure> {
        check_slug(slug)?;
        if name.trim().is_empty() {
            return Err(Failure::Refused(
                "Give the tenant a name that people will read: --name \"Oak & Linen\".".into(),
            ));
        }
        self.refresh().await?;
        if self.by_slug(slug).is_some() {
            return Err(Failure::Refused(format!(
                "There is a tenant {slug:?} already. Choose another slug, or use that one."
            )));
        }
        let id = TenantId::new();
        self.engine.make(id).await?;
        self.change(
            "insert into tenants (id, slug, name, currency, status, created) values ($1, $2, $3, $4, $5, $6)",
            args![id, slug.to_owned(), name.to_owned(), currency.code(), TenantStatus::Active.as_str(), now],
        )
        .await?;
        self.tenant(id).ok_or_else(|| Failure::Bug(format!("tenant {slug} was created but is not there")))
    }

    /// How a tenant is served that is here. One that comes or goes is its journey's business.
    #[boxed]
    pub async fn set_status(&self, id: TenantId, status: TenantStatus) -> Result<(), Failure> {
        if let Some(record) = self.tenant(id).filter(|record| !record.status.is_here()) {
            return Err(Failure::Refused(format!(
                "{:?} is {} and does not live here, so nothing was changed.",
                record.slug,
                record.status.as_str()
            )));
        }
        self.change("update tenants set status = $2 where id = $1", args![id, status.as_str()]).await
    }

    /// The networks from which staff may come; from everywhere when there are none.
    #[boxed]
    pub async fn set_networks(&self, tenant: TenantId, networks: &[String]) -> Result<(), Failure> {
        let forget = Write::any(access_lists::FORGET[0], args![tenant]);
        self.replace(std::iter::once(forget).chain(access_lists::keep_networks(tenant, networks)).collect())
            .await
    }

    /// The origins whose pages may ask; no others than its own when there are none.
    #[boxed]
    pub async fn set_origins(&self, tenant: TenantId, origins: &[Origin]) -> Result<(), Failure> {
        let forget = Write::any(access_lists::FORGET[1], args![tenant]);
        self.replace(std::iter::once(forget).chain(access_lists::keep_origins(tenant, origins)).collect())
            .await
    }

    /// Makes a key and returns it with its secret, which is not kept and cannot be shown again.
    #[boxed]
    pub async fn create_key(
        &self,
        tenant: TenantId,
        name: &str,
        role: &str,
        secret: &str,
        now: Timestamp,
        expires: Option<Timestamp>,
    ) -> Result<Key, Failure> {
        let (name, role) = (name.to_owned(), role.to_owned());
        let key = Key { id: Uuid::now_v7(), tenant, name, role, created: now, expires, limit: None };
        self.change(
            "insert into tenant_keys (id, tenant, name, role, created, expires, secret_hash) values ($1, $2, $3, $4, $5, $6, $7)",
            args![key.id, tenant, key.name.clone(), key.role.clone(), now, expires, hash(secret)],
        )
        .await?;
        Ok(key)
    }

    /// Lets a key live until a moment and no longer, so that the one after it can be handed out meanwhile.
    #[boxed]
    pub async fn expire_key(&self, tenant: TenantId, id: Uuid, at: Timestamp) -> Result<(), Failure> {
        self.change(
            "update tenant_keys set expires = $3 where tenant = $1 and id = $2",
            args![tenant, id, at],
        )
        .await
    }

    /// Lets a key ask so often in a minute and not oftener; as often as all keys when that is left out.
    #[boxed]
    pub async fn limit_key(&self, tenant: TenantId, id: Uuid, limit: Option<u32>) -> Result<(), Failure> {
        self.change(
            "update tenant_keys set requests = $3 where tenant = $1 and id = $2",
            args![tenant, id, limit.map(i64::from)],
        )
        .await
    }

    /// Puts a feature into the tenant's plan, or leaves it out.
    #[boxed]
    pub async fn set_feature(&self, tenant: TenantId, feature: &str, has: bool) -> Result<(), Failure> {
        let sql = if has {
            "delete from tenant_without where tenant = $1 and feature = $2"
        } else {
            "insert into tenant_without (tenant, feature) values ($1, $2) on conflict do nothing"
        };
        self.engine.registry_write(&[Write::any(sql, args![tenant, feature.to_owned()])]).await?;
        self.refresh().await
    }

    /// Ends a key: who still has its secret is not let in any more.
    #[boxed]
    pub async fn revoke_key(&self, tenant: TenantId, id: Uuid) -> Result<(), Failure> {
        self.change("delete from tenant_keys where tenant = $1 and id = $2", args![tenant, id]).await
    }

    pub fn keys(&self, tenant: TenantId) -> Vec<Arc<Key>> {
        let mut keys: Vec<_> =
            self.now.load().by_secret.values().filter(|key| key.tenant == tenant).cloned().collect();
        keys.sort_by_key(|key| key.id);
        keys
    }

    /// Every key of a tenant, with the hash of its secret.
    pub(crate) fn keys_by_hash(&self, tenant: TenantId) -> Vec<(Vec<u8>, Arc<Key>)> {
        let snapshot = self.now.load();
        let keys = snapshot.by_secret.iter().filter(|(_, key)| key.tenant == tenant);
        keys.map(|(hash, key)| (hash.clone(), key.clone())).collect()
    }

    /// Writes a list anew.
    pub(crate) async fn replace(&self, writes: Vec<Write>) -> Result<(), Failure> {
        self.engine.registry_write(&writes).await?;
        self.refresh().await
    }

    pub(crate) async fn write(&self, writes: &[Write]) -> Result<(), Failure> {
        self.engine.registry_write(writes).await
    }

    pub(crate) async fn read(
        &self,
        query: Query<'_>,
        each: &mut (dyn FnMut(usize, &Row<'_>) -> Result<(), Failure> + Send),
    ) -> Result<(), Failure> {
        self.engine.registry_read(&[query], each).await
    }

    pub(crate) async fn change(&self, sql: &'static str, args: Vec<Arg>) -> Result<(), Failure> {
        self.engine.registry_write(&[Write::one(sql, args)]).await?;
        self.refresh().await
    }
}

fn limit(requests: Option<i64>) -> Option<u32> {
    requests.and_then(|requests| u32::try_from(requests).ok()).filter(|requests| *requests > 0)
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
