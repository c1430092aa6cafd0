//! Attempts are counted in windows.

use std::sync::Arc;
use std::time::Duration;

use latchkey::model::{Attempts, Timestamp};
use latchkey::repository::Repository;

use crate::arrange::NOW;

type Store = Arc<dyn Repository>;

const WINDOW: Duration = Duration::from_mins(15);

async fn count(store: &Store, key: &str, now: Timestamp) -> Attempts {
    store
        .increment(key, WINDOW, now)
        .await
        .expect("the store answers")
}

async fn decrement(store: &Store, key: &str, now: Timestamp) {
    store.decrement(key, now).await.expect("the store answers");
}

fn after(duration: Duration) -> Timestamp {
    NOW.plus(duration)
}

pub(crate) async fn attempts_within_one_window_are_counted(store: Store) {
    let last_moment = Timestamp::from_millis(after(WINDOW).millis() - 1);
    for (number, now) in [(1, NOW), (2, NOW), (3, after(WINDOW / 2)), (4, last_moment)] {
        // The window is fixed: it ends a set time after its first attempt, however many follow.
        assert_eq!(
            count(&store, "login", now).await,
            Attempts {
                count: number,
                resets_at: after(WINDOW)
            }
        );
    }
}

pub(crate) async fn attempt_after_window_end_opens_new_window(store: Store) {
    count(&store, "login", NOW).await;
    count(&store, "login", NOW).await;
    assert_eq!(
        count(&store, "login", after(WINDOW)).await,
        Attempts {
            count: 1,
            resets_at: after(WINDOW * 2)
        }
    );
    assert_eq!(
        count(&store, "login", after(WINDOW)).await,
        Attempts {
            count: 2,
            resets_at: after(WINDOW * 2)
        }
    );
    assert_eq!(
        count(&store, "login", after(WINDOW * 7)).await,
        Attempts {
            count: 1,
            resets_at: after(WINDOW * 8)
        }
    );
}

pub(crate) async fn attempts_are_counted_separately_per_key(store: Store) {
    let keys = [
        "login:a",
        "login:b",
        "LOGIN:a",
        "login:a ",
        "$login:a",
        "{\"a\":\"\"}",
        "login.a",
        "%",
        "",
    ];
    for key in keys {
        assert_eq!(count(&store, key, NOW).await.count, 1, "{key:?}");
    }
    for key in keys {
        assert_eq!(count(&store, key, NOW).await.count, 2, "{key:?}");
    }
}

pub(crate) async fn counted_attempt_can_be_taken_back(store: Store) {
    count(&store, "login", NOW).await;
    count(&store, "login", NOW).await;
    decrement(&store, "login", NOW).await;
    assert_eq!(
        count(&store, "login", NOW).await,
        Attempts {
            count: 2,
            resets_at: after(WINDOW)
        }
    );
}

pub(crate) async fn decrement_never_takes_count_below_zero(store: Store) {
    decrement(&store, "login", NOW).await;
    count(&store, "login", NOW).await;
    decrement(&store, "login", NOW).await;
    decrement(&store, "login", NOW).await;
    assert_eq!(
        count(&store, "login", NOW).await,
        Attempts {
            count: 1,
            resets_at: after(WINDOW)
        }
    );
}

pub(crate) async fn decrement_after_window_end_changes_nothing(store: Store) {
    count(&store, "login", NOW).await;
    count(&store, "login", NOW).await;
    decrement(&store, "login", after(WINDOW)).await;
    // A clock that is behind, as on another node, still counts both.
    assert_eq!(count(&store, "login", NOW).await.count, 3);
}
