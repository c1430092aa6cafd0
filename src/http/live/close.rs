//! The codes with which sockets are closed. Clients take 4401, 4409, 4429 and 4400 for final, and
//! come back after the others. 1000 and 1011 are never sent: clients come back at once, or never.

use axum::extract::ws::{CloseFrame, Message};

/// A reason to close a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Close {
    pub(super) code: u16,
    pub(super) reason: &'static str,
}

const fn close(code: u16, reason: &'static str) -> Close {
    Close { code, reason }
}

/// The server is shutting down.
pub(super) const SHUTDOWN: Close = close(1001, "The server is shutting down");
/// The client has not answered for a while.
pub(super) const UNRESPONSIVE: Close = close(1001, "No pong");
/// The store cannot be read.
pub(super) const OVERLOADED: Close = close(1013, "Try again later");
/// The client sent what the protocol does not have.
pub(super) const INVALID: Close = close(4400, "Invalid message");
/// The bearer token is absent or bad, or its session has ended.
pub(super) const UNAUTHORIZED: Close = close(4401, "Unauthorized");
/// The access token has expired: come back with a new one.
pub(super) const EXPIRED: Close = close(4403, "Access token expired");
/// The client did not send `connection_init` in time.
pub(super) const INIT_TIMEOUT: Close = close(4408, "Connection initialisation timeout");
/// The id of a subscription is in use.
pub(super) const SUBSCRIBED: Close = close(4409, "Subscriber already exists");
/// The client sent `connection_init` twice.
pub(super) const INIT_AGAIN: Close = close(4429, "Too many initialisation requests");
/// The client has as many subscriptions as allowed.
pub(super) const SUBSCRIPTIONS: Close = close(4429, "Too many subscriptions");
/// The session has too many sockets, and this one has not answered for the longest time.
pub(super) const SOCKETS: Close = close(4429, "Too many sockets of this session");

impl From<Close> for Message {
    fn from(close: Close) -> Self {
        Self::Close(Some(CloseFrame {
            code: close.code,
            reason: close.reason.into(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_end_uses_a_code_that_misleads_clients() {
        let all = [
            SHUTDOWN,
            UNRESPONSIVE,
            OVERLOADED,
            INVALID,
            UNAUTHORIZED,
            EXPIRED,
            INIT_TIMEOUT,
            SUBSCRIBED,
            INIT_AGAIN,
            SUBSCRIPTIONS,
            SOCKETS,
        ];
        for Close { code, reason } in all {
            assert!(![1000, 1011].contains(&code), "{reason}");
            assert!(reason.len() < 124, "a control frame has 125 bytes");
        }
    }
}
