//! Connections that read: in WAL mode they wait neither for a writer nor for an fsync.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;
use tokio::{task, time};

use super::super::StoreError;
use super::{PATIENCE, error, file};

/// The number of concurrent reads. A read is microseconds of work on pages in memory; more reads
/// would only wait for a core.
const READERS: usize = 4;

/// Runs reads on blocking threads.
pub(super) struct Readers {
    permits: Arc<Semaphore>,
    pool: Arc<Pool>,
}

struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        let pool = Pool {
            path,
            idle: Mutex::default(),
        };
        Self {
            permits: Arc::new(Semaphore::new(READERS)),
            pool: Arc::new(pool),
        }
    }

    /// Runs one read outside the async workers.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (permits, pool) = (Arc::clone(&self.permits), Arc::clone(&self.pool));
        let answer = async move {
            let permit = permits.acquire_owned().await.map_err(unavailable)?;
            // The permit moves along: a read whose caller went away still uses its connection.
            let read = task::spawn_blocking(move || {
                let _permit = permit;
                pool.with_connection(work)
            });
            read.await.map_err(unavailable)?
        };
        time::timeout(PATIENCE, answer)
            .await
            .map_err(|_| error::timed_out())?
    }
}

impl Pool {
    fn with_connection<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let lent = idle().pop();
        let connection = lent.map_or_else(|| file::open_for_reading(&self.path), Ok)?;
        let outcome = work(&connection);
        idle().push(connection);
        outcome
    }
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}
