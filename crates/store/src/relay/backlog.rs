//! How many events wait for each subscriber, as far as this node knows.

use std::collections::HashMap;

use kernel::TenantId;
use parking_lot::Mutex;

#[derive(Default)]
pub(crate) struct Backlog(Mutex<HashMap<&'static str, OfOne>>);

#[derive(Default)]
struct OfOne {
    of: HashMap<TenantId, i64>,
    all: i64,
}

impl Backlog {
    /// So many events of the tenant wait for the subscriber.
    pub(super) fn note(&self, subscriber: &'static str, tenant: TenantId, events: i64) {
        let mut backlog = self.0.lock();
        let one = backlog.entry(subscriber).or_default();
        let before = if events > 0 { one.of.insert(tenant, events) } else { one.of.remove(&tenant) };
        let change = events.max(0) - before.unwrap_or(0);
        if change != 0 {
            one.all += change;
            metrics::gauge!("galleria_subscriber_backlog", "subscriber" => subscriber)
                .set(f64::from(i32::try_from(one.all).unwrap_or(i32::MAX)));
        }
    }

    pub(super) fn of(&self, subscriber: &str) -> i64 {
        self.0.lock().get(subscriber).map_or(0, |one| one.all)
    }
}
