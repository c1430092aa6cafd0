//! The one thread that writes. It commits all waiting writes together, so that they share one
//! fsync.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};
use tokio::time;

use super::super::StoreError;
use super::{PATIENCE, error};

/// The maximum number of writes in one commit.
const GROUP: usize = 256;
/// The maximum number of waiting writes; further callers wait until there is room.
const QUEUE: usize = 1024;

/// Sends writes to the writing thread.
pub(super) struct Writer {
    queue: mpsc::Sender<Box<dyn Write>>,
    thread: Option<JoinHandle<()>>,
}

/// Waits for the thread to end, so that its last checkpoint is done and the store is one file that
/// can be copied.
impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = mpsc::channel(1).0;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has no work left.
            let _ = thread.join();
        }
    }
}

/// A queued write.
trait Write: Send {
    /// Runs the write inside the group's transaction.
    fn run(&mut self, transaction: &Transaction<'_>);
    /// Answers the caller, once the group is durable or has failed.
    fn answer(self: Box<Self>, committed: &Result<(), Arc<rusqlite::Error>>);
}

struct Pending<W, T> {
    work: Option<W>,
    outcome: Option<Result<T, StoreError>>,
    caller: oneshot::Sender<Result<T, StoreError>>,
}

impl Writer {
    /// Starts the thread. It ends when the `Writer` is dropped, after the queued writes.
    pub(super) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || write_in_groups(connection, waiting))
            .map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        Ok(Self {
            queue,
            thread: Some(thread),
        })
    }

    /// Runs one write, and returns once it is durable.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (caller, answer) = oneshot::channel();
        let pending = Box::new(Pending {
            work: Some(work),
            outcome: None,
            caller,
        });
        let answered = async {
            self.queue.send(pending).await.map_err(|_| stopped())?;
            answer.await.map_err(|_| stopped())?
        };
        time::timeout(PATIENCE, answered)
            .await
            .map_err(|_| error::timed_out())?
    }
}

impl<W, T> Write for Pending<W, T>
where
    W: FnOnce(&Connection) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn run(&mut self, transaction: &Transaction<'_>) {
        self.outcome = self.work.take().map(|work| work(transaction));
    }

    fn answer(self: Box<Self>, committed: &Result<(), Arc<rusqlite::Error>>) {
        let answer = match committed {
            Ok(()) => self.outcome.unwrap_or_else(|| Err(stopped())),
            Err(error) => Err(StoreError::Unavailable(Box::new(Arc::clone(error)))),
        };
        // The caller may have gone away; the write stands all the same.
        let _ = self.caller.send(answer);
    }
}

fn write_in_groups(mut connection: Connection, mut waiting: mpsc::Receiver<Box<dyn Write>>) {
    let mut group = Vec::new();
    while waiting.blocking_recv_many(&mut group, GROUP) > 0 {
        let committed = commit_together(&mut connection, &mut group).map_err(Arc::new);
        for write in group.drain(..) {
            write.answer(&committed);
        }
    }
}

fn commit_together(
    connection: &mut Connection,
    group: &mut [Box<dyn Write>],
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for write in group {
        write.run(&transaction);
        // An error such as a full disk rolls back the whole transaction: what follows must not run
        // outside of one.
        if transaction.is_autocommit() {
            break;
        }
    }
    transaction.commit()
}

fn stopped() -> StoreError {
    StoreError::Unreachable("the thread that writes has stopped".into())
}
