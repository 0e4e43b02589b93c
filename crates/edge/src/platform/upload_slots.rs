//! How many files are taken in at once: so many in all, and at most a quarter of them for one shop.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use kernel::{Problem, TenantId};
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problems::UPLOADS_BUSY;

/// How long an upload waits for a slot.
const WITHIN: Duration = Duration::from_secs(10);

pub(crate) struct UploadSlots {
    many: usize,
    all: Arc<Semaphore>,
    shops: Mutex<HashMap<TenantId, Weak<Semaphore>>>,
}

/// A slot that is taken, until it is dropped.
pub(crate) struct UploadSlot {
    _of_all: OwnedSemaphorePermit,
    _of_shop: OwnedSemaphorePermit,
    /// Keeps the shop's own semaphore alive while one of its slots is taken.
    _shop: Arc<Semaphore>,
}

impl UploadSlots {
    pub(crate) fn new(many: usize) -> Self {
        Self { many, all: Arc::new(Semaphore::new(many)), shops: Mutex::default() }
    }

    pub(crate) async fn take(&self, tenant: TenantId) -> Result<UploadSlot, Problem> {
        let shop = self.of(tenant);
        let taken = async {
            let of_shop = shop.clone().acquire_owned().await.ok()?;
            let of_all = self.all.clone().acquire_owned().await.ok()?;
            Some((of_shop, of_all))
        };
        match tokio::time::timeout(WITHIN, taken).await {
            Ok(Some((_of_shop, _of_all))) => Ok(UploadSlot { _of_all, _of_shop, _shop: shop.clone() }),
            _ => Err(busy()),
        }
    }

    fn of(&self, tenant: TenantId) -> Arc<Semaphore> {
        let mut shops = self.shops.lock();
        shops.retain(|_, shop| shop.strong_count() > 0);
        if let Some(shop) = shops.get(&tenant).and_then(Weak::upgrade) {
            return shop;
        }
        let shop = Arc::new(Semaphore::new(self.many.div_ceil(4)));
        shops.insert(tenant, Arc::downgrade(&shop));
        shop
    }
}

fn busy() -> Problem {
    UPLOADS_BUSY
        .says("As many files are being taken in as can be at once. Send this one again in a moment.")
        .after(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[tokio::test]
    async fn one_shop_takes_a_quarter_and_leaves_the_others_theirs() {
        let slots = UploadSlots::new(8);
        let (one, other) = (TenantId(Uuid::from_u128(1)), TenantId(Uuid::from_u128(2)));
        let first = slots.take(one).await.unwrap();
        let _second = slots.take(one).await.unwrap();
        let third = slots.take(one);
        let mut third = std::pin::pin!(third);
        assert!(tokio::time::timeout(Duration::from_millis(20), &mut third).await.is_err());
        assert!(slots.take(other).await.is_ok());
        drop(first);
        assert!(third.await.is_ok());
        assert_eq!(slots.of(one).available_permits(), 1);
    }
}
