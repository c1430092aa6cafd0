//! The loop that accepts connections and gives up those that take too long: axum's own has no time limits.

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

/// How long to wait when the system has no more files to give.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// How long a client may go on sending when its connection is over.
const LINGER: Duration = Duration::from_secs(2);

/// What all connections share.
#[derive(Clone)]
struct Server {
    router: Router,
    limits: Limits,
    permits: Arc<Semaphore>,
    stop: watch::Receiver<bool>,
}

/// Accepts connections and answers on them until told to stop, then waits for the requests under way. Those who are exempt
/// may have as many connections as they like.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    (limits, exempt): (Limits, TrustedProxies),
    stop: watch::Receiver<bool>,
) {
    let limiter = ConnectionLimiter::new(limits.max_connections_per_client, exempt);
    let server = Server {
        router,
        limits,
        permits: Arc::new(Semaphore::new(limits.connections)),
        stop: stop.clone(),
    };
    // Dropped with this future: what is still under way when the caller's pressure ends, ends with it.
    let mut connections = JoinSet::new();
    let mut stopped = pin!(shutdown_requested(stop));
    loop {
        let (stream, peer, permit) = tokio::select! {
            () = &mut stopped => break,
            accepted = accept(&listener, &server.permits) => accepted,
        };
        while connections.try_join_next().is_some() {}
        let Some(member) = limiter.try_acquire(peer.ip()) else {
            continue;
        };
        let server = server.clone();
        connections.spawn(async move {
            server.serve_connection(stream, peer).await;
            drop((permit, member));
        });
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Waits until the server is told to stop; also where nobody is left who could tell.
async fn shutdown_requested(mut stop: watch::Receiver<bool>) {
    _ = stop.wait_for(|stop| *stop).await;
}

/// The next connection, once there is room for it. Until then, clients wait in the system's queue.
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
                // Without it a small answer may wait for the client's acknowledgement of the one before.
                _ = stream.set_nodelay(true);
                return (stream, peer, permit);
            }
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                sleep(EXHAUSTED).await;
            }
        }
    }
}

fn is_the_clients(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    )
}

impl Server {
    /// Answers the requests of one connection until either side ends it.
    async fn serve_connection<S: AsyncRead + AsyncWrite + Unpin>(
        self,
        stream: S,
        peer: SocketAddr,
    ) {
        let timeouts = Arc::new(ConnectionTimeouts::new());
        let service = service_fn(|request| {
            Box::pin(answer(self.router.clone(), timeouts.clone(), peer, request))
        });
        let mut connection = http1::Builder::new()
            // The watch below has limits for more than the head.
            .header_read_timeout(None)
            // Twice the limit: what is between is answered by the middleware, with the headers of CORS, and not by hyper.
            .max_buf_size(2 * self.limits.head_bytes)
            .serve_connection(
                TokioIo::new(TrackedIo::new(stream, timeouts.clone())),
                service,
            );
        let (mut stopped, mut stopping) = (pin!(shutdown_requested(self.stop.clone())), false);
        let mut look = interval(self.limits.look());
        loop {
            tokio::select! {
                // First of all: a request that has arrived in time is read in time.
                biased;
                // What went wrong on the wire is the client's affair.
                _ = poll_fn(|cx| connection.poll_without_shutdown(cx)) => break,
                () = &mut stopped, if !stopping => {
                    stopping = true;
                    pin::Pin::new(&mut connection).graceful_shutdown();
                }
                _ = look.tick() => {
                    if timeouts.is_overdue(&self.limits, self.pressure(stopping)) {
                        return;
                    }
                }
            }
        }
        if !stopping {
            linger(connection.into_parts().io.into_inner()).await;
        }
    }

    fn pressure(&self, stopping: bool) -> Pressure {
        if stopping {
            Pressure::Draining
        } else if self.permits.available_permits() < self.limits.connections / 4 {
            Pressure::High
        } else {
            Pressure::Normal
        }
    }
}

/// Reads for a while what the client still sends before it has read the answer. Where a system closes with bytes unread, it
/// tells the client to forget the answer too: that the body was too large, for example.
async fn linger(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let all = async {
        let mut unread = [0; 4096];
        stream.shutdown().await?;
        while stream.read(&mut unread).await? > 0 {}
        io::Result::Ok(())
    };
    // Whoever is gone already, or comes to no end, is left alone.
    _ = timeout(LINGER, all).await;
}

async fn answer(
    router: Router,
    timeouts: Arc<ConnectionTimeouts>,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<axum::response::Response<TrackedBody<Body>>, Infallible> {
    timeouts.on_request_head();
    let mut request = request.map(|body| Body::new(TrackedBody::request(body, timeouts.clone())));
    request.extensions_mut().insert(ConnectInfo(peer));
    let Ok(response) = router.oneshot(request).await;
    timeouts.on_response();
    Ok(response.map(|body| TrackedBody::response(body, timeouts)))
}

#[cfg(test)]
mod tests;
