//! The servers that failed the driver's last heartbeat, with the reasons. The driver's errors give
//! them in the midst of all that it knows of every server; its events give them alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use mongodb::bson::Document;
use mongodb::event::EventHandler;
use mongodb::event::sdam::SdamEvent;

use super::error::describe;

/// The last error of each such server, by its address. Clones share it.
#[derive(Clone)]
pub(super) struct FailedHeartbeats {
    /// The name of the replica set in the URL. The driver leaves out a server of another one without
    /// a word.
    replica_set: Option<String>,
    errors: Arc<Mutex<BTreeMap<String, String>>>,
}

impl FailedHeartbeats {
    /// Creates an empty list, for servers of this replica set.
    pub(super) fn of(replica_set: Option<String>) -> Self {
        Self {
            replica_set,
            errors: Arc::default(),
        }
    }

    pub(super) fn listener(&self) -> EventHandler<SdamEvent> {
        let failed_heartbeats = self.clone();
        EventHandler::callback(move |event| failed_heartbeats.note(&event))
    }

    fn note(&self, event: &SdamEvent) {
        let mut failed_heartbeats = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            SdamEvent::ServerHeartbeatFailed(event) => {
                failed_heartbeats.insert(
                    event.server_address.to_string(),
                    describe(&event.failure.kind),
                );
            }
            SdamEvent::ServerHeartbeatSucceeded(event) => {
                let address = event.server_address.to_string();
                match self.misplaced(&event.reply) {
                    Some(why) => failed_heartbeats.insert(address, why),
                    None => failed_heartbeats.remove(&address),
                };
            }
            _ => {}
        }
    }

    /// Explains why a server that answers is not one of the URL's replica set.
    fn misplaced(&self, hello: &Document) -> Option<String> {
        let expected = self.replica_set.as_deref()?;
        let wrong = match hello.get_str("setName") {
            Ok(name) if name == expected => return None,
            Ok(name) => format!("it belongs to the replica set {name}"),
            Err(_) => "it belongs to no replica set".to_owned(),
        };
        Some(format!("{wrong}, and the URL has another replicaSet"))
    }

    /// Describes all failed heartbeats.
    pub(super) fn describe(&self) -> String {
        let failed_heartbeats = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        failed_heartbeats
            .iter()
            .map(|(address, why)| format!("{address}: {why}"))
            .collect::<Vec<_>>()
            .join("; ")
    }
}
