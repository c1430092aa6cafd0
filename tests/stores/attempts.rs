//! How attempts are counted.

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

pub(crate) async fn attempts_of_one_window_are_counted(store: Store) {
    let last_moment = Timestamp::from_millis(after(WINDOW).millis() - 1);
    for (number, now) in [(1, NOW), (2, NOW), (3, after(WINDOW / 2)), (4, last_moment)] {
        // The window does not move: it ends so long after its first attempt, however many follow.
        assert_eq!(
            count(&store, "login", now).await,
            Attempts {
                count: number,
                resets_at: after(WINDOW)
            }
        );
    }
}

pub(crate) async fn a_window_ends_at_its_time_and_the_next_attempt_opens_another(store: Store) {
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

pub(crate) async fn each_key_is_counted_apart(store: Store) {
    let keys = [
        "login:a",
        "login:b",
        "LOGIN:a",
        "login:a ",
        "$login:a",
        "{\"$gt\":\"\"}",
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

pub(crate) async fn an_attempt_can_be_taken_back(store: Store) {
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

pub(crate) async fn no_more_attempts_are_taken_back_than_were_counted(store: Store) {
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

pub(crate) async fn nothing_is_taken_back_once_the_window_is_over(store: Store) {
    count(&store, "login", NOW).await;
    count(&store, "login", NOW).await;
    decrement(&store, "login", after(WINDOW)).await;
    // An earlier clock, as another node may have, still sees both.
    assert_eq!(count(&store, "login", NOW).await.count, 3);
}
