//! Pages that are the same for everybody who reads a language, as this node remembers them: until something is committed in
//! the shop, and for a second at the longest, because prices begin and holds end by the clock.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Problem, TenantId, Timestamp};
use moka::sync::Cache;

use crate::answer::{self, Keeping, Text};
use crate::visit::Visit;

const KEPT_FOR: Duration = Duration::from_secs(1);

/// How many bytes of pages a node remembers, of all shops.
const REMEMBERED: u64 = 32 * 1024 * 1024;

/// Everything that a page for everybody is made from, but for what is in the shop.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Name {
    tenant: TenantId,
    origin: String,
    address: String,
    language: &'static str,
    items: u32,
    /// Whether it warns of a connection that is not encrypted.
    warns: bool,
}

#[derive(Clone)]
struct Kept {
    head: i64,
    at: Timestamp,
    text: Text,
}

struct Pages(Cache<Name, Arc<Kept>>);

impl Default for Pages {
    fn default() -> Self {
        let weight = |name: &Name, kept: &Arc<Kept>| {
            u32::try_from(name.address.len() + name.origin.len() + kept.text.bytes.len() + 200)
                .unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(REMEMBERED).weigher(weight).build())
    }
}

impl Visit {
    /// A page for everybody: the one that was made before, while it is still true, or made now.
    pub async fn kept(&self, make: impl AsyncFnOnce(&Self) -> Result<Response, Problem>) -> Response {
        let pages = self.shop.tenant.cell().cache::<Pages>();
        let (name, head, now) = (self.name(), self.snapshot.head(), self.shop.now);
        if let Some(kept) = pages.0.get(&name)
            && kept.head == head
            && now.since(kept.at) < KEPT_FOR
        {
            return answer::text(self, StatusCode::OK, Keeping::Public, &kept.text);
        }
        let made = make(self).await;
        if let Ok(text) =
            made.as_ref().map_err(drop).and_then(|page| page.extensions().get::<Text>().ok_or(()))
        {
            pages.0.insert(name, Arc::new(Kept { head, at: now, text: text.clone() }));
        }
        self.show(made)
    }

    fn name(&self) -> Name {
        Name {
            tenant: self.shop.tenant.id(),
            origin: self.origin.clone(),
            address: self.address.clone(),
            language: self.texts.tag(),
            items: self.items(),
            warns: self.jar.is_closed(),
        }
    }
}
