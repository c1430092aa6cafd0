//! Live changes over the two transports that stream: WebSocket (graphql-transport-ws) and
//! server-sent events (graphql-sse, distinct connections).

mod close;
mod event_stream;
mod messages;
mod operations;
mod socket;
mod sockets;
mod upgrade;

use std::time::Duration;

use axum::http::StatusCode;
use secrecy::SecretString;
use tokio::sync::OnceCell;

use super::AppState;
use super::request::HttpError;
use crate::accounts::{Client, ResponseDeadline};
use crate::graphql::{AuditTrail, Code, RefreshCookie, RequestContext};

pub(super) use event_stream::respond as event_stream;
pub use sockets::Sockets;
pub(super) use upgrade::{respond as socket, wants_socket};

/// The time over which a shutdown spreads the ends of sockets and streams, so that their clients do
/// not all come back at once.
const SPREAD: Duration = Duration::from_millis(1500);

const TOO_MANY: HttpError = HttpError::coded(
    StatusCode::SERVICE_UNAVAILABLE,
    Code::Overloaded,
    "The server has as many open sockets as allowed. Try again in a moment.",
);
const FOREIGN: HttpError = HttpError::coded(
    StatusCode::FORBIDDEN,
    Code::Forbidden,
    "This origin may not open a stream of live changes.",
);
const DISABLED: HttpError = HttpError::new(
    StatusCode::NOT_FOUND,
    "Subscriptions are disabled on this server.",
);

/// The parts of a request that its operations share, for as long as the connection is open.
struct Connected {
    state: AppState,
    client: Client,
    request_id: String,
}

impl Connected {
    /// Makes the context of one operation. A bearer token is the only credential: the cookies of
    /// the request are not read.
    fn context(&self, bearer: Option<SecretString>) -> RequestContext {
        RequestContext {
            accounts: self.state.accounts.clone(),
            policy: self.state.policy,
            bearer,
            cookie: RefreshCookie::Absent,
            cross_site: false,
            device: None,
            trusted_browser: None,
            client: self.client.clone(),
            deadline: ResponseDeadline::default(),
            caller: OnceCell::new(),
            audit: AuditTrail::default(),
        }
    }

    /// Returns a random part of the time over which a shutdown spreads its ends.
    fn spread(&self) -> Duration {
        let [random] = self.state.rng.bytes();
        SPREAD * u32::from(random) / 256
    }
}
