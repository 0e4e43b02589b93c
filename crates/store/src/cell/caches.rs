//! What contexts cache on this node: one value of each type, made when it is first asked for. It lives and ends with the
//! cell, so that nothing that was read from one is taken for another's.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;

#[derive(Default)]
pub(super) struct Caches(RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Caches {
    pub(super) fn of<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let known = self.0.read().get(&TypeId::of::<T>()).cloned();
        let cache = known.unwrap_or_else(|| {
            let mut all = self.0.write();
            all.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default())).clone()
        });
        cache.downcast().unwrap_or_else(|_| unreachable!("each is kept under its own type"))
    }
}
