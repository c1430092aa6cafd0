//! The client with its concerns, limits and indexes, all created when first needed, so that the
//! server may start later.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mongodb::bson::RawDocumentBuf;
use mongodb::error::{ErrorKind, Result as Driver};
use mongodb::options::{
    Acknowledgment, ClientOptions, ConnectionString, ReadConcern, ReadPreference,
    SelectionCriteria, WriteConcern,
};
use mongodb::{Client, Collection, Database};
use tokio::sync::OnceCell;
use tokio::{task, time};

use super::super::StoreError;
use super::error::describe;
use super::heartbeats::FailedHeartbeats;
use super::record::Counted;
use super::{schema, tls, url};

/// The time that a caller waits for an answer; a server that was stopped, not killed, gives none.
const PATIENCE: Duration = Duration::from_millis(1800);
/// The time that the first caller waits until the names in the URL are looked up. A resolver may be
/// slow, and a lookup that is not waited for would start again.
const LOOK_UP: Duration = Duration::from_secs(10);
/// The time for a connection and for an answer: less than a caller waits, so that the error says
/// more.
pub(super) const QUERY: Duration = Duration::from_millis(1500);
/// The time for server selection. Far less than a caller waits: a write that was never sent is to be
/// reported as not done, also by a busy machine.
const SELECTION: Duration = Duration::from_secs(1);
/// The interval between two checks of each server. A server that hangs is noticed after this and
/// `QUERY`, and its connections are closed.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// The maximum number of connections per server: enough for the journal to sync many writes at
/// once.
const CONNECTIONS: u32 = 64;

/// Runs operations on the server that a URL names.
pub(super) struct Connection {
    url: ConnectionString,
    database: String,
    failed_heartbeats: FailedHeartbeats,
    collections: Arc<OnceCell<Collections>>,
    preparation: Mutex<Preparation>,
}

/// One attempt to prepare the database, which all callers of its time share, also its failure: a
/// server that is away must not make them wait one after the other.
type Preparation = Arc<OnceCell<Result<(), StoreError>>>;

/// The database's collections; clones share the client.
#[derive(Clone)]
pub(super) struct Collections {
    pub(super) database: Database,
    pub(super) accounts: Collection<RawDocumentBuf>,
    pub(super) attempts: Collection<Counted>,
}

impl Connection {
    pub(super) fn new(url: &str) -> Result<Self, StoreError> {
        let refused = |wrong| StoreError::Unusable(format!("its URL {wrong}"));
        let (url, database) = url::parse(url).map_err(refused)?;
        let (collections, preparation) = (Arc::default(), Mutex::default());
        let failed_heartbeats = FailedHeartbeats::of(url.replica_set.clone());
        Ok(Self {
            url,
            database,
            failed_heartbeats,
            collections,
            preparation,
        })
    }

    /// Runs one operation. A command that was sent is completed even if the caller goes away,
    /// because the driver's futures must not be dropped half-way.
    pub(super) async fn run<T, F>(
        &self,
        operation: impl FnOnce(Collections) -> F + Send,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Driver<T>> + Send + 'static,
    {
        let collections = self.collections().await?;
        let end = time::Instant::now() + PATIENCE;
        // Until then the operation was not sent.
        time::timeout_at(end, self.prepare(&collections))
            .await
            .unwrap_or_else(|_| Err(StoreError::Late(PATIENCE)))
            .map_err(not_sent)?;
        let answer = self.to_the_end(operation(collections.clone()));
        time::timeout_at(end, answer)
            .await
            .unwrap_or_else(|_| Err(StoreError::Late(PATIENCE)))
    }

    /// Prepares the database, unless that was done.
    async fn prepare(&self, collections: &Collections) -> Result<(), StoreError> {
        let latest = || {
            self.preparation
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        let attempt = latest().clone();
        let prepare = async || {
            self.to_the_end(schema::prepare(collections.clone()))
                .await?
        };
        let prepared = attempt.get_or_init(prepare).await;
        let Err(error) = prepared else {
            return Ok(());
        };
        let mut latest = latest();
        if Arc::ptr_eq(&latest, &attempt) {
            *latest = Preparation::default();
        }
        Err(error.share())
    }

    /// Returns the collections, and creates the client first if necessary. That looks names up, and
    /// continues if a caller does not wait for its end.
    pub(super) async fn collections(&self) -> Result<Collections, StoreError> {
        if let Some(collections) = self.collections.get() {
            return Ok(collections.clone());
        }
        let cell = self.collections.clone();
        let (url, database) = (self.url.clone(), self.database.clone());
        let heartbeats = self.failed_heartbeats.clone();
        let opening = task::spawn(async move {
            let open = || open(url, database, heartbeats);
            cell.get_or_try_init(open).await.cloned()
        });
        match time::timeout(LOOK_UP, opening).await {
            Ok(Ok(opened)) => opened.map_err(|error| not_sent(error.into())),
            Ok(Err(panic)) => Err(StoreError::Unreachable(Box::new(panic))),
            Err(_) => Err(StoreError::Unreached(LOOK_UP)),
        }
    }

    async fn to_the_end<T: Send + 'static>(
        &self,
        operation: impl Future<Output = Driver<T>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let done = task::spawn(operation)
            .await
            .map_err(|panic| StoreError::Unavailable(Box::new(panic)))?;
        done.map_err(|error| match &*error.kind {
            kind @ ErrorKind::ServerSelection { .. } => self.no_server(&describe(kind)),
            _ => error.into(),
        })
    }
}

impl Connection {
    /// Returns the error of an operation for which no server was found. Before the first heartbeat
    /// has ended, a server may still answer: its name is being looked up, or it is slow.
    fn no_server(&self, summary: &str) -> StoreError {
        match self.failed_heartbeats.describe() {
            Some(why) => StoreError::Unreachable(format!("{summary} {why}").trim().into()),
            None => StoreError::Unreached(SELECTION),
        }
    }
}

/// Creates the client. The driver connects by itself, now and whenever the server returns.
async fn open(
    url: ConnectionString,
    database: String,
    heartbeats: FailedHeartbeats,
) -> Driver<Collections> {
    let mut options = ClientOptions::parse(url).await?;
    promise(&mut options);
    tls::trust_machine(&mut options);
    options.sdam_event_handler = Some(heartbeats.listener());
    let database = Client::with_options(options)?.database(&database);
    let (accounts, attempts) = (
        database.collection("accounts"),
        database.collection("attempts"),
    );
    Ok(Collections {
        database,
        accounts,
        attempts,
    })
}

/// Converts an error from before an operation was sent: it wrote nothing.
fn not_sent(error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(source) => StoreError::Unreachable(source),
        StoreError::Late(patience) => StoreError::Unreached(patience),
        other => other,
    }
}

/// Sets the options that latchkey's guarantees rest on, whatever the URL says; all others are the
/// operator's.
///
/// An acknowledged write is in the journal of a majority. Reads ask the primary for what a majority
/// has: a write is visible before it is acknowledged, so an ended session is refused everywhere at
/// the next request, and no read returns what a failover could undo. The one exception is a primary
/// that has just been cut off from its set and does not know it yet (seconds): a node that still
/// reaches it reads stale data, but cannot save there. To close that gap, every read would have to
/// wait for a majority (`linearizable`), which a standalone server refuses.
fn promise(options: &mut ClientOptions) {
    let durable = WriteConcern::builder()
        .w(Acknowledgment::Majority)
        .journal(true)
        .w_timeout(QUERY)
        .build();
    options.write_concern = Some(durable);
    options.read_concern = Some(ReadConcern::majority());
    options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
    options.retry_writes = Some(true);
    options.server_selection_timeout = Some(SELECTION);
    options.connect_timeout = Some(QUERY);
    options.heartbeat_freq = Some(HEARTBEAT);
    options
        .app_name
        .get_or_insert_with(|| "latchkey".to_owned());
    options.max_pool_size.get_or_insert(CONNECTIONS);
}
