//! Listening, and stopping without dropping anyone.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tower::ServiceExt as _;

use crate::app::Platform;
use crate::source::Peer;
use crate::{usage, version};

/// How long a client may take to send its headers.
const HEADERS_WITHIN: Duration = Duration::from_secs(15);

/// Takes the address, or says in a sentence why it cannot be had.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => format!("Something is listening on {address} already. Stop it, or choose another address with --listen."),
        io::ErrorKind::PermissionDenied => format!("You may not listen on {address}. Ports below 1024 are the system's; choose one above with --listen."),
        _ => format!("Cannot listen on {address}: {error}. Choose another address with --listen."),
    })
}

/// Serves until told to stop (SIGTERM or SIGINT), then drains: not ready any more, still serving for a while, then no
/// new connections, and what is under way is finished.
pub async fn serve(listener: TcpListener, router: Router, platform: Platform) -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut stop = pin!(async {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tracing::info!("Told to stop; draining");
        platform.start_draining();
        tokio::time::sleep(platform.settings().drain_wait).await;
    });
    let graceful = GracefulShutdown::new();
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN);
    let mut counted = tokio::time::interval(usage::EACH);
    counted.tick().await;
    loop {
        tokio::select! {
            _ = counted.tick() => {
                let platform = platform.clone();
                tokio::spawn(async move { platform.settle_usage().await });
            }
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => welcome(stream, peer, &router, &builder, &graceful),
                // Out of file descriptors, most likely: those who are being served will free some.
                Err(error) => {
                    tracing::warn!(%error, "A connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            () = &mut stop => break,
        }
    }
    drop(listener);
    if tokio::time::timeout(platform.settings().drain_limit, graceful.shutdown()).await.is_err() {
        tracing::warn!("Some requests did not finish in time and were cut off");
    }
    platform.settle_usage().await;
    Ok(())
}

fn welcome(
    stream: TcpStream,
    peer: SocketAddr,
    router: &Router,
    builder: &Builder<TokioExecutor>,
    graceful: &GracefulShutdown,
) {
    // An answer is one write; waiting to fill a packet would only delay it.
    let _ = stream.set_nodelay(true);
    let from = Peer(peer.ip());
    let service = TowerToHyperService::new(router.clone().map_request(move |request| arrived(request, from)));
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    let watched = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = watched.await {
            tracing::debug!(%error, "A connection ended early");
        }
    });
}

/// A request on its way in, with the other end of its connection. The version is read here because routes are found
/// before any middleware runs.
fn arrived<B>(mut request: Request<B>, from: Peer) -> Request<B> {
    request.extensions_mut().insert(from);
    version::enter(&mut request);
    request
}
