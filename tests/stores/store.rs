//! Creates a fresh store for each case.

use std::sync::Arc;

use latchkey::repository::Repository;

/// A store for one case, with the resources that it depends on.
pub(crate) struct Store<Keep> {
    repository: Arc<dyn Repository>,
    #[cfg_attr(
        not(feature = "mongodb"),
        expect(dead_code, reason = "the folder is only kept alive")
    )]
    keep: Keep,
}

impl<Keep> Store<Keep> {
    pub(crate) fn repository(&self) -> Arc<dyn Repository> {
        Arc::clone(&self.repository)
    }
}

#[cfg(feature = "sqlite")]
pub(crate) use of_sqlite::sqlite;

#[cfg(feature = "sqlite")]
mod of_sqlite {
    use std::sync::Arc;

    use latchkey::repository::SqliteRepository;
    use tempfile::TempDir;

    use super::Store;

    /// Creates a database file in a temporary folder.
    pub(crate) fn sqlite() -> Store<TempDir> {
        let folder = tempfile::tempdir().expect("a folder");
        let repository =
            SqliteRepository::open(&folder.path().join("latchkey.db")).expect("a store");
        Store {
            repository: Arc::new(repository),
            keep: folder,
        }
    }
}

#[cfg(feature = "mongodb")]
pub(crate) use of_mongodb::{alone, mongodb, replica_set};

#[cfg(feature = "mongodb")]
mod of_mongodb {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use latchkey::model::Rng;
    use latchkey::repository::{MongoRepository, Repository};
    use mongodb::{Client, Database};
    use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

    use super::Store;
    use crate::mongod::{self, Mongod};
    use crate::replicas::{REPLICA_SET, initiate};

    /// The number of cases that use a server at a time. More would slow each other down and fail on
    /// time limits.
    const AT_A_TIME: u32 = 2;
    static TURNS: Semaphore = Semaphore::const_new(AT_A_TIME as usize);

    /// A database on a server, and the permit to use it.
    pub(crate) struct Held {
        url: String,
        _turn: SemaphorePermit<'static>,
    }

    /// Keeps other cases from using a server until it is dropped, for cases that measure time.
    pub(crate) async fn alone() -> SemaphorePermit<'static> {
        TURNS
            .acquire_many(AT_A_TIME)
            .await
            .expect("it is never closed")
    }

    /// Creates a database on the test server.
    pub(crate) async fn mongodb() -> Store<Held> {
        store(mongod::url).await
    }

    /// Creates a database on a replica set of one.
    pub(crate) async fn replica_set() -> Store<Held> {
        static SET: OnceCell<Mongod> = OnceCell::const_new();
        let set = SET.get_or_init(|| async {
            let server = Mongod::started(&["--replSet", REPLICA_SET]);
            initiate(&[&server]).await;
            server
        });
        let set = set.await;
        store(|database| format!("{}?replicaSet={REPLICA_SET}", set.url(database))).await
    }

    async fn store(url: impl FnOnce(&str) -> String) -> Store<Held> {
        let turn = TURNS.acquire().await.expect("it is never closed");
        let name: [u8; 4] = Rng::system().bytes();
        let url = url(&format!("latchkey_test_{:08x}", u32::from_be_bytes(name)));
        let repository = MongoRepository::connect(&url).expect("a URL");
        // On a busy machine, creating a database takes longer than the store waits.
        let deadline = Instant::now() + Duration::from_secs(30);
        while let Err(error) = repository.probe().await {
            assert!(Instant::now() < deadline, "{error}");
        }
        Store {
            repository: Arc::new(repository),
            keep: Held { url, _turn: turn },
        }
    }

    impl Store<Held> {
        /// Returns the URL of the database.
        pub(crate) fn url(&self) -> &str {
            &self.keep.url
        }

        /// Returns the database, bypassing the repository.
        pub(crate) async fn database(&self) -> Database {
            let client = Client::with_uri_str(&self.keep.url).await.expect("a URL");
            client.default_database().expect("a database")
        }

        /// Drops the database, because the server may be the developer's own.
        pub(crate) async fn remove(self) {
            self.database()
                .await
                .drop()
                .await
                .expect("the database is dropped");
        }
    }
}
