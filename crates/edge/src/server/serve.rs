//! Listening, and stopping without dropping anyone.

use kernel::boxed;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tower::{ServiceExt as _, service_fn};

use super::connections::{Connection, Connections, Served};
use super::tls::Tls;
use crate::pages::health::for_prometheus;
use crate::platform::{Platform, SETTLED_EVERY, SORTED_EVERY};
use crate::request::host;
use crate::request::source::Peer;
use crate::v2;

/// How long encrypting may take to begin.
const ENCRYPTED_WITHIN: Duration = Duration::from_secs(10);
/// How long a silent client may take to notice that its connection is being closed.
const FAREWELL: Duration = Duration::from_secs(5);
/// The first byte of a connection that begins to encrypt.
const HANDSHAKE: u8 = 0x16;

/// Where we listen.
pub struct Entrances {
    pub main: TcpListener,
    /// What encrypts there; nothing does without it.
    pub tls: Option<Tls>,
    /// Where plain HTTP is led on to what is encrypted.
    pub plain: Option<TcpListener>,
    /// Where Prometheus asks, and nobody else.
    pub metrics: Option<TcpListener>,
}

/// Takes the address, or says in a sentence why it cannot be had. `setting` is what chooses another.
#[boxed]
pub async fn listen(address: SocketAddr, setting: &str) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => format!("Something is listening on {address} already. Stop it, or choose another address with {setting}."),
        io::ErrorKind::PermissionDenied => format!("You may not listen on {address}. Ports below 1024 are the system's; choose one above with {setting}."),
        _ => format!("Cannot listen on {address}: {error}. Choose another address with {setting}."),
    })
}

/// Serves until told to stop (SIGTERM or SIGINT), then drains: not ready any more, still serving for a while, then no
/// new connections, and what is under way is finished.
#[boxed]
pub async fn serve(entrances: Entrances, router: Router, platform: Platform) -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut stop = pin!(async {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tracing::info!("Told to stop; draining");
        platform.start_draining();
        tokio::time::sleep(platform.settings().drain_wait).await;
    });
    let (told, stopping) = watch::channel(false);
    let Entrances { main, tls, plain, metrics } = entrances;
    let leads_to = tls.as_ref().map(|_| main.local_addr().map(|address| address.port())).transpose()?;
    let connections = Connections::new(platform.settings().connections);
    let shared = Shared { router, platform: platform.clone(), connections, stopping, leads_to };
    if let Some(tls) = tls.clone() {
        tokio::spawn(tls.keep_up());
    }
    if let Some(plain) = plain {
        tokio::spawn(shared.clone().receive(plain, Protocol::Redirected));
    }
    if let Some(metrics) = metrics {
        // Whoever watches must see what is the matter when nobody else gets in.
        let connections = Connections::new(platform.settings().connections);
        let watchers = Shared { router: for_prometheus(platform.clone()), connections, ..shared.clone() };
        tokio::spawn(watchers.receive(metrics, Protocol::Plain));
    }
    let protocol = tls.map_or(Protocol::Plain, Protocol::Encrypted);
    let mut receiving = pin!(shared.receive(main, protocol));
    let mut counted = tokio::time::interval(SETTLED_EVERY);
    counted.tick().await;
    let mut measured = tokio::time::interval(SORTED_EVERY);
    loop {
        tokio::select! {
            _ = measured.tick() => platform.sort_measurements(),
            _ = counted.tick() => {
                let platform = platform.clone();
                tokio::spawn(async move { platform.settle_usage().await });
            }
            () = &mut receiving => {}
            () = &mut stop => break,
        }
    }
    told.send_replace(true);
    receiving.await;
    // Each connection holds a receiver until it ends.
    if tokio::time::timeout(platform.settings().drain_limit, told.closed()).await.is_err() {
        tracing::warn!("Some requests did not finish in time and were cut off");
    }
    platform.settle_usage().await;
    Ok(())
}

/// What all connections share.
#[derive(Clone)]
struct Shared {
    router: Router,
    platform: Platform,
    connections: Connections,
    stopping: watch::Receiver<bool>,
    /// The port at which everything is encrypted, when there is one.
    leads_to: Option<u16>,
}

/// What is spoken at an entrance.
#[derive(Clone)]
enum Protocol {
    Plain,
    Encrypted(Tls),
    /// Plain HTTP, and every request is redirected to what is encrypted.
    Redirected,
}

/// The connection that is being served.
#[derive(Clone)]
struct Accepted {
    shared: Shared,
    place: Arc<Connection>,
    peer: Peer,
    redirected: bool,
}

impl Shared {
    async fn receive(self, listener: TcpListener, protocol: Protocol) {
        let mut stopping = self.stopping.clone();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => self.welcome(stream, peer.ip(), &protocol),
                    // Out of descriptors, most likely, for something else has taken them.
                    Err(error) => {
                        tracing::warn!(%error, "A connection could not be accepted");
                        self.connections.make_room();
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
                _ = stopping.changed() => return,
            }
        }
    }

    fn welcome(&self, stream: TcpStream, address: IpAddr, protocol: &Protocol) {
        let own = !self.platform.settings().proxies.include(address);
        let Some(place) = self.connections.admit(own.then_some(address)) else {
            metrics::counter!("galleria_connections_refused_total").increment(1);
            return;
        };
        // An answer is one write; waiting to fill a packet would only delay it.
        let _ = stream.set_nodelay(true);
        let (shared, protocol) = (self.clone(), protocol.clone());
        tokio::spawn(async move {
            let place = Arc::new(place);
            let accepted =
                Accepted { shared, place, peer: Peer { address, encrypted: false }, redirected: false };
            match protocol {
                Protocol::Plain => accepted.serve(stream).await,
                Protocol::Redirected => Accepted { redirected: true, ..accepted }.serve(stream).await,
                Protocol::Encrypted(tls) => accepted.encrypt(&tls, stream).await,
            }
        });
    }
}

impl Accepted {
    /// A client that speaks plain HTTP where everything is encrypted is redirected as well: somebody typed http.
    async fn encrypt(self, tls: &Tls, stream: TcpStream) {
        let place = self.place.clone();
        let begun = async {
            let mut first = [0];
            if stream.peek(&mut first).await? == 1 && first[0] != HANDSHAKE {
                return Ok(Err(stream));
            }
            tls.acceptor().accept(stream).await.map(Ok)
        };
        let begun = tokio::select! {
            begun = tokio::time::timeout(ENCRYPTED_WITHIN, begun) => begun,
            () = place.is_sent_away() => return,
        };
        match begun {
            Ok(Ok(Ok(stream))) => {
                let peer = Peer { encrypted: true, ..self.peer };
                Self { peer, ..self }.serve(stream).await;
            }
            Ok(Ok(Err(stream))) => Self { redirected: true, ..self }.serve(stream).await,
            Ok(Err(error)) => tracing::debug!(%error, "A connection could not be encrypted"),
            Err(_) => tracing::debug!("A connection began to encrypt and went silent"),
        }
    }

    async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: S) {
        let (place, mut stopping) = (self.place.clone(), self.shared.stopping.clone());
        let mut builder = Builder::new(TokioExecutor::new());
        // Whoever is slow is silent, which ends a connection below; a limit of hyper's would also end those that are kept.
        builder.http1().timer(TokioTimer::new()).header_read_timeout(None);
        let answers = service_fn(move |request| self.clone().answer(request));
        let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(answers));
        let mut connection = pin!(connection);
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "A connection ended early");
                }
                return;
            }
            () = place.is_sent_away() => return,
            () = place.is_silent() => {
                connection.as_mut().graceful_shutdown();
                let _ = tokio::time::timeout(FAREWELL, connection).await;
                return;
            }
            // It may have been said before we began to listen.
            () = told(&mut stopping) => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }

    async fn answer<B>(self, request: Request<B>) -> Result<Response, Infallible>
    where
        B: HttpBody<Data = Bytes, Error: Into<axum::BoxError>> + Send + 'static,
    {
        let mut served = self.place.asks();
        let request = arrived(request.map(Body::new), self.peer);
        let response = match self.shared.leads_to.filter(|_| self.redirected) {
            Some(port) => host::redirect_to_https(&request, port),
            None => self.shared.router.oneshot(request).await?,
        };
        served.is_answered();
        Ok(response.map(|body| Body::new(Taken { body, served })))
    }
}

/// Until we are to stop.
async fn told(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// A request on its way in, with the other end of its connection. The version is read here because routes are found
/// before any middleware runs.
fn arrived<B>(mut request: Request<B>, from: Peer) -> Request<B> {
    request.extensions_mut().insert(from);
    host::settle(&mut request);
    v2::enter(&mut request);
    request
}

/// An answer on its way out, while it is taken piece by piece.
struct Taken {
    body: Body,
    served: Served,
}

impl HttpBody for Taken {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.served.took();
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
