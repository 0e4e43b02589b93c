//! The server's address, and connections to it.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{self, Metrics, RecycleError, RecycleResult};
use deadpool_postgres::ClientWrapper;
use rand::seq::SliceRandom as _;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream, lookup_host};
use tokio_postgres::config::{Host, LoadBalanceHosts, SslMode, TargetSessionAttrs};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Config, NoTls, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::failure::failure;
use super::one_sync::{Encryption, OneSync};
use crate::Failure;
use crate::engine::opening::Server;

/// How long a request waits for a connection before it is told to come back.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

pub(super) type Pool = managed::Pool<Connections>;
pub(super) type Connection = managed::Object<Connections>;

pub(super) fn pool(server: &Server) -> Result<Pool, Failure> {
    let mut config = address(&server.url)?;
    config.application_name("galleria");
    let tls = encryption(&config)?;
    Pool::builder(Connections { config, tls })
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

/// Makes the pool's connections, on streams that leave out what would hold up a flight.
pub(super) struct Connections {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

/// Where a server may be.
struct Place {
    at: Address,
    /// What its certificate must be for.
    name: String,
}

enum Address {
    Socket(PathBuf),
    Net(SocketAddr),
}

impl managed::Manager for Connections {
    type Type = ClientWrapper;
    type Error = Failure;

    /// To the first of the address's servers that takes it.
    async fn create(&self) -> Result<ClientWrapper, Failure> {
        let places = self.places().await?;
        let each = CONNECT_WITHIN / u32::try_from(places.len()).unwrap_or(1).max(1);
        let mut last = Failure::Unusable(
            "The database address names no server. Write it as postgres://user:password@host:5432/name."
                .into(),
        );
        for place in places {
            match tokio::time::timeout(each, self.connect(&place)).await {
                Ok(Ok(client)) => return Ok(client),
                Ok(Err(failure)) => last = failure,
                Err(_) => last = Failure::Unreachable("the database did not answer in time".into()),
            }
        }
        Err(last)
    }

    async fn recycle(&self, client: &mut ClientWrapper, _: &Metrics) -> RecycleResult<Failure> {
        if client.is_closed() { Err(RecycleError::message("closed")) } else { Ok(()) }
    }
}

impl Connections {
    /// A name may stand for several servers, such as one that is written to and one that is not.
    async fn places(&self) -> Result<Vec<Place>, Failure> {
        let (hosts, addresses) = (self.config.get_hosts(), self.config.get_hostaddrs());
        let ports = self.config.get_ports();
        let count = hosts.len().max(addresses.len());
        let whole = |given: usize| given == 0 || given == count;
        if !whole(hosts.len()) || !whole(addresses.len()) || !(ports.len() <= 1 || whole(ports.len())) {
            return Err(Failure::Unusable(
                "The database address names several servers. Give each of them its address and port, or all of them one port.".into(),
            ));
        }
        let (mut places, mut unknown) = (Vec::new(), None);
        for n in 0..count {
            let port = ports.get(n).or(ports.first()).copied().unwrap_or(5432);
            let name = match hosts.get(n) {
                Some(Host::Tcp(name)) => name.clone(),
                _ => String::new(),
            };
            match (addresses.get(n), hosts.get(n)) {
                (Some(address), _) => places.push(Place { at: Address::Net((*address, port).into()), name }),
                (None, Some(Host::Unix(folder))) => {
                    places.push(Place { at: Address::Socket(folder.join(format!(".s.PGSQL.{port}"))), name });
                }
                (None, _) => match lookup_host((name.as_str(), port)).await {
                    Ok(found) => places
                        .extend(found.map(|found| Place { at: Address::Net(found), name: name.clone() })),
                    Err(error) => unknown = Some(error),
                },
            }
        }
        if let (true, Some(error)) = (places.is_empty(), unknown) {
            return Err(Failure::Unreachable(error.to_string()));
        }
        if self.config.get_load_balance_hosts() == LoadBalanceHosts::Random {
            places.shuffle(&mut rand::rng());
        }
        Ok(places)
    }

    async fn connect(&self, place: &Place) -> Result<ClientWrapper, Failure> {
        let unreachable = |error: io::Error| Failure::Unreachable(error.to_string());
        match &place.at {
            Address::Socket(socket) => {
                self.talk(UnixStream::connect(socket).await.map_err(unreachable)?, &place.name).await
            }
            Address::Net(address) => {
                let stream = TcpStream::connect(address).await.map_err(unreachable)?;
                self.keep_alive(&stream).map_err(unreachable)?;
                self.talk(stream, &place.name).await
            }
        }
    }

    fn keep_alive(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let socket = SockRef::from(stream);
        if let Some(limit) = self.config.get_tcp_user_timeout() {
            socket.set_tcp_user_timeout(Some(*limit))?;
        }
        if self.config.get_keepalives() {
            let mut alive = TcpKeepalive::new().with_time(self.config.get_keepalives_idle());
            if let Some(interval) = self.config.get_keepalives_interval() {
                alive = alive.with_interval(interval);
            }
            if let Some(retries) = self.config.get_keepalives_retries() {
                alive = alive.with_retries(retries);
            }
            socket.set_tcp_keepalive(&alive)?;
        }
        Ok(())
    }

    async fn talk<S>(&self, stream: S, name: &str) -> Result<ClientWrapper, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        match self.tls.clone() {
            Some(mut tls) => {
                let tls = MakeTlsConnect::<OneSync<S>>::make_tls_connect(&mut tls, name)
                    .map_err(|error| Failure::Unreachable(error.to_string()))?;
                self.introduce(stream, Encryption(tls)).await
            }
            None => self.introduce(stream, NoTls).await,
        }
    }

    async fn introduce<S, T>(&self, stream: S, tls: T) -> Result<ClientWrapper, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: TlsConnect<OneSync<S>> + Send,
        T::Future: Send,
        T::Stream: Send + 'static,
    {
        let said = self.config.connect_raw(OneSync::over(stream), tls).await;
        let (client, connection) = said.map_err(|error| failure(&error))?;
        let talking = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "A connection to the database has ended");
            }
        });
        let client = ClientWrapper::new(client, talking);
        let (wanted, complaint) = match self.config.get_target_session_attrs() {
            TargetSessionAttrs::ReadWrite => ("off", "the server lets nobody write"),
            TargetSessionAttrs::ReadOnly => ("on", "the server is the one that is written to"),
            _ => return Ok(client),
        };
        let told =
            client.simple_query("show transaction_read_only").await.map_err(|error| failure(&error))?;
        let is = told.iter().find_map(|said| match said {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        if is != Some(wanted) {
            return Err(Failure::Unreachable(complaint.into()));
        }
        Ok(client)
    }
}
