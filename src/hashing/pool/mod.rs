//! Threads that compute hashes, as many as there are cores, each up to a few hashes at once.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::admission::{Admission, Permit};
use super::queue::RoundRobin;
use super::{Overloaded, priority};

/// Something that a thread computes, alone or in a batch.
pub(super) trait Work: Send + Sized + 'static {
    /// The result.
    type Output: Send + 'static;

    /// Returns the work's size. Only work of the same size shares a batch, since it ends at the
    /// same time. Work without a size runs alone, and teaches nothing about the time of the others.
    fn size(&self) -> Option<u32>;

    /// Computes a batch, and returns the results in the same order.
    fn run(batch: &[Self]) -> Vec<Self::Output>;
}

/// A pool of threads with a queue. Clones share it, and the threads end with the last clone.
pub(super) struct Pool<W: Work>(Arc<Handle<W>>);

/// The part that callers share. Its drop ends the threads.
struct Handle<W: Work> {
    admission: Arc<Admission>,
    shared: Arc<Shared<W>>,
}

/// The part that callers and threads share.
struct Shared<W: Work> {
    lanes: usize,
    queue: Mutex<Queue<W>>,
    changed: Condvar,
}

struct Queue<W: Work> {
    waiting: RoundRobin<Waiting<W>>,
    idle_threads: usize,
    is_closed: bool,
}

struct Waiting<W: Work> {
    work: W,
    result: oneshot::Sender<W::Output>,
}

impl<W: Work> Pool<W> {
    /// Starts the threads, which take up to `lanes` pieces of work at once. A lone piece is
    /// expected to take as long as given.
    ///
    /// # Errors
    /// When the system starts no thread.
    pub(super) fn new(threads: usize, lanes: usize, lone_work: Duration) -> io::Result<Self> {
        let handle = Handle {
            admission: Arc::new(Admission::new(threads, lanes, lone_work)),
            shared: Arc::new(Shared {
                lanes,
                queue: Mutex::new(Queue {
                    waiting: RoundRobin::new(),
                    idle_threads: 0,
                    is_closed: false,
                }),
                changed: Condvar::new(),
            }),
        };
        for number in 0..threads.max(1) {
            let (shared, admission) = (handle.shared.clone(), handle.admission.clone());
            thread::Builder::new()
                .name(format!("hashing-{number}"))
                .spawn(move || shared.run_thread(&admission))?;
        }
        Ok(Self(Arc::new(handle)))
    }

    /// Returns the time that a piece of work has taken lately.
    pub(super) fn latency(&self) -> Duration {
        self.0.admission.latency()
    }

    /// Returns the number of pieces of work that wait for a thread.
    pub(super) fn waiting(&self) -> usize {
        self.0.shared.lock().waiting.len()
    }

    /// Admits a caller. See [`Admission::try_acquire`].
    pub(super) fn try_acquire(&self, client: &str) -> Result<Permit, Overloaded> {
        self.0.admission.try_acquire(client)
    }

    /// Computes one piece of work when the client's turn comes. Work whose caller goes away before
    /// that is dropped.
    pub(super) async fn run(&self, permit: &Permit, work: W) -> Result<W::Output, Overloaded> {
        let (result, receiver) = oneshot::channel();
        let waiting = Waiting { work, result };
        self.0.shared.lock().waiting.push(permit.client(), waiting);
        self.0.shared.changed.notify_one();
        // There is no result where the work panicked.
        receiver.await.map_err(|_| Overloaded)
    }
}

impl<W: Work> Shared<W> {
    fn run_thread(&self, admission: &Admission) {
        priority::lower();
        while let Some(batch) = self.next_batch() {
            let started = Instant::now();
            let (work, results): (Vec<_>, Vec<_>) = batch
                .into_iter()
                .map(|waiting| (waiting.work, waiting.result))
                .unzip();
            let Ok(outputs) = catch_unwind(AssertUnwindSafe(|| W::run(&work))) else {
                continue;
            };
            if work.first().is_some_and(|work| work.size().is_some()) {
                admission.record(work.len(), started.elapsed());
            }
            for (result, output) in results.into_iter().zip(outputs) {
                // The caller may have gone away meanwhile.
                _ = result.send(output);
            }
        }
    }

    /// Waits for work. Returns `None` once the pool is closed.
    fn next_batch(&self) -> Option<Vec<Waiting<W>>> {
        let mut queue = self.lock();
        loop {
            queue.waiting.retain(|waiting| !waiting.result.is_closed());
            let waiting = queue.waiting.len();
            if waiting > 0 {
                // Idle threads get their part: two halves are done sooner than one whole batch.
                let part = waiting.div_ceil(queue.idle_threads + 1).min(self.lanes);
                return Some(
                    queue
                        .waiting
                        .take_batch(part, |waiting| waiting.work.size()),
                );
            }
            if queue.is_closed {
                return None;
            }
            queue.idle_threads += 1;
            queue = self
                .changed
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
            queue.idle_threads -= 1;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue<W>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Work> Drop for Handle<W> {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.changed.notify_all();
    }
}

impl<W: Work> Clone for Pool<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<W: Work> fmt::Debug for Pool<W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pool")
            .field("admission", &self.0.admission)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
