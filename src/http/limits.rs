//! The limits of connections and requests, apart from the limits of documents.

use std::time::Duration;

/// The largest sizes and longest times that the server allows. The limits of documents are in
/// [`graphql::document_limits::LIMITS`](crate::graphql::document_limits::LIMITS).
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The maximum number of open connections; more wait to be accepted. It is below the 1024 files
    /// that many systems allow a process to open, so that the store and outgoing email get theirs.
    pub connections: usize,
    /// The maximum number of connections of one client; more are closed at once. It is a quarter of
    /// all connections, so that one client alone does not shorten the time limits of the others.
    pub max_connections_per_client: usize,
    /// The maximum size of a request's head, in bytes; more is answered with 431, and so are more
    /// than 100 headers.
    pub head_bytes: usize,
    /// The maximum size of path and query, in bytes; more is answered with 414.
    pub uri_bytes: usize,
    /// The maximum size of a body, in bytes; more is answered with 413, as soon as the server
    /// knows.
    pub body_bytes: usize,
    /// The time for a request's head, from its first byte, or from the opening of a new connection.
    pub head: Duration,
    /// The time for a request's body; longer is answered with 408.
    pub body: Duration,
    /// The time until a response is ready; longer is answered with 503. The request itself still
    /// runs to its end.
    pub answer: Duration,
    /// The time for which a client may leave a response unread.
    pub unread: Duration,
    /// The time for which a connection may be idle between two requests.
    pub idle: Duration,
    /// The same for connections of trusted proxies, which reuse them for minutes.
    pub proxy_idle: Duration,
    /// The time for `connection_init` on a new socket.
    pub socket_init: Duration,
    /// The interval at which sockets are pinged and streams get a comment: shorter than the time
    /// after which proxies close quiet connections.
    pub heartbeat: Duration,
    /// The time after which a socket is closed whose client does not answer.
    pub pong: Duration,
}

impl Limits {
    /// The limits in production. Tests use shorter times.
    pub const DEFAULT: Self = Self {
        connections: 768,
        max_connections_per_client: 192,
        head_bytes: 16 * 1024,
        uri_bytes: 4 * 1024,
        body_bytes: 64 * 1024,
        head: Duration::from_secs(10),
        body: Duration::from_secs(15),
        answer: Duration::from_secs(30),
        unread: Duration::from_secs(30),
        idle: Duration::from_secs(75),
        proxy_idle: Duration::from_secs(620),
        socket_init: Duration::from_secs(3),
        heartbeat: Duration::from_secs(15),
        pong: Duration::from_secs(45),
    };

    /// Returns the interval at which connections are checked, which is the precision of their
    /// limits.
    pub(super) fn check_interval(&self) -> Duration {
        let shortest = self.head.min(self.unread).min(self.idle);
        (shortest / 10).clamp(Duration::from_millis(5), Duration::from_secs(1))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
