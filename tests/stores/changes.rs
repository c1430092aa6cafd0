//! Changes are reported to those who watch an account.

use std::sync::Arc;
use std::time::Duration;

use latchkey::model::{AccountId, Rng};
use latchkey::repository::{PolledChanges, Repository, WatchedAccounts};
use tokio::time::timeout;

use crate::arrange::{NOW, active};

type Store = Arc<dyn Repository>;

/// The longest that a report may take on a busy machine.
const SOON: Duration = Duration::from_secs(15);

pub(crate) async fn versions_are_read_for_accounts_that_exist(store: Store) {
    let accounts = [active("ada@x.test"), active("bob@x.test")];
    for account in &accounts {
        store.insert(account).await.expect("the store answers");
    }
    store.save(&accounts[1]).await.expect("the store answers");
    let unknown = AccountId::new(NOW, &Rng::system());
    let ids = [accounts[0].id, unknown, accounts[1].id];
    let mut versions = store.versions(&ids).await.expect("the store answers");
    versions.sort_unstable();
    let mut expected = vec![(accounts[0].id, 0), (accounts[1].id, 1)];
    expected.sort_unstable();
    assert_eq!(versions, expected);
}

pub(crate) async fn save_elsewhere_is_reported_to_a_watcher(store: Store) {
    let account = active("ada@x.test");
    store.insert(&account).await.expect("the store answers");
    let watched = WatchedAccounts::default();
    let mut watch = watched.watch(account.id);
    let polled = || PolledChanges::new(store.clone());
    let changes = store.changes(polled());
    let changes = changes.unwrap_or_else(|| Arc::new(polled()));
    let reporting = tokio::spawn(async move { changes.report(&watched).await });
    store.save(&account).await.expect("the store answers");
    let reported = async {
        // A stream that has just been opened reports a gap as well.
        while watch.news(0).await.0.version < 1 {}
    };
    timeout(SOON, reported).await.expect("a report");
    reporting.abort();
}
