//! Proofs in DNS, and the addresses of the hosts whose pages are looked at.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;
use outbound::Lookup;

use crate::ProofPlace;
use crate::proofs::prover::{Found, Proofs, record};

/// Of one question to one server; it is asked twice.
const WITHIN: Duration = Duration::from_secs(2);

/// Who is asked about names: the machine's own name servers, or one that the operator named.
#[derive(Clone)]
pub struct Dns {
    resolver: Option<TokioResolver>,
}

impl Dns {
    /// A machine without name servers of its own can do everything else; it says so when it is to look.
    pub fn new(server: Option<SocketAddr>) -> Self {
        let builder = match server {
            Some(server) => {
                Some(TokioResolver::builder_with_config(only(server), TokioRuntimeProvider::default()))
            }
            None => TokioResolver::builder_tokio().ok(),
        };
        let resolver = builder.and_then(|mut builder| {
            set(builder.options_mut());
            builder.build().ok()
        });
        Self { resolver }
    }

    async fn texts(&self, name: &str) -> Result<Vec<String>, Option<String>> {
        let unreachable =
            || Some("The name servers could not be asked; try again in a few minutes.".to_owned());
        let resolver = self.resolver.as_ref().ok_or_else(|| {
            Some(
                "This installation knows no name server; its operator can name one with the setting dns."
                    .to_owned(),
            )
        })?;
        match resolver.txt_lookup(format!("{name}.")).await {
            Ok(found) => Ok(found.answers().iter().filter_map(|record| text(&record.data)).collect()),
            Err(error) if error.is_no_records_found() => Err(None),
            Err(error) => {
                tracing::debug!(%error, "A name server did not answer");
                Err(unreachable())
            }
        }
    }
}

impl Proofs for Dns {
    fn way(&self) -> ProofPlace {
        ProofPlace::Dns
    }

    fn look<'a>(&'a self, name: &'a str, proof: &'a str) -> Pin<Box<dyn Future<Output = Found> + Send + 'a>> {
        Box::pin(async move {
            let record = record(name);
            match self.texts(&record).await {
                Ok(texts) if texts.iter().any(|text| text.trim() == proof) => Found::There,
                Ok(_) => Found::Missing(format!("The TXT record at {record} does not say what it should.")),
                Err(None) => Found::Missing(format!(
                    "There is no TXT record at {record}; a new one can take some minutes to be seen."
                )),
                Err(Some(sentence)) => Found::Unknown(sentence),
            }
        })
    }
}

impl Lookup for Dns {
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let resolver = self.resolver.clone();
        async move {
            let resolver = resolver.ok_or(io::ErrorKind::NotFound)?;
            let found = resolver.lookup_ip(format!("{name}.")).await.map_err(io::Error::other)?;
            Ok(found.iter().collect())
        }
        .boxed()
    }
}

fn only(server: SocketAddr) -> ResolverConfig {
    let at = |mut connection: ConnectionConfig| {
        connection.port = server.port();
        connection
    };
    let connections = vec![at(ConnectionConfig::udp()), at(ConnectionConfig::tcp())];
    ResolverConfig::from_name_servers(vec![NameServerConfig::new(server.ip(), true, connections)])
}

fn set(options: &mut ResolverOpts) {
    options.timeout = WITHIN;
    options.attempts = 2;
    // Whoever has just put a record there and asks again wants to know what is there now.
    options.cache_size = 0;
}

/// A long text is sent in pieces.
fn text(data: &RData) -> Option<String> {
    let RData::TXT(text) = data else { return None };
    Some(text.txt_data.iter().map(|piece| String::from_utf8_lossy(piece)).collect())
}
