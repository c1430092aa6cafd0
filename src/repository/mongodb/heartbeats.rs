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
    /// `None` until the first heartbeat has ended, right or wrong.
    errors: Arc<Mutex<Option<BTreeMap<String, String>>>>,
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
        let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            SdamEvent::ServerHeartbeatFailed(event) => {
                errors.get_or_insert_default().insert(
                    event.server_address.to_string(),
                    describe(&event.failure.kind),
                );
            }
            SdamEvent::ServerHeartbeatSucceeded(event) => {
                let address = event.server_address.to_string();
                let errors = errors.get_or_insert_default();
                match self.misplaced(&event.reply) {
                    Some(why) => errors.insert(address, why),
                    None => errors.remove(&address),
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

    /// Describes all failed heartbeats. Returns `None` as long as no heartbeat has ended.
    pub(super) fn describe(&self) -> Option<String> {
        let errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let texts = errors.as_ref()?.iter();
        let texts: Vec<_> = texts
            .map(|(address, why)| format!("{address}: {why}"))
            .collect();
        Some(texts.join("; "))
    }
}
