//! Accounts at providers belong to at most one account, on each store.

use std::sync::Arc;

use latchkey::model::{Account, Identity, IdentityId, IdentityKey, Rng};
use latchkey::repository::{Repository, WriteOutcome};

use crate::arrange::{HOUR, NOW, active, email, pending};

type Store = Arc<dyn Repository>;

/// Returns the link to an account at a provider.
pub(crate) fn identity(subject: &str) -> Identity {
    Identity {
        id: IdentityId::new(NOW, &Rng::system()),
        key: IdentityKey::new("https://a.test/$x", subject).expect("a name"),
        provider: "a".to_owned(),
        email: Some(email("ada@y.test")),
        linked_at: NOW,
    }
}

/// Returns an active account that has linked accounts at a provider.
fn with_identities(address: &str, subjects: &[&str]) -> Account {
    let mut account = active(address);
    let user = account.user_mut().expect("active");
    user.identities = subjects.iter().map(|subject| identity(subject)).collect();
    account
}

async fn insert(store: &Store, account: &Account) -> WriteOutcome {
    store.insert(account).await.expect("the store answers")
}

async fn save(store: &Store, account: &mut Account) -> WriteOutcome {
    let written = store.save(account).await.expect("the store answers");
    account.version += i64::from(written == WriteOutcome::Done);
    written
}

/// Returns the address of the account that has linked an account at a provider.
async fn owner(store: &Store, subject: &str) -> Option<String> {
    let found = store.by_identity(&identity(subject).key).await;
    let found = found.expect("the store answers");
    found.map(|account| account.email.as_str().to_owned())
}

pub(crate) async fn account_is_found_by_each_of_its_identities(store: Store) {
    insert(&store, &active("eve@x.test")).await;
    let account = with_identities("ada@x.test", &["1", "2"]);
    assert_eq!(insert(&store, &account).await, WriteOutcome::Done);
    for subject in ["1", "2"] {
        assert_eq!(owner(&store, subject).await.as_deref(), Some("ada@x.test"));
    }
    for subject in ["3", "", "1 ", "%", "$ne"] {
        let key = IdentityKey::new("https://a.test/$x", subject);
        let Some(key) = key else { continue };
        let found = store.by_identity(&key).await.expect("the store answers");
        assert_eq!(found, None, "{subject}");
    }
    let other = IdentityKey::new("https://b.test", "1").expect("a name");
    assert_eq!(store.by_identity(&other).await.expect("an answer"), None);
}

pub(crate) async fn identity_belongs_to_at_most_one_account(store: Store) {
    insert(&store, &with_identities("ada@x.test", &["1", "2"])).await;
    let second = with_identities("bob@x.test", &["3", "2"]);
    assert_eq!(insert(&store, &second).await, WriteOutcome::IdentityTaken);
    let mut third = with_identities("bob@x.test", &["3"]);
    assert_eq!(insert(&store, &third).await, WriteOutcome::Done);
    let user = third.user_mut().expect("active");
    user.identities.push(identity("1"));
    assert_eq!(save(&store, &mut third).await, WriteOutcome::IdentityTaken);
    assert_eq!(owner(&store, "1").await.as_deref(), Some("ada@x.test"));
    assert_eq!(owner(&store, "3").await.as_deref(), Some("bob@x.test"));
}

pub(crate) async fn taken_email_is_reported_before_taken_identity(store: Store) {
    let first = with_identities("ada@x.test", &["1"]);
    assert_eq!(insert(&store, &first).await, WriteOutcome::Done);
    let same = with_identities("ada@x.test", &["1"]);
    assert_eq!(insert(&store, &same).await, WriteOutcome::EmailTaken);
}

pub(crate) async fn identity_is_free_once_its_owner_drops_it(store: Store) {
    let mut owner = with_identities("ada@x.test", &["1", "2"]);
    insert(&store, &owner).await;
    owner.user_mut().expect("active").identities.remove(0);
    assert_eq!(save(&store, &mut owner).await, WriteOutcome::Done);
    let next = with_identities("bob@x.test", &["1"]);
    assert_eq!(insert(&store, &next).await, WriteOutcome::Done);
    let same = with_identities("eve@x.test", &["2"]);
    assert_eq!(insert(&store, &same).await, WriteOutcome::IdentityTaken);
    owner.user_mut().expect("active").identities.clear();
    assert_eq!(save(&store, &mut owner).await, WriteOutcome::Done);
    assert_eq!(insert(&store, &same).await, WriteOutcome::Done);
}

pub(crate) async fn account_with_an_identity_may_change_otherwise(store: Store) {
    let mut account = with_identities("ada@x.test", &["1"]);
    insert(&store, &account).await;
    for address in ["b@x.test", "c@x.test"] {
        account.email = email(address);
        assert_eq!(save(&store, &mut account).await, WriteOutcome::Done);
        assert_eq!(owner(&store, "1").await.as_deref(), Some(address));
    }
}

pub(crate) async fn purged_sign_up_leaves_no_identity(store: Store) {
    let mut account = pending("ada@x.test", &[HOUR]);
    insert(&store, &account).await;
    account.state = with_identities("ada@x.test", &["1"]).state;
    assert_eq!(save(&store, &mut account).await, WriteOutcome::Done);
    account.state = pending("ada@x.test", &[HOUR]).state;
    assert_eq!(save(&store, &mut account).await, WriteOutcome::Done);
    store
        .purge(NOW.plus(HOUR))
        .await
        .expect("the store answers");
    assert_eq!(owner(&store, "1").await, None);
    let next = with_identities("bob@x.test", &["1"]);
    assert_eq!(insert(&store, &next).await, WriteOutcome::Done);
}

pub(crate) async fn concurrent_inserts_of_one_identity_have_one_winner(store: Store) {
    let inserts = (0..20).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let account = with_identities(&format!("user{number}@x.test"), &["1"]);
            insert(&store, &account).await
        })
    });
    let mut winners = 0;
    for insert in inserts.collect::<Vec<_>>() {
        match insert.await.expect("it ends") {
            WriteOutcome::Done => winners += 1,
            other => assert_eq!(other, WriteOutcome::IdentityTaken),
        }
    }
    assert_eq!(winners, 1);
}
