//! The record of the secrets that the stored data needs.

use std::sync::Arc;

use latchkey::repository::Repository;

type Store = Arc<dyn Repository>;

async fn recorded(store: &Store) -> Vec<String> {
    store.secrets().await.expect("the store answers")
}

pub(crate) async fn secret_is_recorded_once_until_it_is_forgotten(store: Store) {
    assert!(recorded(&store).await.is_empty());
    for fingerprint in ["first", "second", "first"] {
        let done = store.record_secret(fingerprint).await;
        done.expect("the store answers");
    }
    assert_eq!(recorded(&store).await, ["first", "second"]);
    for fingerprint in ["first", "unknown"] {
        let done = store.forget_secret(fingerprint).await;
        done.expect("the store answers");
    }
    assert_eq!(recorded(&store).await, ["second"]);
}
