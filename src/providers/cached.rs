//! A document of a provider that is kept for a while. Requests that need it at the same time share
//! one fetch, and a failure is remembered for some seconds: a provider that is down is not asked by
//! each of them in turn.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::ProviderError;
use crate::model::Timestamp;

/// The time for which a failed fetch is not repeated.
const FAILED: Duration = Duration::from_secs(5);
/// The shortest and the longest time for which a document is kept, whatever its answer says.
const SHORTEST: Duration = Duration::from_mins(5);
const LONGEST: Duration = Duration::from_hours(24);
/// The time for which a document is kept whose answer does not say.
const USUAL: Duration = Duration::from_hours(1);

/// A document that is kept for a while.
pub(super) struct Cached<T>(Mutex<State<T>>);

struct State<T> {
    kept: Option<Kept<T>>,
    failed: Option<(Timestamp, ProviderError)>,
}

struct Kept<T> {
    document: Arc<T>,
    fetched_at: Timestamp,
    lifetime: Duration,
}

/// A document, and the time for which its answer allows to keep it.
pub(super) struct Fetched<T> {
    pub(super) document: T,
    pub(super) max_age: Option<Duration>,
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self(Mutex::new(State {
            kept: None,
            failed: None,
        }))
    }
}

impl<T> Kept<T> {
    fn is_within(&self, age: Duration, now: Timestamp) -> bool {
        self.fetched_at <= now && now < self.fetched_at.plus(age)
    }
}

impl<T> Cached<T> {
    /// Returns the document, fetched if none is kept.
    pub(super) async fn get(
        &self,
        now: Timestamp,
        fetch: impl Future<Output = Result<Fetched<T>, ProviderError>> + Send,
    ) -> Result<Arc<T>, ProviderError> {
        let is_good = |kept: &Kept<T>| kept.is_within(kept.lifetime, now);
        self.get_if(is_good, now, fetch).await
    }

    /// Returns the document, fetched again unless that happened less than `age` ago.
    pub(super) async fn get_newer(
        &self,
        age: Duration,
        now: Timestamp,
        fetch: impl Future<Output = Result<Fetched<T>, ProviderError>> + Send,
    ) -> Result<Arc<T>, ProviderError> {
        let is_good = |kept: &Kept<T>| kept.is_within(age, now);
        self.get_if(is_good, now, fetch).await
    }

    async fn get_if(
        &self,
        is_good: impl FnOnce(&Kept<T>) -> bool,
        now: Timestamp,
        fetch: impl Future<Output = Result<Fetched<T>, ProviderError>> + Send,
    ) -> Result<Arc<T>, ProviderError> {
        let mut state = self.0.lock().await;
        if let Some(kept) = state.kept.as_ref().filter(|kept| is_good(kept)) {
            return Ok(kept.document.clone());
        }
        if let Some((at, error)) = &state.failed
            && *at <= now
            && now < at.plus(FAILED)
        {
            return Err(error.clone());
        }
        // Counts if the fetch is given up: the next request does not wait as long again.
        let late = ProviderError::Unreachable("no answer in time".to_owned());
        state.failed = Some((now, late));
        match fetch.await {
            Ok(fetched) => {
                let document = Arc::new(fetched.document);
                let lifetime = fetched.max_age.unwrap_or(USUAL);
                state.failed = None;
                state.kept = Some(Kept {
                    document: document.clone(),
                    fetched_at: now,
                    lifetime: lifetime.clamp(SHORTEST, LONGEST),
                });
                Ok(document)
            }
            Err(error) => {
                state.failed = Some((now, error.clone()));
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    /// Fetches documents that are numbered.
    #[derive(Default)]
    struct Numbers(AtomicUsize);

    impl Numbers {
        fn next(&self, max_age: Option<u64>) -> Fetched<usize> {
            Fetched {
                document: self.0.fetch_add(1, Ordering::Relaxed),
                max_age: max_age.map(Duration::from_secs),
            }
        }
    }

    async fn get(cached: &Cached<usize>, numbers: &Numbers, age: Option<u64>, at: u64) -> usize {
        let now = NOW.plus(Duration::from_secs(at));
        *cached
            .get(now, async { Ok(numbers.next(age)) })
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn document_is_kept_within_bounds() {
        for (age, kept) in [
            (None, 3600),
            (Some(0), 300),
            (Some(600), 600),
            (Some(1 << 40), 86_400),
        ] {
            let (cached, numbers) = (Cached::default(), Numbers::default());
            assert_eq!(get(&cached, &numbers, age, 0).await, 0);
            assert_eq!(get(&cached, &numbers, age, kept - 1).await, 0, "{age:?}");
            assert_eq!(get(&cached, &numbers, age, kept).await, 1, "{age:?}");
        }
    }

    #[tokio::test]
    async fn newer_document_is_fetched_once_a_while() {
        let (cached, numbers) = (Cached::default(), Numbers::default());
        let newer = async |at: u64| {
            let (age, now) = (Duration::from_secs(30), NOW.plus(Duration::from_secs(at)));
            let fetch = async { Ok(numbers.next(None)) };
            *cached.get_newer(age, now, fetch).await.unwrap()
        };
        assert_eq!(
            (newer(0).await, newer(29).await, newer(30).await),
            (0, 0, 1)
        );
    }

    #[tokio::test]
    async fn failure_is_remembered_for_some_seconds() {
        let (cached, numbers) = (Cached::default(), Numbers::default());
        let failure = ProviderError::invalid("no");
        let failing = cached.get(NOW, async { Err(failure.clone()) }).await;
        assert_eq!(failing.unwrap_err(), failure);
        let fetch = async { Ok(numbers.next(None)) };
        let later = NOW.plus(FAILED.mul_f64(0.99));
        assert_eq!(cached.get(later, fetch).await.unwrap_err(), failure);
        assert_eq!(get(&cached, &numbers, None, FAILED.as_secs()).await, 0);
    }

    #[tokio::test]
    async fn fetch_that_is_given_up_counts_as_failed() {
        let cached: Cached<usize> = Cached::default();
        let never = cached.get(NOW, std::future::pending());
        let given_up = tokio::time::timeout(Duration::from_millis(5), never).await;
        assert!(given_up.is_err());
        let fetch = async { Ok(Numbers::default().next(None)) };
        assert!(cached.get(NOW, fetch).await.is_err());
    }
}
