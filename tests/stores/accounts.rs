//! Accounts are inserted, read and saved.

use std::sync::Arc;

use latchkey::model::{Account, AccountId, AccountState, Rng};
use latchkey::repository::{Repository, WriteOutcome};

use crate::arrange::{HOUR, NOW, active, email, number, pending, whole, with_number};

type Store = Arc<dyn Repository>;

async fn insert(store: &Store, account: &Account) -> WriteOutcome {
    store.insert(account).await.expect("the store answers")
}

async fn save(store: &Store, account: &Account) -> WriteOutcome {
    store.save(account).await.expect("the store answers")
}

async fn stored(store: &Store, account: &Account) -> Option<Account> {
    store.by_id(account.id).await.expect("the store answers")
}

pub(crate) async fn inserted_account_is_read_back_unchanged(store: Store) {
    let account = whole("ada@x.test");
    assert_eq!(insert(&store, &account).await, WriteOutcome::Done);
    assert_eq!(stored(&store, &account).await, Some(account.clone()));
    assert_eq!(
        store
            .by_email(&account.email)
            .await
            .expect("the store answers"),
        Some(account)
    );
}

pub(crate) async fn several_accounts_are_read_in_one_call(store: Store) {
    let mut accounts: Vec<_> = (0..70)
        .map(|i| active(&format!("user{i}@x.test")))
        .collect();
    for account in &accounts {
        insert(&store, account).await;
    }
    let absent = AccountId::new(NOW, &Rng::system());
    for number in [0, 1, 2, accounts.len()] {
        let ids = accounts[..number].iter().map(|account| account.id);
        let ids: Vec<_> = ids.chain([absent]).collect();
        let found = store.by_ids(&ids).await.expect("the store answers");
        let mut found: Vec<_> = found
            .into_iter()
            .map(|(id, account)| (id, account.expect("a document")))
            .collect();
        found.sort_by_key(|(id, _)| *id);
        accounts[..number].sort_by_key(|account| account.id);
        let expected = accounts[..number].iter().map(|it| (it.id, it.clone()));
        assert_eq!(found, expected.collect::<Vec<_>>(), "{number}");
    }
}

pub(crate) async fn pending_account_is_read_back_unchanged(store: Store) {
    let account = pending("ada@x.test", &[HOUR, HOUR * 2]);
    assert_eq!(insert(&store, &account).await, WriteOutcome::Done);
    assert_eq!(stored(&store, &account).await, Some(account));
}

pub(crate) async fn saved_account_is_read_back_with_next_version(store: Store) {
    let mut account = active("ada@x.test");
    insert(&store, &account).await;
    for version in 0..3 {
        assert_eq!(account.version, version);
        let changed = Account {
            id: account.id,
            version,
            ..whole("lovelace@x.test")
        };
        assert_eq!(save(&store, &changed).await, WriteOutcome::Done);
        account = stored(&store, &account).await.expect("it is there");
        assert_eq!(
            account,
            Account {
                version: version + 1,
                ..changed
            }
        );
    }
    assert_eq!(
        store
            .by_email(&email("ada@x.test"))
            .await
            .expect("the store answers"),
        None
    );
    assert_eq!(
        store
            .by_email(&account.email)
            .await
            .expect("the store answers"),
        Some(account)
    );
}

pub(crate) async fn unknown_id_or_email_finds_no_account(store: Store) {
    insert(&store, &active("ada@x.test")).await;
    assert_eq!(
        store
            .by_id(AccountId::new(NOW, &Rng::system()))
            .await
            .expect("the store answers"),
        None
    );
    for other in [
        "ada@y.test",
        "ada+1@x.test",
        "a.da@x.test",
        "ad_@x.test",
        "ad%@x.test",
        "*@x.test",
    ] {
        assert_eq!(
            store
                .by_email(&email(other))
                .await
                .expect("the store answers"),
            None,
            "{other}"
        );
    }
}

pub(crate) async fn email_belongs_to_at_most_one_account(store: Store) {
    let first = active("ada@x.test");
    assert_eq!(insert(&store, &first).await, WriteOutcome::Done);
    assert_eq!(
        insert(&store, &active("ada@x.test")).await,
        WriteOutcome::EmailTaken
    );
    assert_eq!(
        insert(&store, &pending("ada@x.test", &[HOUR])).await,
        WriteOutcome::EmailTaken
    );
    assert_eq!(
        store
            .by_email(&first.email)
            .await
            .expect("the store answers"),
        Some(first)
    );
}

pub(crate) async fn mobile_number_belongs_to_at_most_one_account(store: Store) {
    let first = with_number("ada@x.test", number(1));
    assert_eq!(insert(&store, &first).await, WriteOutcome::Done);
    let second = with_number("bob@x.test", number(1));
    assert_eq!(
        insert(&store, &second).await,
        WriteOutcome::MobileNumberTaken
    );
    assert_eq!(stored(&store, &second).await, None);
    assert_eq!(
        insert(&store, &with_number("bob@x.test", number(2))).await,
        WriteOutcome::Done
    );
}

pub(crate) async fn accounts_without_a_number_do_not_collide(store: Store) {
    assert_eq!(
        insert(&store, &active("ada@x.test")).await,
        WriteOutcome::Done
    );
    assert_eq!(
        insert(&store, &active("bob@x.test")).await,
        WriteOutcome::Done
    );
}

pub(crate) async fn pending_signup_does_not_reserve_its_number(store: Store) {
    // Each of these signups has number(1): an unverified signup cannot keep a number from its
    // owner.
    assert_eq!(
        insert(&store, &pending("ada@x.test", &[HOUR])).await,
        WriteOutcome::Done
    );
    assert_eq!(
        insert(&store, &pending("bob@x.test", &[HOUR])).await,
        WriteOutcome::Done
    );
    assert_eq!(
        insert(&store, &with_number("eve@x.test", number(1))).await,
        WriteOutcome::Done
    );
}

pub(crate) async fn taken_email_is_reported_before_taken_number(store: Store) {
    insert(&store, &with_number("ada@x.test", number(1))).await;
    assert_eq!(
        insert(&store, &with_number("ada@x.test", number(1))).await,
        WriteOutcome::EmailTaken
    );
    let mut other = active("bob@x.test");
    insert(&store, &other).await;
    other = Account {
        id: other.id,
        ..with_number("ada@x.test", number(1))
    };
    assert_eq!(save(&store, &other).await, WriteOutcome::EmailTaken);
}

pub(crate) async fn save_with_outdated_version_changes_nothing(store: Store) {
    let loaded = active("ada@x.test");
    insert(&store, &loaded).await;
    let first = Account {
        email: email("first@x.test"),
        ..loaded.clone()
    };
    assert_eq!(save(&store, &first).await, WriteOutcome::Done);
    let second = Account {
        email: email("second@x.test"),
        ..loaded.clone()
    };
    assert_eq!(save(&store, &second).await, WriteOutcome::VersionConflict);
    let ahead = Account {
        version: 2,
        ..second
    };
    assert_eq!(save(&store, &ahead).await, WriteOutcome::VersionConflict);
    assert_eq!(
        stored(&store, &loaded).await,
        Some(Account {
            version: 1,
            ..first
        })
    );
}

pub(crate) async fn save_of_purged_account_is_version_conflict(store: Store) {
    let account = pending("ada@x.test", &[HOUR]);
    insert(&store, &account).await;
    store
        .purge(NOW.plus(HOUR))
        .await
        .expect("the store answers");
    assert_eq!(save(&store, &account).await, WriteOutcome::VersionConflict);
    assert_eq!(stored(&store, &account).await, None);
}

pub(crate) async fn save_cannot_take_another_accounts_email_or_number(store: Store) {
    insert(&store, &with_number("ada@x.test", number(1))).await;
    let other = active("bob@x.test");
    insert(&store, &other).await;
    let taking_email = Account {
        email: email("ada@x.test"),
        ..other.clone()
    };
    assert_eq!(save(&store, &taking_email).await, WriteOutcome::EmailTaken);
    let taking_number = Account {
        id: other.id,
        ..with_number("bob@x.test", number(1))
    };
    assert_eq!(
        save(&store, &taking_number).await,
        WriteOutcome::MobileNumberTaken
    );
    assert_eq!(stored(&store, &other).await, Some(other));
}

pub(crate) async fn number_is_free_once_its_owner_drops_it(store: Store) {
    let mut owner = with_number("ada@x.test", number(1));
    insert(&store, &owner).await;
    owner.user_mut().expect("active").mobile_number = None;
    assert_eq!(save(&store, &owner).await, WriteOutcome::Done);
    assert_eq!(
        insert(&store, &with_number("bob@x.test", number(1))).await,
        WriteOutcome::Done
    );
}

pub(crate) async fn pending_account_becomes_active_under_its_id(store: Store) {
    let mut account = pending("ada@x.test", &[HOUR]);
    insert(&store, &account).await;
    account.state = with_number("ada@x.test", number(1)).state;
    assert_eq!(save(&store, &account).await, WriteOutcome::Done);
    store
        .purge(NOW.plus(HOUR * 2))
        .await
        .expect("the store answers");
    let read = stored(&store, &account)
        .await
        .expect("it no longer expires");
    assert!(matches!(read.state, AccountState::Active(_)));
    assert_eq!(
        insert(&store, &with_number("bob@x.test", number(1))).await,
        WriteOutcome::MobileNumberTaken
    );
}

pub(crate) async fn probe_of_a_working_store_succeeds_each_time(store: Store) {
    for _ in 0..3 {
        store.probe().await.expect("the store answers");
    }
}
