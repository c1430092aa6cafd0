//! Every limit of a connection and of a request before its document is looked at.

use std::time::Duration;

/// The most that a client may send, and the longest that it may take. Limits of documents are in
/// [`graphql::document_limits::LIMITS`](crate::graphql::document_limits::LIMITS).
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; those beyond wait to be accepted. Fewer than the 1024 files that many systems let a process
    /// have open, so that the store and the letters still get theirs.
    pub connections: usize,
    /// Connections of one client; later ones are closed at once. A quarter of all, so that one that holds as many as it can
    /// leaves the others their usual time.
    pub max_connections_per_client: usize,
    /// Bytes of a request's head, and headers in it at most a hundred: more is answered with 431.
    pub head_bytes: usize,
    /// Bytes of path and query: more is answered with 414.
    pub uri_bytes: usize,
    /// Bytes of a body: more is answered with 413, as soon as it is known.
    pub body_bytes: usize,
    /// How long a request's head may take, from its first byte or from the opening of the connection on.
    pub head: Duration,
    /// How long a request's body may take: longer is answered with 408.
    pub body: Duration,
    /// How long an answer may take to be found: longer is answered with 503. What is under way then still ends.
    pub answer: Duration,
    /// How long a client may leave an answer unread.
    pub unread: Duration,
    /// How long a connection may be silent between two requests.
    pub idle: Duration,
}

impl Limits {
    /// Those that are kept, unless a test has no time.
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
        idle: Duration::from_mins(1),
    };

    /// How often a connection is looked at: its limits are kept to within that.
    pub(super) fn look(&self) -> Duration {
        let shortest = self.head.min(self.unread).min(self.idle);
        (shortest / 10).clamp(Duration::from_millis(5), Duration::from_secs(1))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
