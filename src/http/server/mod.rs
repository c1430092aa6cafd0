//! The connection loop: accepts connections, serves HTTP on them, and closes those that exceed a
//! time limit. axum's own loop has no time limits.

mod connection_limiter;
mod connection_state;
mod tracked_io;

use std::convert::Infallible;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::{self, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep, timeout};
use tower::ServiceExt;

use super::client_ip::TrustedProxies;
use super::limits::Limits;
use connection_limiter::ConnectionLimiter;
use connection_state::{ConnectionTimeouts, Pressure};
use tracked_io::{TrackedBody, TrackedIo};

/// The pause after an accept error, such as too many open files.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// The time for which a client may go on sending after its connection was shut down.
const LINGER: Duration = Duration::from_secs(2);

/// The state that all connections share.
#[derive(Clone)]
struct Server {
    router: Router,
    limits: Limits,
    permits: Arc<Semaphore>,
    stop: watch::Receiver<bool>,
}

/// The addresses that are not like those of other clients.
#[derive(Clone, Debug, Default)]
pub struct KnownPeers {
    /// Those that have no maximum number of connections.
    pub exempt: TrustedProxies,
    /// Those whose connections may be idle for longer.
    pub proxies: TrustedProxies,
}

/// Accepts and serves connections until shutdown is requested, then waits for the requests under
/// way.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    peers: KnownPeers,
    stop: watch::Receiver<bool>,
) {
    let limiter = ConnectionLimiter::new(limits.max_connections_per_client, peers.exempt);
    let server = Server {
        router,
        limits,
        permits: Arc::new(Semaphore::new(limits.connections)),
        stop: stop.clone(),
    };
    // Dropping this future drops the set, which aborts the connections that are still open when the
    // caller stops waiting.
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown_requested(stop));
    loop {
        let (stream, peer, permit) = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &server.permits) => accepted,
        };
        while connections.try_join_next().is_some() {}
        let Some(client_permit) = limiter.try_acquire(peer.ip()) else {
            continue;
        };
        let mut server = server.clone();
        if peers.proxies.trusts(peer.ip().to_canonical()) {
            server.limits.idle = limits.proxy_idle;
        }
        connections.spawn(async move {
            server.serve_connection(stream, peer).await;
            drop((permit, client_permit));
        });
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Waits until shutdown is requested, or its sender is gone.
async fn shutdown_requested(mut stop: watch::Receiver<bool>) {
    _ = stop.wait_for(|stop| *stop).await;
}

/// Accepts the next connection once a permit is free. Until then clients wait in the operating
/// system's queue.
async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let permit = permits
        .clone()
        .acquire_owned()
        .await
        .expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Otherwise a small response may wait for the client's acknowledgement of the
                // previous one.
                _ = stream.set_nodelay(true);
                return (stream, peer, permit);
            }
            Err(error) if is_client_error(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

/// Returns true if a client closed its connection before it was accepted.
fn is_client_error(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    )
}

impl Server {
    /// Serves the requests of one connection until either side closes it, or the client exceeds a
    /// time limit.
    async fn serve_connection<S: AsyncRead + AsyncWrite + Unpin>(
        self,
        stream: S,
        peer: SocketAddr,
    ) {
        let timeouts = Arc::new(ConnectionTimeouts::new());
        let service = service_fn(|request| {
            Box::pin(respond(
                self.router.clone(),
                timeouts.clone(),
                peer,
                request,
            ))
        });
        let mut connection = http1::Builder::new()
            // hyper's timeout covers the head only; `ConnectionTimeouts` covers every phase.
            .header_read_timeout(None)
            // Twice the limit: what is between is answered by the middleware, with the headers of
            // CORS, and not by hyper.
            .max_buf_size(2 * self.limits.head_bytes)
            .serve_connection(
                TokioIo::new(TrackedIo::new(stream, timeouts.clone())),
                service,
            );
        let mut shutdown = pin!(shutdown_requested(self.stop.clone()));
        let mut draining = false;
        let mut check = interval(self.limits.check_interval());
        loop {
            tokio::select! {
                // The connection comes first: a request that arrived in time is read before its
                // limit is checked.
                biased;
                // A protocol error is the client's, and ends the connection.
                _ = poll_fn(|cx| connection.poll_without_shutdown(cx)) => break,
                () = &mut shutdown, if !draining => {
                    draining = true;
                    pin::Pin::new(&mut connection).graceful_shutdown();
                }
                _ = check.tick() => {
                    if timeouts.is_overdue(&self.limits, self.pressure(draining)) {
                        return;
                    }
                }
            }
        }
        if !draining {
            linger(connection.into_parts().io.into_inner()).await;
        }
    }

    fn pressure(&self, draining: bool) -> Pressure {
        if draining {
            Pressure::Draining
        } else if self.permits.available_permits() < self.limits.connections / 4 {
            Pressure::High
        } else {
            Pressure::Normal
        }
    }
}

/// Shuts the connection down, and discards what the client still sends for a while. A system that
/// closes a connection with unread bytes resets it, and the client may lose the response: that the
/// body was too large, for example.
async fn linger(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let discarding = async {
        let mut unread = [0; 4096];
        stream.shutdown().await?;
        while stream.read(&mut unread).await? > 0 {}
        io::Result::Ok(())
    };
    // An error means that the client is gone. A client that never stops sending is cut off.
    _ = timeout(LINGER, discarding).await;
}

/// Passes a request to the router, and reports its progress to the connection's timeouts.
async fn respond(
    router: Router,
    timeouts: Arc<ConnectionTimeouts>,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<TrackedBody<Body>>, Infallible> {
    timeouts.on_request_head();
    let mut request = request.map(|body| Body::new(TrackedBody::request(body, timeouts.clone())));
    request.extensions_mut().insert(ConnectInfo(peer));
    let Ok(response) = router.oneshot(request).await;
    timeouts.on_response();
    Ok(response.map(|body| TrackedBody::response(body, timeouts)))
}

#[cfg(test)]
mod tests;
