//! The server's address, and connections to it.

use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::Failure;
use crate::engine::opening::Server;

/// How long a request waits for a connection before it is told to come back.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

pub(super) fn pool(server: &Server) -> Result<Pool, Failure> {
    let mut config = address(&server.url)?;
    config.connect_timeout(CONNECT_WITHIN).application_name("galleria");
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = match encryption(&config)? {
        Some(tls) => Manager::from_config(config, tls, recycling),
        None => Manager::from_config(config, NoTls, recycling),
    };
    Pool::builder(manager)
        .max_size(server.connections)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(CONNECT_WITHIN * 2))
        .create_timeout(Some(CONNECT_WITHIN))
        .build()
        .map_err(|error| Failure::Bug(error.to_string()))
}

pub(super) fn address(url: &str) -> Result<Config, Failure> {
    url.parse().map_err(|error| {
        Failure::Unusable(format!("The database address cannot be read ({error}). Write it as postgres://user:password@host:5432/name."))
    })
}

/// How to encrypt the connection, unless the address says `sslmode=disable`. Servers are believed when an authority that
/// this machine trusts vouches for them.
pub(super) fn encryption(config: &Config) -> Result<Option<MakeRustlsConnect>, Failure> {
    if config.get_ssl_mode() == SslMode::Disable {
        return Ok(None);
    }
    match MakeRustlsConnect::with_native_certs() {
        Ok((tls, _)) => Ok(Some(tls)),
        Err(_) if config.get_ssl_mode() == SslMode::Prefer => Ok(None),
        Err(_) => Err(Failure::Unusable(
            "The database address asks for encryption, but this machine trusts no certificate authority. Install ca-certificates, or name a bundle in SSL_CERT_FILE.".into(),
        )),
    }
}
