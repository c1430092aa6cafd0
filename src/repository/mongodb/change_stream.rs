//! The feed of a replica set: one change stream for the process.
//!
//! The stream carries ids and versions. Everything else of the documents, which hold hashes, stays
//! on the server.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mongodb::bson::{Document, doc};
use mongodb::change_stream::ChangeStream;
use mongodb::change_stream::event::ResumeToken;
use mongodb::error::{Error, ErrorKind, Result as Driver};
use serde::Deserialize;
use tokio::time::{sleep, timeout};

use super::connection::Connection;
use super::error::UNAUTHORIZED;
use crate::model::AccountId;
use crate::repository::changes::{Changes, PolledChanges, WatchedAccounts};

/// The error of a server that is no member of a replica set.
const NO_REPLICA_SET: i32 = 40573;
/// The pause before a lost stream is opened again.
const PAUSE: Duration = Duration::from_millis(500);
/// The time for which the server holds an empty answer back.
const AWAIT: Duration = Duration::from_secs(1);
/// The time within which a server that is well answers. One that hangs is left after it.
const PATIENCE: Duration = Duration::from_secs(5);

/// The advice where the user may not open a stream.
const FORBIDDEN: &str = "the MongoDB user may not open change streams, so that changes are polled: grant it the actions \
    `find` and `changeStream` on the collection `accounts`, as the role readWrite does";

/// Follows the change stream of `accounts`, or looks at the versions where the server has
/// no change streams.
pub struct StreamedChanges {
    connection: Arc<Connection>,
    fallback: PolledChanges,
}

/// The reason for which a stream ended.
enum End {
    /// The server has no change streams.
    Unsupported,
    /// The user may not open one.
    Forbidden,
    /// The stream can be opened again, after this event if there is a token.
    Lost(Option<ResumeToken>),
}

/// An event, as the projection leaves it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    operation_type: String,
    document_key: Option<Key>,
    full_document: Option<Version>,
}

#[derive(Deserialize)]
struct Key {
    #[serde(rename = "_id")]
    id: AccountId,
}

#[derive(Deserialize)]
struct Version {
    version: i64,
}

impl StreamedChanges {
    pub(super) const fn new(connection: Arc<Connection>, fallback: PolledChanges) -> Self {
        Self {
            connection,
            fallback,
        }
    }

    /// Opens a stream, after an event if there is a token.
    async fn open(&self, token: Option<ResumeToken>) -> Result<ChangeStream<Event>, End> {
        let Ok(collections) = self.connection.collections().await else {
            return Err(End::Lost(token));
        };
        let watch = collections.accounts.watch().pipeline(pipeline());
        let watch = watch.max_await_time(AWAIT).resume_after(token.clone());
        match timeout(PATIENCE, watch.into_future()).await {
            Ok(Ok(stream)) => Ok(stream.with_type()),
            Ok(Err(error)) => Err(End::of_opening(&error, token)),
            Err(_) => Err(End::Lost(token)),
        }
    }

    /// Follows one stream until it ends. Without a token to resume at, changes may have been missed.
    async fn follow(&self, token: Option<ResumeToken>, watched: &WatchedAccounts) -> End {
        let is_resumed = token.is_some();
        let mut stream = match self.open(token).await {
            Ok(stream) => stream,
            Err(end) => return end,
        };
        if !is_resumed {
            watched.missed();
        }
        loop {
            let token = stream.resume_token();
            match timeout(PATIENCE, next(&mut stream)).await {
                Ok(Ok(Some(event))) if event.is_of_the_collection() => return End::Lost(None),
                Ok(Ok(Some(event))) => event.report(watched),
                Ok(Ok(None)) if stream.is_alive() => {}
                Ok(Ok(None)) => return End::Lost(None),
                Ok(Err(error)) => {
                    tracing::debug!(?error.kind, "the change stream was interrupted");
                    return End::Lost(token);
                }
                Err(_) => return End::Lost(token),
            }
        }
    }
}

async fn next(stream: &mut ChangeStream<Event>) -> Driver<Option<Event>> {
    stream.next_if_any().await
}

impl End {
    fn of_opening(error: &Error, token: Option<ResumeToken>) -> Self {
        match &*error.kind {
            ErrorKind::Command(error) if error.code == NO_REPLICA_SET => Self::Unsupported,
            ErrorKind::Command(error) if error.code == UNAUTHORIZED => Self::Forbidden,
            // The server answered, and cannot resume there: the position is lost.
            ErrorKind::Command(_) => Self::Lost(None),
            _ => Self::Lost(token),
        }
    }
}

impl Event {
    /// Returns whether the event is about the collection, such as that it was dropped, after which
    /// the stream ends.
    const fn is_of_the_collection(&self) -> bool {
        self.document_key.is_none()
    }

    fn report(self, watched: &WatchedAccounts) {
        let Some(Key { id }) = self.document_key else {
            return;
        };
        match self.full_document {
            _ if self.operation_type == "delete" => watched.deleted(id),
            Some(Version { version }) => watched.changed(id, version),
            // latchkey replaces documents. An update by another program has no version.
            None => watched.touched(id),
        }
    }
}

/// Returns the stages that leave ids and versions. `_id` is the position of the event.
fn pipeline() -> [Document; 1] {
    [doc! { "$project": {
        "_id": 1, "operationType": 1, "documentKey._id": 1, "fullDocument.version": 1,
    } }]
}

#[async_trait]
impl Changes for StreamedChanges {
    async fn report(&self, watched: &WatchedAccounts) {
        let mut token = None;
        loop {
            match self.follow(token, watched).await {
                End::Lost(position) => token = position,
                End::Unsupported => break,
                End::Forbidden => {
                    tracing::warn!("{FORBIDDEN}");
                    break;
                }
            }
            sleep(PAUSE).await;
        }
        self.fallback.report(watched).await;
    }

    async fn problem(&self) -> Option<&'static str> {
        matches!(self.open(None).await, Err(End::Forbidden)).then_some(FORBIDDEN)
    }
}
