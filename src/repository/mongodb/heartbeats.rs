//! The servers that failed the driver's last heartbeat, with the reasons. The driver's errors give
//! them in the midst of all that it knows of every server; its events give them alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use mongodb::event::EventHandler;
use mongodb::event::sdam::SdamEvent;

use super::error::describe;

/// The last error of each such server, by its address. Clones share it.
#[derive(Clone, Default)]
pub(super) struct FailedHeartbeats(Arc<Mutex<BTreeMap<String, String>>>);

impl FailedHeartbeats {
    pub(super) fn listener(&self) -> EventHandler<SdamEvent> {
        let failed_heartbeats = self.clone();
        EventHandler::callback(move |event| failed_heartbeats.note(&event))
    }

    fn note(&self, event: &SdamEvent) {
        let mut failed_heartbeats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            SdamEvent::ServerHeartbeatFailed(event) => {
                failed_heartbeats.insert(
                    event.server_address.to_string(),
                    describe(&event.failure.kind),
                );
            }
            SdamEvent::ServerHeartbeatSucceeded(event) => {
                failed_heartbeats.remove(&event.server_address.to_string());
            }
            _ => {}
        }
    }

    /// Describes all failed heartbeats.
    pub(super) fn describe(&self) -> String {
        let failed_heartbeats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed_heartbeats
            .iter()
            .map(|(address, why)| format!("{address}: {why}"))
            .collect::<Vec<_>>()
            .join("; ")
    }
}
