//! A pool that runs one job per core and refuses at once a job that could not start in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use super::Overloaded;

/// The longest estimated wait for a free thread. A job that would wait longer gets no permit.
const PATIENCE: Duration = Duration::from_secs(2);
/// The divisor of one step of the estimate: each job moves it up or down by a sixteenth, however
/// long the job took. The estimate so settles at the median, and one job that the machine blocked
/// up changes little. Only a job that took less than half the estimate resets it, since the
/// estimate was then measured while the machine stalled.
const STEP: u64 = 16;

/// A bounded pool. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    threads: usize,
    running: Arc<Semaphore>,
    /// The number of jobs that run or wait.
    present: Arc<AtomicUsize>,
    /// The estimated duration of one job, in microseconds.
    estimate: Arc<AtomicU64>,
}

/// A reserved place in the pool, released on drop. A job with a permit always runs.
#[derive(Debug)]
#[must_use]
pub struct Permit(Arc<AtomicUsize>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pool {
    /// Creates a pool of `threads` threads with an initial estimate of a job's duration.
    pub(super) fn new(threads: usize, estimate: Duration) -> Self {
        let (running, present) = (Arc::new(Semaphore::new(threads)), Arc::default());
        Self {
            threads,
            running,
            present,
            estimate: Arc::new(AtomicU64::new(micros(estimate))),
        }
    }

    /// Returns the estimated duration of one job.
    pub(super) fn estimate(&self) -> Duration {
        Duration::from_micros(self.estimate.load(Ordering::Relaxed))
    }

    /// Runs a job on a blocking thread as soon as a core is free.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        _permit: &Permit,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Overloaded> {
        let turn = self
            .running
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| Overloaded)?;
        let pool = self.clone();
        // The core's permit moves into the job: a cancelled request does not release its core
        // before the hash is done.
        let task = tokio::task::spawn_blocking(move || {
            let started = Instant::now();
            let done = work();
            pool.took(started.elapsed());
            drop(turn);
            done
        });
        task.await.map_err(|_| Overloaded)
    }

    /// Reserves a place, unless the jobs ahead would take longer than the longest wait. An
    /// immediate refusal costs the client no time and the pool no work.
    pub(super) fn try_acquire(&self) -> Result<Permit, Overloaded> {
        let before = self.present.fetch_add(1, Ordering::Relaxed);
        let permit = Permit(self.present.clone());
        let ahead = u32::try_from((before + 1).saturating_sub(self.threads)).unwrap_or(u32::MAX);
        let threads = u32::try_from(self.threads.max(1)).unwrap_or(u32::MAX);
        if self.estimate().saturating_mul(ahead) / threads > PATIENCE {
            Err(Overloaded)
        } else {
            Ok(permit)
        }
    }

    fn took(&self, time: Duration) {
        let estimate = self.estimate.load(Ordering::Relaxed);
        let (step, time) = (estimate / STEP + 1, micros(time));
        let moved = if time > estimate {
            estimate + step
        } else if time < estimate / 2 {
            estimate / 2
        } else {
            estimate.saturating_sub(step)
        };
        // Of two concurrent stores one may be lost, which does no harm.
        self.estimate.store(moved, Ordering::Relaxed);
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(threads: usize, estimate: u64) -> Pool {
        Pool::new(threads, Duration::from_millis(estimate))
    }

    #[test]
    fn job_that_cannot_start_in_time_is_refused() {
        for (threads, estimate, fit) in [(1, 250, 9), (2, 250, 18), (2, 1000, 6), (2, 60_000, 2)] {
            let pool = pool(threads, estimate);
            let places: Vec<_> = std::iter::from_fn(|| pool.try_acquire().ok()).collect();
            assert_eq!(places.len(), fit, "{threads} threads, {estimate} ms");
            assert_eq!(pool.try_acquire().unwrap_err(), Overloaded);
            drop(places);
            assert!(pool.try_acquire().is_ok(), "a dropped permit is free again");
        }
    }

    #[tokio::test]
    async fn job_with_a_permit_runs_however_long_it_takes() {
        let pool = pool(1, 1);
        let (release, blocked) = std::sync::mpsc::channel();
        let (first, second) = (pool.try_acquire().unwrap(), pool.try_acquire().unwrap());
        let running = pool.run(&first, move || blocked.recv().unwrap());
        let waiting = pool.run(&second, || 7);
        let releasing = async {
            tokio::task::yield_now().await;
            release.send(()).unwrap();
        };
        assert_eq!(
            tokio::join!(running, waiting, releasing),
            (Ok(()), Ok(7), ())
        );
    }

    #[test]
    fn estimate_follows_durations_and_ignores_single_outliers() {
        let pool = pool(1, 100);
        pool.took(Duration::from_mins(1));
        assert!(
            pool.estimate() < Duration::from_millis(110),
            "{:?}",
            pool.estimate()
        );
        for _ in 0..100 {
            pool.took(Duration::from_millis(200));
        }
        assert!(
            (180..=220).contains(&pool.estimate().as_millis()),
            "{:?}",
            pool.estimate()
        );
        let held_up = self::pool(1, 30_000);
        for _ in 0..7 {
            held_up.took(Duration::from_millis(200));
        }
        assert!(
            held_up.estimate() < Duration::from_millis(400),
            "{:?}",
            held_up.estimate()
        );
    }

    #[tokio::test]
    async fn job_that_panics_releases_its_core() {
        let pool = pool(1, 1);
        for _ in 0..3 {
            assert_eq!(
                pool.run(&pool.try_acquire().unwrap(), || assert_eq!(1, 2, "a panic"))
                    .await,
                Err(Overloaded)
            );
        }
        assert_eq!(pool.run(&pool.try_acquire().unwrap(), || 7).await, Ok(7));
        assert_eq!(pool.present.load(Ordering::Relaxed), 0);
    }
}
