//! A limiter, wherever it counts.

use boxed::boxed;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use crate::shared::Shared;
use crate::{Key, Limit, LimitsError, Memory, SharedOptions, Verdict};

/// Cheap to clone; all clones count together.
#[derive(Debug, Clone)]
pub struct Limiter(Counts);

#[derive(Debug, Clone)]
enum Counts {
    Here(Arc<Memory>),
    Shared(Arc<Shared>),
}

impl Limiter {
    pub fn in_memory(most_keys: NonZeroUsize) -> Self {
        Self(Counts::Here(Arc::new(Memory::new(most_keys))))
    }

    /// Counts in Redis, so that all processes share one limit, and in `fallback` while Redis is away: then each process
    /// has the whole limit for itself. It comes up without Redis, too.
    #[boxed]
    pub async fn shared(
        redis_url: &str,
        options: SharedOptions,
        fallback: Memory,
    ) -> Result<Self, LimitsError> {
        Ok(Self(Counts::Shared(Shared::open(redis_url, options, fallback).await?)))
    }

    /// Decides about one request and counts it if it is allowed. `now` never goes back by more than a moment; a shared
    /// limiter uses it only while it counts here.
    #[boxed]
    pub async fn check(&self, key: &Key, limit: &Limit, now: Duration) -> Verdict {
        match &self.0 {
            Counts::Here(memory) => memory.check(key, limit, now),
            Counts::Shared(shared) => shared.check(key, limit, now).await,
        }
    }

    /// Whether Redis answers; always false for one that counts only here.
    pub fn is_shared_now(&self) -> bool {
        match &self.0 {
            Counts::Here(_) => false,
            Counts::Shared(shared) => shared.is_up(),
        }
    }
}
