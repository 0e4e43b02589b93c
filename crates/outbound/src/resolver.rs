//! A name becomes addresses once, and only those that may be asked come out.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::{OutboundError, Policy};

/// How a name becomes addresses.
pub trait Lookup: Send + Sync + 'static {
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// As the machine resolves it.
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(
            async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect()) },
        )
    }
}

/// Stands between the connection and the lookup. The connection takes what comes out and resolves nothing itself.
pub(crate) struct Guarded {
    pub policy: Arc<Policy>,
    pub lookup: Arc<dyn Lookup>,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (policy, found) = (Arc::clone(&self.policy), self.lookup.addresses(name.as_str().to_owned()));
        let host = name.as_str().to_owned();
        Box::pin(async move {
            let found = found.await.map_err(|_| OutboundError::UnknownName { host: host.clone() })?;
            let good = pass(&policy, &host, found)?;
            Ok(Box::new(good.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// A name with a forbidden address beside a good one keeps the good one: behind DNS64 every name has both.
fn pass(policy: &Policy, host: &str, found: Vec<IpAddr>) -> Result<Vec<IpAddr>, OutboundError> {
    let mut refusal = OutboundError::UnknownName { host: host.to_owned() };
    let mut good = Vec::with_capacity(found.len());
    for address in found {
        match policy.check_address(host, address) {
            Ok(()) => good.push(address),
            Err(why) => refusal = why,
        }
    }
    if good.is_empty() { Err(refusal) } else { Ok(good) }
}
