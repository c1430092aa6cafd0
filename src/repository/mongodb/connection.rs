//! The client with its concerns, limits and indexes, all created when first needed, so that the
//! server may start later.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use mongodb::bson::{Document, doc};
use mongodb::error::{ErrorKind, Result as Driver};
use mongodb::options::{
    Acknowledgment, ClientOptions, ConnectionString, IndexOptions, ReadConcern, ReadPreference,
    SelectionCriteria, WriteConcern,
};
use mongodb::{Client, Collection, Database, IndexModel};
use tokio::sync::OnceCell;
use tokio::{task, time};

use super::super::StoreError;
use super::error::describe;
use super::heartbeats::FailedHeartbeats;
use super::record::{Counted, Record};

/// The index that refuses an address of another account; a duplicate-key error gives this name and
/// nothing else.
pub(super) const EMAIL_UNIQUE: &str = "email_unique";
/// The index that refuses a mobile number of another account.
pub(super) const MOBILE_NUMBER_UNIQUE: &str = "mobile_number_unique";

/// The time that a caller waits for an answer; a server that was stopped, not killed, gives none.
const PATIENCE: Duration = Duration::from_millis(1800);
/// The time that the first caller waits until the names in the URL are looked up. A resolver may be
/// slow, and a lookup that is not waited for would start again.
const LOOK_UP: Duration = Duration::from_secs(10);
/// The time for server selection and for an answer: less than a caller waits, so that the error
/// says more.
pub(super) const QUERY: Duration = Duration::from_millis(1500);
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
    indexed: OnceCell<()>,
}

/// The database's collections; clones share the client.
#[derive(Clone)]
pub(super) struct Collections {
    pub(super) database: Database,
    pub(super) accounts: Collection<Record>,
    pub(super) attempts: Collection<Counted>,
}

impl Connection {
    pub(super) fn new(url: &str) -> Result<Self, StoreError> {
        let refused = |wrong| StoreError::Unavailable(format!("its URL {wrong}").into());
        let (url, database) = parse(url).map_err(refused)?;
        let (collections, indexed) = (Arc::default(), OnceCell::new());
        Ok(Self {
            url,
            database,
            failed_heartbeats: FailedHeartbeats::default(),
            collections,
            indexed,
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
        let answer = async {
            let index = || self.to_the_end(create_indexes(collections.clone()));
            self.indexed.get_or_try_init(index).await?;
            self.to_the_end(operation(collections.clone())).await
        };
        time::timeout(PATIENCE, answer)
            .await
            .unwrap_or_else(|_| Err(late(PATIENCE)))
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
            Ok(Ok(opened)) => Ok(opened?),
            Ok(Err(panic)) => Err(StoreError::Unavailable(Box::new(panic))),
            Err(_) => Err(late(LOOK_UP)),
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
            kind @ ErrorKind::ServerSelection { .. } => StoreError::Unreachable(
                format!("{} {}", describe(kind), self.failed_heartbeats.describe())
                    .trim()
                    .into(),
            ),
            _ => error.into(),
        })
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

fn late(patience: Duration) -> StoreError {
    StoreError::Late(patience)
}

/// Parses a URL and the database in its path. The error continues "the URL …" and quotes nothing,
/// since there may be a password.
pub(super) fn parse(url: &str) -> Result<(ConnectionString, String), &'static str> {
    let Ok(parsed) = ConnectionString::parse(url) else {
        // The driver's own message would quote what it does not know.
        let good_without = url
            .split_once('?')
            .is_some_and(|(rest, _)| ConnectionString::parse(rest).is_ok());
        return Err(if good_without {
            "has an option after the ? that MongoDB's drivers do not know, or a value that it cannot have"
        } else {
            "is not of the form mongodb://user:password@host:27017/database (special characters in user and password are \
             written as %XX)"
        });
    };
    let missing =
        "names no database: put one in the path, as in mongodb://localhost:27017/latchkey";
    let database = parsed.default_database.clone().ok_or(missing)?;
    Ok((parsed, database))
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
    options.server_selection_timeout = Some(QUERY);
    options.connect_timeout = Some(QUERY);
    options.heartbeat_freq = Some(HEARTBEAT);
    options
        .app_name
        .get_or_insert_with(|| "latchkey".to_owned());
    options.max_pool_size.get_or_insert(CONNECTIONS);
}

async fn create_indexes(collections: Collections) -> Driver<()> {
    let (unique, plain) = (
        IndexOptions::builder().unique(true).build(),
        IndexOptions::default(),
    );
    // The order matters: a client whose address and number are both taken learns of the address.
    let of_accounts = [
        index(EMAIL_UNIQUE, doc! { "email": 1 }, unique.clone()),
        index(
            MOBILE_NUMBER_UNIQUE,
            doc! { "mobileNumber": 1 },
            present("mobileNumber", unique),
        ),
        index(
            "mail_due",
            doc! { "mailDueAt": 1, "_id": 1 },
            present("mailDueAt", plain.clone()),
        ),
        index(
            "mail_parked",
            doc! { "mailParked": 1, "_id": 1 },
            present("mailParked", plain.clone()),
        ),
        index(
            "expires",
            doc! { "expiresAt": 1 },
            present("expiresAt", plain.clone()),
        ),
        index(
            "imported",
            doc! { "importedMillis": 1 },
            present("importedMillis", plain.clone()),
        ),
    ];
    collections.accounts.create_indexes(of_accounts).await?;
    collections
        .attempts
        .create_index(index("resets", doc! { "resetsAt": 1 }, plain))
        .await?;
    Ok(())
}

fn index(name: &str, keys: Document, mut options: IndexOptions) -> IndexModel {
    options.name = Some(name.to_owned());
    IndexModel::builder().keys(keys).options(options).build()
}

fn present(field: &str, mut options: IndexOptions) -> IndexOptions {
    options.partial_filter_expression = Some(doc! { field: { "$exists": true } });
    options
}
