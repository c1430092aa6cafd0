//! The change stream of a replica set: who may open it, what it leaves out, and a position that the
//! server has lost.

use std::sync::Arc;
use std::time::Duration;

use latchkey::model::Account;
use latchkey::repository::{PolledChanges, Repository, Watch, WatchedAccounts};
use mongodb::bson::{Document, doc};
use mongodb::{Client, Database};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::arrange::active;
use crate::mongod::Mongod;
use crate::mongodb_only::connect;
use crate::replicas::{REPLICA_SET, initiate};
use crate::store;

/// The longest that a report may take on a busy machine.
const SOON: Duration = Duration::from_secs(30);

/// The error of a server whose oplog does not reach back that far.
const HISTORY_LOST: i32 = 286;

/// An account that is watched, and the feed that reports on it.
struct Followed {
    store: Arc<dyn Repository>,
    account: Account,
    watch: Watch,
    feed: JoinHandle<()>,
}

impl Followed {
    /// Stores an account, and follows it until its first save is reported.
    async fn start(store: Arc<dyn Repository>) -> Self {
        let account = active("ada@x.test");
        store.insert(&account).await.expect("the store answers");
        let watched = WatchedAccounts::default();
        let watch = watched.watch(account.id);
        let changes = store.changes(PolledChanges::new(store.clone()));
        let changes = changes.expect("a feed of its own");
        let feed = tokio::spawn(async move { changes.report(&watched).await });
        let mut followed = Self {
            store,
            account,
            watch,
            feed,
        };
        followed.save().await;
        followed
    }

    /// Saves the account, and waits until that is reported. Returns the number of reports.
    async fn save(&mut self) -> usize {
        let saved = self.store.save(&self.account).await;
        saved.expect("the store answers");
        self.account.version += 1;
        let (version, mut reports) = (self.account.version, 0);
        let reported = async {
            loop {
                reports += 1;
                let (signal, is_gap) = self.watch.news(version - 1).await;
                // After a gap, a subscriber reads the account.
                if signal.version >= version || is_gap && self.stored_version().await == version {
                    return;
                }
            }
        };
        timeout(SOON, reported).await.expect("a report");
        reports
    }
}

impl Followed {
    async fn stored_version(&self) -> i64 {
        let found = self.store.versions(&[self.account.id]).await;
        found.expect("the store answers")[0].1
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.feed.abort();
    }
}

#[tokio::test]
async fn identical_replacement_is_no_change_of_an_account() {
    let held = store::replica_set().await;
    let mut followed = Followed::start(held.repository()).await;
    let accounts = held.database().await.collection::<Document>("accounts");
    for _ in 0..3 {
        let stored = accounts.find_one(doc! {}).await.expect("an answer");
        let stored = stored.expect("the account");
        let same = accounts.replace_one(doc! {}, stored).await;
        assert_eq!(same.expect("an answer").matched_count, 1);
    }
    assert_eq!(followed.save().await, 1, "the save alone");
    drop(followed);
    held.remove().await;
}

#[tokio::test]
async fn lost_position_in_the_stream_misses_no_change() {
    let _alone = store::alone().await;
    let options = [
        "--replSet",
        REPLICA_SET,
        "--setParameter",
        "enableTestCommands=1",
    ];
    let server = Mongod::started(&options);
    initiate(&[&server]).await;
    let store = connect(&format!(
        "{}?replicaSet={REPLICA_SET}",
        server.url("latchkey")
    ));
    let mut followed = Followed::start(Arc::new(store)).await;
    let admin = Client::with_uri_str(server.url("admin")).await;
    let admin: Database = admin.expect("a URL").database("admin");
    // To the next event, and to the attempt to go on after the last.
    let commands = ["getMore", "aggregate"];
    let data = doc! { "failCommands": &commands[..], "errorCode": HISTORY_LOST };
    let mode = doc! { "times": 2 };
    let fail = doc! { "configureFailPoint": "failCommand", "mode": mode, "data": data };
    admin.run_command(fail).await.expect("an answer");
    for _ in 0..3 {
        followed.save().await;
    }
}
