//! Expired data is deleted.

use std::sync::Arc;
use std::time::Duration;

use latchkey::model::Timestamp;
use latchkey::repository::{Repository, WriteOutcome};
use tokio::task::JoinSet;

use crate::arrange::{HOUR, NOW, active, mail_due, pending};

type Store = Arc<dyn Repository>;

async fn purge(store: &Store, now: Timestamp) {
    store.purge(now).await.expect("the store answers");
}

pub(crate) async fn expired_counts_are_deleted_with_their_window(store: Store) {
    for (key, window) in [("short", HOUR), ("long", HOUR * 2)] {
        store
            .increment(key, window, NOW)
            .await
            .expect("the store answers");
    }
    purge(&store, NOW.plus(HOUR)).await;
    // Counted with an earlier clock: the count that was kept continues, the other begins anew.
    assert_eq!(
        store
            .increment("long", HOUR, NOW)
            .await
            .expect("the store answers")
            .count,
        2
    );
    assert_eq!(
        store
            .increment("short", HOUR, NOW)
            .await
            .expect("the store answers")
            .count,
        1
    );
}

pub(crate) async fn email_is_free_once_all_its_signups_expire(store: Store) {
    let account = pending("ada@x.test", &[HOUR, HOUR * 2]);
    store.insert(&account).await.expect("the store answers");
    purge(&store, NOW.plus(HOUR)).await;
    assert_eq!(
        store.by_id(account.id).await.expect("the store answers"),
        Some(account.clone())
    );
    purge(&store, NOW.plus(HOUR * 2)).await;
    assert_eq!(
        store.by_id(account.id).await.expect("the store answers"),
        None
    );
    assert_eq!(
        store
            .insert(&active("ada@x.test"))
            .await
            .expect("the store answers"),
        WriteOutcome::Done
    );
}

pub(crate) async fn active_account_is_never_deleted_by_purge(store: Store) {
    let mut account = active("ada@x.test");
    mail_due(&mut account, NOW);
    store.insert(&account).await.expect("the store answers");
    purge(&store, NOW.plus(HOUR * 1_000_000)).await;
    assert_eq!(
        store.by_id(account.id).await.expect("the store answers"),
        Some(account)
    );
}

pub(crate) async fn thousands_of_counts_are_purged_at_once(store: Store) {
    let mut counting = JoinSet::new();
    for key in 0..2100 {
        let store = Arc::clone(&store);
        counting.spawn(async move {
            store
                .increment(&key.to_string(), Duration::from_secs(1), NOW)
                .await
        });
        if counting.len() == 100 {
            counting
                .join_next()
                .await
                .expect("one ends")
                .expect("no panic")
                .expect("the store answers");
        }
    }
    while let Some(counted) = counting.join_next().await {
        assert_eq!(
            counted.expect("no panic").expect("the store answers").count,
            1
        );
    }
    purge(&store, NOW.plus(HOUR)).await;
    for key in ["0", "999", "1000", "2000", "2099"] {
        assert_eq!(
            store
                .increment(key, HOUR, NOW)
                .await
                .expect("the store answers")
                .count,
            1,
            "{key}"
        );
    }
}
