//! The tenants' secrets: wrapped in the cell's own tables, open in memory.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::{TenantId, Write, args};
use parking_lot::RwLock;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::Failure;
use crate::engine::Engine;
use crate::keys::{Keeper, TenantKeys, Wrapped};

/// How many tenants' secrets stay open; one more costs a look into a table.
const OPEN_AT_MOST: usize = 4096;

pub(crate) struct Vault {
    keeper: Arc<dyn Keeper>,
    open: RwLock<HashMap<TenantId, Arc<TenantKeys>>>,
}

/// A tenant's secret as it is kept, and what everything sealed under it is bound to.
#[derive(Debug, Clone)]
pub(crate) struct KeptSecret {
    pub(crate) origin: Uuid,
    pub(crate) wrapped: Wrapped,
}

impl Vault {
    pub(crate) fn new(keeper: Arc<dyn Keeper>) -> Self {
        Self { keeper, open: RwLock::default() }
    }

    pub(crate) fn keeper(&self) -> &dyn Keeper {
        &*self.keeper
    }

    /// Whether the keeper opens what is here: found out before anything is changed, and not when somebody is served.
    pub(crate) async fn check(&self, engine: &Engine) -> Result<(), Failure> {
        let mut names = Vec::new();
        let query = ("select distinct key from tenant_secrets order by key", Vec::new());
        engine
            .registry_read(&[query], &mut |_, row| {
                names.push(row.get::<String>(0)?);
                Ok(())
            })
            .await?;
        for key in names {
            let (mut sample, sql) =
                (None, "select origin, wrapped from tenant_secrets where key = $1 limit 1");
            engine
                .registry_read(&[(sql, args![key.clone()])], &mut |_, row| {
                    let wrapped = Wrapped { key: key.clone(), bytes: row.get(1)? };
                    sample = Some(KeptSecret { origin: row.get(0)?, wrapped });
                    Ok(())
                })
                .await?;
            if let Some(kept) = sample {
                self.secret(&kept).await?;
            }
        }
        Ok(())
    }

    /// The tenant's keys; a tenant that has none yet gets some.
    pub(crate) async fn keys(&self, engine: &Engine, tenant: TenantId) -> Result<Arc<TenantKeys>, Failure> {
        if let Some(keys) = self.open.read().get(&tenant) {
            return Ok(keys.clone());
        }
        let kept = match read(engine, tenant).await? {
            Some(kept) => kept,
            None => self.make(engine, tenant).await?,
        };
        let secret = self.secret(&kept).await?;
        let keys = TenantKeys::new(kept.origin, &secret)
            .ok_or_else(|| Failure::Unusable("A tenant's secret has the wrong length.".into()))?;
        let keys = Arc::new(keys);
        let mut open = self.open.write();
        if open.len() >= OPEN_AT_MOST {
            open.clear();
        }
        open.insert(tenant, keys.clone());
        Ok(keys)
    }

    /// The tenant's secret, open; for taking it to another keeper.
    pub(crate) async fn secret(&self, kept: &KeptSecret) -> Result<Zeroizing<Vec<u8>>, Failure> {
        self.keeper.unwrap(kept.origin.as_bytes(), &kept.wrapped).await
    }

    pub(crate) async fn wrap(&self, origin: Uuid, secret: &[u8]) -> Result<KeptSecret, Failure> {
        Ok(KeptSecret { origin, wrapped: self.keeper.wrap(origin.as_bytes(), secret).await? })
    }

    /// Forgets what is open, after a tenant's secret was put in another's place.
    pub(crate) fn forget(&self, tenant: TenantId) {
        self.open.write().remove(&tenant);
    }

    /// Wraps every tenant's secret with the keeper's current key. Nothing else changes; returns how many were.
    pub(crate) async fn rewrap(&self, engine: &Engine) -> Result<usize, Failure> {
        let current = self.keeper.current();
        let mut old = Vec::new();
        let query = ("select tenant, origin, key, wrapped from tenant_secrets", Vec::new());
        engine
            .registry_read(&[query], &mut |_, row| {
                let wrapped = Wrapped { key: row.get(2)?, bytes: row.get(3)? };
                if wrapped.key != current {
                    old.push((TenantId(row.get(0)?), KeptSecret { origin: row.get(1)?, wrapped }));
                }
                Ok(())
            })
            .await?;
        for (tenant, kept) in &old {
            let secret = self.secret(kept).await?;
            let Wrapped { key, bytes } = self.wrap(kept.origin, &secret).await?.wrapped;
            let sql = "update tenant_secrets set key = $2, wrapped = $3 where tenant = $1 and key = $4";
            let write = Write::one(sql, args![*tenant, key, bytes, kept.wrapped.key.clone()]);
            engine.registry_write(&[write]).await?;
        }
        Ok(old.len())
    }

    async fn make(&self, engine: &Engine, tenant: TenantId) -> Result<KeptSecret, Failure> {
        let kept = self.wrap(tenant.uuid(), &*TenantKeys::new_secret()).await?;
        // Two nodes may make one at the same time; whoever comes first has made it.
        engine.registry_write(&[keep(tenant, &kept)]).await?;
        let kept = read(engine, tenant).await?;
        kept.ok_or_else(|| Failure::Bug(format!("the secret of tenant {tenant} was made but is not there")))
    }
}

/// What writes a tenant's secret down, unless it has one.
pub(crate) fn keep(tenant: TenantId, kept: &KeptSecret) -> Write {
    let KeptSecret { origin, wrapped } = kept;
    Write::any(
        "insert into tenant_secrets (tenant, origin, key, wrapped) values ($1, $2, $3, $4) on conflict (tenant) do nothing",
        args![tenant, *origin, wrapped.key.clone(), wrapped.bytes.clone()],
    )
}

pub(crate) async fn read(engine: &Engine, tenant: TenantId) -> Result<Option<KeptSecret>, Failure> {
    let mut kept = None;
    let query = ("select origin, key, wrapped from tenant_secrets where tenant = $1", args![tenant]);
    engine
        .registry_read(&[query], &mut |_, row| {
            let wrapped = Wrapped { key: row.get(1)?, bytes: row.get(2)? };
            kept = Some(KeptSecret { origin: row.get(0)?, wrapped });
            Ok(())
        })
        .await?;
    Ok(kept)
}
