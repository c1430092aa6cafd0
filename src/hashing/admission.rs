//! Admits as many hashes as can be computed in time, and refuses the others at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Overloaded;

/// The longest estimated wait with which a caller is admitted.
const MAX_WAIT: Duration = Duration::from_secs(2);
/// The time of a full batch in that of a lone hash, until one has been measured.
const FULL_BATCH: u32 = 2;

/// The callers that were admitted, and estimates of how long they take.
#[derive(Debug)]
pub(super) struct Admission {
    threads: u32,
    lanes: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The permits that each client holds.
    permits: HashMap<Arc<str>, u32>,
    /// The time from the start of a hash to its result, which is longer in a batch.
    latency: RunningMedian,
    /// A hash's share of the time of a full batch.
    share: RunningMedian,
}

/// Admits one caller to the hashing pool, and is given back when it is dropped.
#[derive(Debug)]
#[must_use]
pub struct Permit {
    admission: Arc<Admission>,
    client: Arc<str>,
}

impl Permit {
    pub(super) const fn client(&self) -> &Arc<str> {
        &self.client
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let permits = &mut self.admission.lock().permits;
        if let Some(held) = permits.get_mut(&self.client) {
            *held -= 1;
            if *held == 0 {
                permits.remove(&self.client);
            }
        }
    }
}

impl Admission {
    /// Starts with estimates from the time that a lone hash took, for threads that compute up to
    /// `lanes` hashes at once.
    pub(super) fn new(threads: usize, lanes: usize, lone_hash: Duration) -> Self {
        let full_batch = if lanes == 1 {
            lone_hash
        } else {
            lone_hash * FULL_BATCH
        };
        Self {
            threads: count(threads.max(1)),
            lanes,
            state: Mutex::new(State {
                permits: HashMap::new(),
                latency: RunningMedian::new(lone_hash),
                share: RunningMedian::new(full_batch / count(lanes.max(1))),
            }),
        }
    }

    /// Admits a caller, unless its turn would come too late. A refusal that comes at once costs the
    /// client no time, and the pool none of its own. Clients are served in turn, so another
    /// client's permits beyond one more than the client's own do not delay it.
    pub(super) fn try_acquire(self: &Arc<Self>, client: &str) -> Result<Permit, Overloaded> {
        let mut state = self.lock();
        let own = state.permits.get(client).copied().unwrap_or_default();
        let before: u32 = state
            .permits
            .iter()
            .map(|(other, held)| {
                if **other == *client {
                    *held
                } else {
                    (*held).min(own + 1)
                }
            })
            .sum();
        let ahead = (before + 1).saturating_sub(self.threads);
        if state.share.get().saturating_mul(ahead) / self.threads > MAX_WAIT {
            return Err(Overloaded);
        }
        let known = state.permits.get_key_value(client);
        let client = known.map_or_else(|| Arc::from(client), |(known, _)| known.clone());
        *state.permits.entry(client.clone()).or_default() += 1;
        Ok(Permit {
            admission: self.clone(),
            client,
        })
    }

    /// Returns the time that a hash has taken lately, from its start to its result.
    pub(super) fn latency(&self) -> Duration {
        self.lock().latency.get()
    }

    /// Learns from a batch that was computed.
    pub(super) fn record(&self, hashes: usize, time: Duration) {
        let mut state = self.lock();
        for _ in 0..hashes {
            state.latency.record(time);
            if hashes == self.lanes {
                state.share.record(time / count(hashes));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// An estimate that each measurement moves by a sixteenth, up or down, however long it was. So it
/// comes to rest in the middle, and a hash that the machine held up for once changes little. Only a
/// measurement of less than half the estimate halves it: then the estimate is wrong, from a machine
/// that stood still at the start.
#[derive(Debug)]
struct RunningMedian {
    micros: u64,
}

impl RunningMedian {
    const STEP: u64 = 16;

    fn new(first: Duration) -> Self {
        let micros = micros(first);
        Self { micros }
    }

    const fn get(&self) -> Duration {
        Duration::from_micros(self.micros)
    }

    fn record(&mut self, time: Duration) {
        let (step, time) = (self.micros / Self::STEP + 1, micros(time));
        self.micros = if time > self.micros {
            self.micros + step
        } else if time < self.micros / 2 {
            self.micros / 2
        } else {
            self.micros.saturating_sub(step)
        };
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(threads: usize, lanes: usize, lone_hash: u64) -> Arc<Admission> {
        let lone_hash = Duration::from_millis(lone_hash);
        Arc::new(Admission::new(threads, lanes, lone_hash))
    }

    fn acquire_all(admission: &Arc<Admission>, client: &str) -> Vec<Permit> {
        std::iter::from_fn(|| admission.try_acquire(client).ok()).collect()
    }

    #[test]
    fn caller_whose_turn_comes_too_late_is_refused() {
        for (threads, lanes, lone_hash, admitted) in [
            (1, 1, 250, 9),
            (2, 1, 250, 18),
            (2, 1, 1000, 6),
            (2, 1, 60_000, 2),
            (1, 6, 300, 21),
            (2, 6, 300, 42),
            (2, 6, 60_000, 2),
        ] {
            let admission = admission(threads, lanes, lone_hash);
            let permits = acquire_all(&admission, "a");
            let case = format!("{threads} threads, {lanes} lanes, {lone_hash} ms");
            assert_eq!(permits.len(), admitted, "{case}");
            assert_eq!(admission.try_acquire("a").unwrap_err(), Overloaded);
            drop(permits);
            assert!(admission.try_acquire("a").is_ok(), "{case}");
            assert!(admission.lock().permits.is_empty());
        }
    }

    #[test]
    fn flood_of_one_client_keeps_no_other_out() {
        let admission = admission(2, 6, 300);
        let flood = acquire_all(&admission, "flood");
        let others = acquire_all(&admission, "other");
        assert_eq!((flood.len(), others.len()), (42, 21));
        assert!(admission.try_acquire("third").is_ok());
        assert!(admission.try_acquire("flood").is_err());
    }

    #[test]
    fn overload_follows_the_measured_speed_of_full_batches() {
        let admission = admission(1, 6, 300);
        let second = Duration::from_secs(1);
        for _ in 0..100 {
            admission.record(1, second / 10);
        }
        assert_eq!(acquire_all(&admission, "a").len(), 21);
        for _ in 0..100 {
            admission.record(6, second * 6 / 5);
        }
        let admitted = acquire_all(&admission, "a").len();
        assert!((10..=12).contains(&admitted), "{admitted}");
    }

    #[test]
    fn median_follows_the_middle_and_ignores_one_outlier() {
        let mut median = RunningMedian::new(Duration::from_millis(100));
        median.record(Duration::from_mins(1));
        assert!(median.get() < Duration::from_millis(110));
        for _ in 0..100 {
            median.record(Duration::from_millis(200));
        }
        assert!((180..=220).contains(&median.get().as_millis()));
        let mut held_up = RunningMedian::new(Duration::from_secs(30));
        for _ in 0..7 {
            held_up.record(Duration::from_millis(200));
        }
        assert!(held_up.get() < Duration::from_millis(400));
    }
}
