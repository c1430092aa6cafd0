//! MongoDB only: a server that starts late, hangs or crashes, and the stored form of accounts.

use std::time::{Duration, Instant};

use latchkey::repository::{MongoRepository, Repository, StoreError, WriteOutcome};
use mongodb::bson::{Document, doc};

use crate::arrange::{HOUR, NOW, active, mail_due, number, pending, whole, with_number};
use crate::mongod::Mongod;
use crate::store;

pub(crate) fn connect(url: &str) -> MongoRepository {
    MongoRepository::connect(url).expect("a URL")
}

/// Asserts that the store reports itself unavailable in time.
async fn assert_unavailable(store: &MongoRepository) {
    let began = Instant::now();
    let account = active("ada@x.test");
    let (read, write, ping) = tokio::join!(
        store.by_id(account.id),
        store.insert(&account),
        store.probe()
    );
    assert!(read.as_ref().is_err_and(unanswered), "{read:?}");
    assert!(write.as_ref().is_err_and(unanswered), "{write:?}");
    assert!(ping.as_ref().is_err_and(unanswered), "{ping:?}");
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
}

const fn unanswered(error: &StoreError) -> bool {
    use StoreError::{Late, Unavailable, Unreachable, Unreached};
    matches!(
        error,
        Unreachable(_) | Unreached(_) | Unavailable(_) | Late(_)
    )
}

/// Waits until the store answers again, and returns how long that took.
async fn recovery(store: &MongoRepository) -> Duration {
    let began = Instant::now();
    while let Err(error) = store.probe().await {
        assert!(began.elapsed() < Duration::from_secs(10), "still {error}");
    }
    began.elapsed()
}

/// Replaces each date by its number of milliseconds, and counts the dates.
fn without_dates(value: &mut serde_json::Value) -> usize {
    match value {
        serde_json::Value::Object(fields) => {
            let date = fields
                .get("$date")
                .and_then(|date| date["$numberLong"].as_str());
            if let Some(millis) = date.and_then(|millis| millis.parse::<i64>().ok()) {
                *value = millis.into();
                return 1;
            }
            fields.values_mut().map(without_dates).sum()
        }
        serde_json::Value::Array(items) => items.iter_mut().map(without_dates).sum(),
        _ => 0,
    }
}

#[tokio::test]
async fn account_document_is_the_json_with_dates_for_times() {
    let (held, account) = (store::mongodb().await, whole("ada@x.test"));
    held.repository()
        .insert(&account)
        .await
        .expect("the store answers");
    let accounts = held.database().await.collection::<Document>("accounts");
    let kept = accounts
        .find_one(doc! { "account.state.active.createdAt": { "$type": "date" } })
        .await
        .expect("the server answers")
        .expect("it is there");
    let kept = kept.get_document("account").expect("it is a document");
    let mut kept = serde_json::to_value(kept).expect("it is JSON");
    let json = serde_json::to_value(&account).expect("it is JSON");
    assert_eq!(without_dates(&mut kept), times_in(&json));
    assert_eq!(kept, json);
    held.remove().await;
}

/// Counts the times in an account's JSON: only times are numbers of that size.
fn times_in(json: &serde_json::Value) -> usize {
    match json {
        serde_json::Value::Object(fields) => fields.values().map(times_in).sum(),
        serde_json::Value::Array(items) => items.iter().map(times_in).sum(),
        other => usize::from(other.as_i64() >= Some(NOW.millis())),
    }
}

#[tokio::test]
async fn searched_times_and_counters_are_dates_in_mongodb() {
    let held = store::mongodb().await;
    let (store, database) = (held.repository(), held.database().await);
    let mut account = pending("ada@x.test", &[HOUR]);
    mail_due(&mut account, NOW);
    store.insert(&account).await.expect("the store answers");
    for _ in 0..2 {
        let counted = store.increment("login", HOUR, NOW).await;
        assert_eq!(
            counted.expect("the store answers").resets_at,
            NOW.plus(HOUR)
        );
    }
    for (collection, field) in [
        ("accounts", "mailDueAt"),
        ("accounts", "expiresAt"),
        ("attempts", "resetsAt"),
    ] {
        let dates = database
            .collection::<Document>(collection)
            .count_documents(doc! { field: { "$type": "date" } })
            .await;
        assert_eq!(dates.expect("the server answers"), 1, "{field}");
    }
    held.remove().await;
}

#[tokio::test]
async fn server_started_after_the_store_is_found() {
    let _alone = store::alone().await;
    let mut server = Mongod::new(&[]);
    let store = connect(&server.url("latchkey"));
    assert_unavailable(&store).await;
    // Nothing was sent: the outcome of the write is known.
    let refused = store.insert(&active("ada@x.test")).await;
    assert!(
        matches!(
            refused,
            Err(StoreError::Unreachable(_) | StoreError::Unreached(_))
        ),
        "{refused:?}"
    );
    server.start();
    recovery(&store).await;
    store
        .insert(&with_number("ada@x.test", number(1)))
        .await
        .expect("the store answers");
    let again = store
        .insert(&active("ada@x.test"))
        .await
        .expect("the store answers");
    assert_eq!(
        again,
        WriteOutcome::EmailTaken,
        "the unique indexes are there"
    );
}

#[tokio::test]
async fn hanging_server_fails_within_two_seconds_and_recovers() {
    let _alone = store::alone().await;
    let mut server = Mongod::started(&[]);
    let store = connect(&server.url("latchkey"));
    store.probe().await.expect("the store answers");
    server.pause();
    for _ in 0..3 {
        assert_unavailable(&store).await;
    }
    server.resume();
    let took = recovery(&store).await;
    assert!(took < Duration::from_secs(3), "{took:?}");
    store
        .insert(&active("bob@x.test"))
        .await
        .expect("the store answers");
}

#[tokio::test]
async fn acknowledged_writes_survive_a_server_crash() {
    let _alone = store::alone().await;
    let mut server = Mongod::started(&[]);
    let store = connect(&server.url("latchkey"));
    let accounts: Vec<_> = (0..20)
        .map(|name| active(&format!("{name}@x.test")))
        .collect();
    for account in &accounts {
        assert_eq!(
            store.insert(account).await.expect("the store answers"),
            WriteOutcome::Done
        );
    }
    server.kill();
    assert_unavailable(&store).await;
    server.start();
    recovery(&store).await;
    for account in accounts {
        assert_eq!(
            store.by_id(account.id).await.expect("the store answers"),
            Some(account)
        );
    }
}

#[tokio::test]
async fn write_of_a_dropped_caller_still_completes() {
    let held = store::mongodb().await;
    let (store, account) = (held.repository(), whole("ada@x.test"));
    store.probe().await.expect("the store answers");
    // Polled once, which sends the write, and dropped.
    tokio::select! {
        biased;
        _ = store.insert(&account) => panic!("the write takes longer than that"),
        () = std::future::ready(()) => {}
    }
    let began = Instant::now();
    while store
        .by_id(account.id)
        .await
        .expect("the store answers")
        .is_none()
    {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "it was not inserted"
        );
    }
    held.remove().await;
}
