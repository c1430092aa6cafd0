//! The connection loop: accepts connections, serves HTTP on them, and closes those that exceed a
//! time limit. axum's own loop has no time limits.

mod connection_hold;
mod connection_limiter;
mod connection_state;
mod tracked_io;

use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};
use tower::ServiceExt;

use super::client_ip::TrustedProxies;
use super::limits::Limits;
use crate::metrics::Metrics;
pub(super) use connection_hold::{ConnectionHold, LongLived};
use connection_limiter::ConnectionLimiter;
use connection_state::{ConnectionTimeouts, Pressure};
use tracked_io::{TrackedBody, TrackedIo};

/// The pause after an accept error, such as too many open files.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// The state that all connections share.
#[derive(Clone)]
struct Server {
    router: Router,
    limits: Limits,
    permits: Arc<Semaphore>,
    shutdown: Shutdown,
    metrics: Metrics,
}

/// The two steps of a shutdown, each requested by `true`.
#[derive(Clone, Debug)]
pub struct Shutdown {
    /// Every response asks its client to close the connection. New connections are accepted.
    pub drain: watch::Receiver<bool>,
    /// No connection is accepted any longer, and idle ones are closed.
    pub close: watch::Receiver<bool>,
}

/// The addresses that are not like those of other clients.
#[derive(Clone, Debug, Default)]
pub struct KnownPeers {
    /// Those that have no maximum number of connections.
    pub exempt: TrustedProxies,
    /// Those whose connections may be idle for longer.
    pub proxies: TrustedProxies,
}

/// The rules of a server, and the measurements that it records.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// The limits of sizes and times.
    pub limits: Limits,
    /// The peers that are not like others.
    pub peers: KnownPeers,
    /// The measurements.
    pub metrics: Metrics,
}

/// Accepts and serves connections until the shutdown's second step, then waits for the requests
/// under way.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: ServerOptions,
    shutdown: Shutdown,
) {
    let ServerOptions {
        limits,
        peers,
        metrics,
    } = options;
    let limiter = ConnectionLimiter::new(limits.max_connections_per_client, peers.exempt);
    let server = Server {
        router,
        limits,
        permits: Arc::new(Semaphore::new(limits.connections)),
        shutdown,
        metrics,
    };
    // Dropping this future drops the set, which aborts the connections that are still open when the
    // caller stops waiting.
    let mut connections = JoinSet::new();
    let mut close = pin!(requested(server.shutdown.close.clone()));
    loop {
        let (stream, peer, permit) = tokio::select! {
            () = &mut close => break,
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
        let open = server.metrics.connection();
        let hold = ConnectionHold::new(permit, client_permit);
        connections.spawn(async move {
            server.serve_connection(stream, peer, hold).await;
            drop(open);
        });
    }
    // Closing the listener would reset those in its queue, which may have sent a request already.
    for (stream, peer) in close_listener(listener) {
        let (server, hold) = (server.clone(), ConnectionHold::default());
        connections.spawn(server.serve_connection(stream, peer, hold));
    }
    while connections.join_next().await.is_some() {}
}

/// Waits until a step of the shutdown is requested, or its sender is gone.
async fn requested(mut step: watch::Receiver<bool>) {
    _ = step.wait_for(|step| *step).await;
}

/// Closes a listener, and returns the connections that waited in its queue.
fn close_listener(listener: TcpListener) -> Vec<(TcpStream, SocketAddr)> {
    let mut waiting = Vec::new();
    let Ok(listener) = listener.into_std() else {
        return waiting;
    };
    // It does not block: the queue's end is an error, like every other.
    while let Ok((stream, peer)) = listener.accept() {
        let stream = stream
            .set_nonblocking(true)
            .and_then(|()| TcpStream::from_std(stream));
        waiting.extend(stream.ok().map(|stream| (stream, peer)));
    }
    waiting
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
    /// Serves the requests of one connection until either side closes it, the client exceeds a time
    /// limit, or the connection becomes a socket.
    async fn serve_connection<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        self,
        stream: S,
        peer: SocketAddr,
        hold: ConnectionHold,
    ) {
        let timeouts = Arc::new(ConnectionTimeouts::new());
        let service = service_fn(|mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(hold.clone());
            self.clone().respond(timeouts.clone(), request)
        });
        let connection = http1::Builder::new()
            // hyper's timeout covers the head only; `ConnectionTimeouts` covers every phase.
            .header_read_timeout(None)
            // Twice the limit: what is between is answered by the middleware, with the headers of
            // CORS, and not by hyper.
            .max_buf_size(2 * self.limits.head_bytes)
            .serve_connection(
                TokioIo::new(TrackedIo::new(stream, timeouts.clone())),
                service,
            )
            .with_upgrades();
        let mut connection = pin!(connection);
        let mut close = pin!(requested(self.shutdown.close.clone()));
        let mut draining = false;
        let mut check = interval(self.limits.check_interval());
        loop {
            tokio::select! {
                // The connection comes first: a request that arrived in time is read before its
                // limit is checked.
                biased;
                // A protocol error is the client's, and ends the connection.
                _ = &mut connection => return,
                () = &mut close, if !draining => {
                    draining = true;
                    timeouts.stop_lingering();
                    // hyper would close a new connection, whose first request may be on its way.
                    if !timeouts.is_unused() {
                        connection.as_mut().graceful_shutdown();
                    }
                }
                _ = check.tick() => {
                    if timeouts.is_overdue(&self.limits, self.pressure(draining)) {
                        return;
                    }
                }
            }
        }
    }

    /// Passes a request to the router, and reports its progress to the connection's timeouts.
    async fn respond(
        self,
        timeouts: Arc<ConnectionTimeouts>,
        request: Request<Incoming>,
    ) -> Result<Response<TrackedBody<Body>>, Infallible> {
        timeouts.on_request_head();
        let request = request.map(|body| Body::new(TrackedBody::request(body, timeouts.clone())));
        let Ok(mut response) = self.router.oneshot(request).await;
        if response.extensions().get::<LongLived>().is_some() {
            timeouts.on_stream();
        } else {
            timeouts.on_response();
        }
        let is_upgrade = response.status() == StatusCode::SWITCHING_PROTOCOLS;
        if !is_upgrade && *self.shutdown.drain.borrow() {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        Ok(response.map(|body| TrackedBody::response(body, timeouts)))
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

#[cfg(test)]
mod tests;
