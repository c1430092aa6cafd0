//! Shares round trips between concurrent point reads. The first read goes out at once; those that
//! arrive while as many as allowed are under way leave together, in one.
//!
//! A read begins only after its request arrived, so that a caller never gets a state from before:
//! an ended session is refused at the next request, with or without company.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{Repository, StoreError};
use crate::model::{Account, AccountId};

/// The maximum number of accounts in one read.
const MAX_BATCH: usize = 64;
/// The maximum number of reads under way: while one is answered, the next is on its way.
const MAX_IN_FLIGHT: usize = 2;
/// The time that a caller waits in all: as long as for a read of its own.
const PATIENCE: Duration = Duration::from_millis(1800);

type Found = Result<Option<Account>, StoreError>;

/// Point reads of a repository that share round trips. Clones share them.
#[derive(Clone)]
pub struct CoalescedReads(Arc<Inner>);

struct Inner {
    repository: Arc<dyn Repository>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    in_flight: usize,
    waiting: VecDeque<Waiting>,
}

/// A caller that waits for an account.
struct Waiting {
    id: AccountId,
    answer: oneshot::Sender<Found>,
}

/// The right to read. When it is dropped, those that wait go next.
struct Turn(Arc<Inner>);

impl CoalescedReads {
    /// Makes the reads of a repository.
    #[must_use]
    pub fn new(repository: Arc<dyn Repository>) -> Self {
        Self(Arc::new(Inner {
            repository,
            state: Mutex::default(),
        }))
    }

    /// Returns the account with this id, as it is stored at a time after this call.
    ///
    /// # Errors
    /// Returns an error if the store fails, or if this document cannot be read.
    pub async fn by_id(&self, id: AccountId) -> Found {
        let Some(answer) = self.wait(id) else {
            let _turn = Turn(self.0.clone());
            return self.0.repository.by_id(id).await;
        };
        match timeout(PATIENCE, answer).await {
            Ok(Ok(found)) => found,
            Ok(Err(_)) => Err(StoreError::Unavailable("the read did not end".into())),
            Err(_) => Err(StoreError::Late(PATIENCE)),
        }
    }

    /// Joins those that wait, unless there is a turn, which is taken.
    fn wait(&self, id: AccountId) -> Option<oneshot::Receiver<Found>> {
        let mut state = self.0.state();
        if state.in_flight < MAX_IN_FLIGHT {
            state.in_flight += 1;
            return None;
        }
        let (answer, receiver) = oneshot::channel();
        state.waiting.push_back(Waiting { id, answer });
        Some(receiver)
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the callers of the next read; gives the turn back if there are none.
    fn next(&self) -> Vec<Waiting> {
        let mut state = self.state();
        // Callers that have given up need no answer.
        state.waiting.retain(|waiting| !waiting.answer.is_closed());
        let size = state.waiting.len().min(MAX_BATCH);
        if size == 0 {
            state.in_flight -= 1;
        }
        state.waiting.drain(..size).collect()
    }

    /// Reads the accounts of these callers in one round trip.
    async fn read(&self, callers: Vec<Waiting>) {
        let mut ids: Vec<_> = callers.iter().map(|caller| caller.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let found = self.repository.by_ids(&ids).await;
        let mut accounts = HashMap::new();
        let failed = match found {
            Ok(found) => {
                accounts.extend(found);
                None
            }
            Err(error) => Some(error),
        };
        for Waiting { id, answer } in callers {
            let found = match (&failed, accounts.get(&id)) {
                (Some(error), _) | (None, Some(Err(error))) => Err(error.share()),
                (None, Some(Ok(account))) => Ok(Some(account.clone())),
                (None, None) => Ok(None),
            };
            // Fails if the caller has given up.
            _ = answer.send(found);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let callers = self.0.next();
        if callers.is_empty() {
            return;
        }
        let turn = Self(self.0.clone());
        // Without a runtime there is no caller that waits either.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { turn.0.read(callers).await });
        }
    }
}

#[cfg(test)]
mod tests;
