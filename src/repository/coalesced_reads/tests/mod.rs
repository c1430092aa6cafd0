//! A repository whose reads wait until the test lets them go.

mod deletions;
mod gate;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

use super::*;
use crate::model::{AccountState, Email, Rng, Timestamp};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// Reads that begin when they are called, and end when the test adds a permit.
struct Gate {
    permits: Semaphore,
    begun: mpsc::UnboundedSender<Vec<AccountId>>,
    /// The account that cannot be read.
    corrupt: Mutex<Option<AccountId>>,
    /// True if the store does not answer.
    fails: Mutex<bool>,
    version: AtomicUsize,
}

fn account(id: AccountId, version: usize) -> Account {
    let email = Email::parse("ada@x.test").unwrap();
    let mut account = Account::new(id, email, AccountState::Pending(Vec::new()));
    account.version = i64::try_from(version).unwrap();
    account
}

struct Test {
    gate: Arc<Gate>,
    reads: CoalescedReads,
    begun: mpsc::UnboundedReceiver<Vec<AccountId>>,
}

impl Test {
    fn new() -> Self {
        let (sender, begun) = mpsc::unbounded_channel();
        let gate = Arc::new(Gate {
            permits: Semaphore::new(0),
            begun: sender,
            corrupt: Mutex::default(),
            fails: Mutex::default(),
            version: AtomicUsize::new(0),
        });
        let reads = CoalescedReads::new(gate.clone());
        Self { gate, reads, begun }
    }

    /// Starts a caller, and returns once it reads or waits.
    async fn call(&self, id: AccountId) -> JoinHandle<Found> {
        let reads = self.reads.clone();
        let before = self.callers();
        let call = tokio::spawn(async move { reads.by_id(id).await });
        while self.callers() == before {
            tokio::task::yield_now().await;
        }
        call
    }

    fn callers(&self) -> usize {
        let state = self.reads.0.state();
        state.in_flight + state.waiting.len()
    }

    /// Takes every turn, and returns the callers.
    async fn occupy(&mut self) -> Vec<JoinHandle<Found>> {
        let mut calls = Vec::new();
        for _ in 0..MAX_IN_FLIGHT {
            calls.push(self.call(id()).await);
            assert_eq!(self.begun.recv().await.unwrap().len(), 1);
        }
        calls
    }

    fn let_go(&self, reads: usize) {
        self.gate.permits.add_permits(reads);
    }
}

fn id() -> AccountId {
    AccountId::new(NOW, &Rng::system())
}

#[tokio::test]
async fn lone_read_goes_out_at_once() {
    let mut test = Test::new();
    let id = id();
    let call = test.call(id).await;
    assert_eq!(test.begun.recv().await.unwrap(), [id]);
    test.let_go(1);
    assert_eq!(call.await.unwrap().unwrap().unwrap().id, id);
    assert_eq!(test.callers(), 0);
}

#[tokio::test]
async fn reads_behind_others_leave_together() {
    let mut test = Test::new();
    let first = test.occupy().await;
    let (mut ids, mut calls) = (Vec::new(), Vec::new());
    for _ in 0..=MAX_BATCH {
        ids.push(id());
        calls.push(test.call(*ids.last().unwrap()).await);
    }
    // Two callers of one account share its document.
    calls.push(test.call(ids[0]).await);
    assert!(test.begun.try_recv().is_err());
    test.let_go(1);
    let mut batch = test.begun.recv().await.unwrap();
    let mut expected = ids[..MAX_BATCH].to_vec();
    batch.sort_unstable();
    expected.sort_unstable();
    assert_eq!(batch, expected);
    test.let_go(100);
    let mut rest = test.begun.recv().await.unwrap();
    rest.sort_unstable();
    let mut expected = vec![ids[0], ids[MAX_BATCH]];
    expected.sort_unstable();
    assert_eq!(rest, expected);
    ids.push(ids[0]);
    for (call, id) in calls.into_iter().zip(ids) {
        assert_eq!(call.await.unwrap().unwrap().unwrap().id, id);
    }
    for call in first {
        call.await.unwrap().unwrap();
    }
    while test.callers() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn read_begins_after_its_request_arrived() {
    let mut test = Test::new();
    let first = test.occupy().await;
    // What is written while others read, and before the request, must be seen.
    test.gate.version.store(1, Ordering::SeqCst);
    let late = test.call(id()).await;
    test.let_go(10);
    assert_eq!(late.await.unwrap().unwrap().unwrap().version, 1);
    for call in first {
        assert_eq!(call.await.unwrap().unwrap().unwrap().version, 0);
    }
}

#[tokio::test]
async fn unreadable_document_fails_its_own_caller_alone() {
    let mut test = Test::new();
    let first = test.occupy().await;
    let (good, bad) = (id(), id());
    *test.gate.corrupt.lock().unwrap() = Some(bad);
    let calls = [
        test.call(good).await,
        test.call(bad).await,
        test.call(bad).await,
    ];
    test.let_go(10);
    let [good, bad, too] = calls;
    assert!(good.await.unwrap().unwrap().is_some());
    for bad in [bad, too] {
        let error = bad.await.unwrap().unwrap_err();
        assert!(matches!(error, StoreError::Corrupt(_)), "{error}");
        assert_eq!(
            error.to_string(),
            "the store holds a document that cannot be read: a field"
        );
    }
    drop(first);
}

#[tokio::test]
async fn failed_read_fails_its_callers_with_its_error() {
    let mut test = Test::new();
    let _first = test.occupy().await;
    let calls = [test.call(id()).await, test.call(id()).await];
    *test.gate.fails.lock().unwrap() = true;
    test.let_go(10);
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert!(matches!(error, StoreError::Unreachable(_)), "{error}");
    }
    // The next one is tried again.
    *test.gate.fails.lock().unwrap() = false;
    assert!(test.reads.by_id(id()).await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn caller_behind_a_hanging_read_gives_up_in_time() {
    let mut test = Test::new();
    let _hanging = test.occupy().await;
    let error = test.call(id()).await.await.unwrap().unwrap_err();
    assert!(error.is_late(), "{error}");
}

#[tokio::test]
async fn caller_that_goes_away_passes_its_turn_on() {
    let mut test = Test::new();
    let first = test.occupy().await;
    let waiting = test.call(id()).await;
    for call in first {
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
    }
    test.let_go(10);
    assert!(waiting.await.unwrap().unwrap().is_some());
}
