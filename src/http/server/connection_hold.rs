//! The places that a connection takes among those that are counted.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedSemaphorePermit;

use super::connection_limiter::ConnectionPermit;

/// The places of one connection, until the last clone is dropped. A socket, which outlives its
/// connection, keeps its client's place.
#[derive(Clone, Default)]
pub(in crate::http) struct ConnectionHold(Arc<Places>);

#[derive(Default)]
struct Places {
    connection: Mutex<Option<OwnedSemaphorePermit>>,
    _client: Option<ConnectionPermit>,
}

/// Marks a response whose body goes on for as long as its client listens.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct LongLived;

impl ConnectionHold {
    pub(super) fn new(connection: OwnedSemaphorePermit, client: ConnectionPermit) -> Self {
        Self(Arc::new(Places {
            connection: Mutex::new(Some(connection)),
            _client: Some(client),
        }))
    }

    /// Gives the place among all connections back: what stays open for long has a limit of its own.
    pub(in crate::http) fn release(&self) {
        let mut connection = self
            .0
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *connection = None;
    }
}
