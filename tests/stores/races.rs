//! Concurrent changes have exactly one winner, and none is lost.

use std::sync::Arc;
use std::time::Duration;

use latchkey::model::{Account, AccountId, Code, Spend, Timestamp};
use latchkey::repository::{Repository, WriteOutcome};
use tokio::sync::Barrier;

use crate::arrange::{HOUR, NOW, active, digest, number, session, with_number};

type Store = Arc<dyn Repository>;

const WINDOW: Duration = Duration::from_mins(15);

/// Runs `run` concurrently and returns every outcome.
async fn race<T, F>(runners: u16, run: impl Fn(u16) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(usize::from(runners)));
    let started: Vec<_> = (0..runners)
        .map(|runner| {
            let (start, run) = (Arc::clone(&start), run(runner));
            tokio::spawn(async move {
                start.wait().await;
                run.await
            })
        })
        .collect();
    let mut outcomes = Vec::new();
    for runner in started {
        outcomes.push(runner.await.expect("no panic"));
    }
    outcomes
}

/// Asserts that one won and all the others lost.
fn assert_one<T: PartialEq>(outcomes: &[T], won: &T, lost: &T) {
    let times = |outcome| outcomes.iter().filter(|it| *it == outcome).count();
    assert_eq!((times(won), times(lost)), (1, outcomes.len() - 1));
}

/// Loads, decides and saves until there is no version conflict, as the operations do.
async fn update<T>(store: Store, id: AccountId, decide: impl Fn(&mut Account) -> T) -> T {
    loop {
        let mut account = store
            .by_id(id)
            .await
            .expect("the store answers")
            .expect("it is there");
        let before = account.clone();
        let outcome = decide(&mut account);
        if account == before
            || store.save(&account).await.expect("the store answers") == WriteOutcome::Done
        {
            return outcome;
        }
    }
}

async fn inserted(store: Store, account: Account) -> WriteOutcome {
    store.insert(&account).await.expect("the store answers")
}

pub(crate) async fn concurrent_inserts_of_one_email_have_one_winner(store: Store) {
    let outcomes = race(200, |_| inserted(Arc::clone(&store), active("ada@x.test"))).await;
    assert_one(&outcomes, &WriteOutcome::Done, &WriteOutcome::EmailTaken);
}

pub(crate) async fn concurrent_inserts_of_one_number_have_one_winner(store: Store) {
    let account = |runner| with_number(&format!("{runner}@x.test"), number(1));
    let outcomes = race(200, |runner| inserted(Arc::clone(&store), account(runner))).await;
    assert_one(
        &outcomes,
        &WriteOutcome::Done,
        &WriteOutcome::MobileNumberTaken,
    );
}

pub(crate) async fn concurrent_uses_of_one_code_have_one_winner(store: Store) {
    let mut account = active("ada@x.test");
    account.user_mut().expect("active").reset_code = Some(Code::new(digest("code"), NOW, HOUR));
    inserted(Arc::clone(&store), account.clone()).await;
    let spend = |account: &mut Account| {
        Code::spend(
            &mut account.user_mut().expect("active").reset_code,
            &digest("code"),
            NOW,
        ) == Spend::Right
    };
    let outcomes = race(200, |_| update(Arc::clone(&store), account.id, spend)).await;
    assert_one(&outcomes, &true, &false);
}

pub(crate) async fn concurrent_rotations_of_one_session_have_one_winner(store: Store) {
    let mut account = active("ada@x.test");
    let session = session();
    let presented = session.generation;
    account.user_mut().expect("active").sessions.push(session);
    inserted(Arc::clone(&store), account.clone()).await;
    let rotate = move |account: &mut Account| {
        let session = &mut account.user_mut().expect("active").sessions[0];
        let current = session.generation == presented;
        if current {
            session.generation += 1;
        }
        current
    };
    let outcomes = race(200, |_| update(Arc::clone(&store), account.id, rotate)).await;
    assert_one(&outcomes, &true, &false);
}

pub(crate) async fn concurrent_attempts_are_each_counted_exactly_once(store: Store) {
    assert_eq!(counts(store, NOW).await, (1..=200).collect::<Vec<_>>());
}

pub(crate) async fn concurrent_attempts_after_window_end_are_all_counted(store: Store) {
    store
        .increment("login", WINDOW, NOW)
        .await
        .expect("the store answers");
    assert_eq!(
        counts(store, NOW.plus(WINDOW)).await,
        (1..=200).collect::<Vec<_>>()
    );
}

/// Counts 200 concurrent attempts and returns the counts in order.
async fn counts(store: Store, now: Timestamp) -> Vec<u32> {
    let attempt = |_| {
        let store = Arc::clone(&store);
        async move {
            store
                .increment("login", WINDOW, now)
                .await
                .expect("the store answers")
                .count
        }
    };
    let mut counts = race(200, attempt).await;
    counts.sort_unstable();
    counts
}

pub(crate) async fn concurrent_saves_of_one_account_lose_no_change(store: Store) {
    let account = active("ada@x.test");
    inserted(Arc::clone(&store), account.clone()).await;
    let add = |account: &mut Account| account.user_mut().expect("active").sessions.push(session());
    race(50, |_| update(Arc::clone(&store), account.id, add)).await;
    let saved = store
        .by_id(account.id)
        .await
        .expect("the store answers")
        .expect("it is there");
    assert_eq!(
        (saved.version, saved.user().map(|user| user.sessions.len())),
        (50, Some(50))
    );
}
