//! Accounts are deleted, and the last administrator stays, on each store.

use std::sync::Arc;

use latchkey::accounts::{AdminOutcome, DeleteUserOutcome, DeletionTime};
use latchkey::model::{Account, Role, Timestamp};
use latchkey::repository::{Repository, WriteOutcome};
use tokio::task::JoinSet;

use crate::arrange::{HOUR, NOW, active, former, number, with_number};
use crate::signups::service;

type Store = Arc<dyn Repository>;

async fn insert(store: &Store, account: &Account) {
    let written = store.insert(account).await.expect("the store answers");
    assert_eq!(written, WriteOutcome::Done);
}

async fn save(store: &Store, account: &mut Account) {
    let written = store.save(account).await.expect("the store answers");
    assert_eq!(written, WriteOutcome::Done);
    account.version += 1;
}

fn deleted_at(address: &str, time: Timestamp) -> Account {
    let mut account = active(address);
    account.user_mut().expect("active").deletes_at = Some(time);
    account
}

fn administrator(address: &str) -> Account {
    let mut account = active(address);
    account.user_mut().expect("active").role = Role::Admin;
    account
}

pub(crate) async fn due_deletions_are_returned_longest_overdue_first(store: Store) {
    let later = deleted_at("later@x.test", NOW.plus(HOUR));
    let first = deleted_at("first@x.test", NOW.plus(HOUR / 2));
    let never = active("never@x.test");
    for account in [&later, &first, &never] {
        insert(&store, account).await;
    }
    let due = async |at: Timestamp, limit| {
        let due = store.deletions_due(at, limit).await;
        due.expect("the store answers")
    };
    assert_eq!(due(NOW, 10).await, []);
    assert_eq!(due(NOW.plus(HOUR / 2), 10).await, [first.id]);
    assert_eq!(due(NOW.plus(HOUR), 10).await, [first.id, later.id]);
    assert_eq!(due(NOW.plus(HOUR), 1).await, [first.id]);
    assert_eq!(due(NOW.plus(HOUR), 0).await, []);
}

pub(crate) async fn cancelled_deletion_is_no_longer_due(store: Store) {
    let mut account = deleted_at("ada@x.test", NOW);
    insert(&store, &account).await;
    account.user_mut().expect("active").deletes_at = None;
    save(&store, &mut account).await;
    let due = store.deletions_due(NOW.plus(HOUR), 10).await;
    assert_eq!(due.expect("the store answers"), []);
}

pub(crate) async fn deleted_account_frees_its_addresses_and_number(store: Store) {
    let mut account = with_number("ada@x.test", number(1));
    let changes = &mut account.user_mut().expect("active").email_changes;
    changes.former.push(former("former@x.test", HOUR));
    insert(&store, &account).await;
    let taken = store.insert(&active("former@x.test")).await;
    assert_eq!(taken.expect("an answer"), WriteOutcome::EmailReserved);
    let deleted = store.delete(&account).await.expect("the store answers");
    assert_eq!(deleted, WriteOutcome::Done);
    let found = store.by_id(account.id).await.expect("the store answers");
    assert_eq!(found, None);
    for account in [
        with_number("ada@x.test", number(1)),
        active("former@x.test"),
    ] {
        insert(&store, &account).await;
    }
}

pub(crate) async fn deletion_of_an_outdated_version_changes_nothing(store: Store) {
    let outdated = active("ada@x.test");
    insert(&store, &outdated).await;
    let mut account = outdated.clone();
    save(&store, &mut account).await;
    let refused = store.delete(&outdated).await.expect("the store answers");
    assert_eq!(refused, WriteOutcome::VersionConflict);
    let found = store.by_id(account.id).await.expect("the store answers");
    assert_eq!(found, Some(account));
}

pub(crate) async fn forgotten_counts_begin_anew(store: Store) {
    let count = async |key: &str| {
        let counted = store.increment(key, HOUR, NOW).await;
        counted.expect("the store answers").count
    };
    for key in ["a", "b", "c"] {
        count(key).await;
    }
    let keys = ["a".to_owned(), "b".to_owned(), "unknown".to_owned()];
    let forgotten = store.forget_attempts(&keys).await;
    forgotten.expect("the store answers");
    assert_eq!(
        (count("a").await, count("b").await, count("c").await),
        (1, 1, 2)
    );
}

async fn has_other(store: &Store, account: &Account) -> bool {
    let found = store.has_administrator_besides(account.id, NOW).await;
    found.expect("the store answers")
}

/// Changes an administrator, looks for one besides another account, and changes it back.
async fn has_other_after(
    store: &Store,
    account: &Account,
    other: &mut Account,
    change: fn(&mut Account),
) -> bool {
    let unchanged = other.clone();
    change(other);
    save(store, other).await;
    let found = has_other(store, account).await;
    *other = Account {
        version: other.version,
        ..unchanged
    };
    save(store, other).await;
    found
}

pub(crate) async fn only_active_administrators_are_counted_on(store: Store) {
    let ada = administrator("ada@x.test");
    insert(&store, &ada).await;
    insert(&store, &active("user@x.test")).await;
    assert!(!has_other(&store, &ada).await);
    let mut bob = administrator("bob@x.test");
    insert(&store, &bob).await;
    let changes: [fn(&mut Account); 4] = [
        |it| it.stepping_down_at = Some(NOW.plus(HOUR)),
        |it| it.user_mut().expect("active").suspended_at = Some(NOW),
        |it| it.user_mut().expect("active").deletes_at = Some(NOW),
        |it| it.user_mut().expect("active").role = Role::User,
    ];
    for change in changes {
        assert!(has_other(&store, &ada).await);
        assert!(!has_other_after(&store, &ada, &mut bob, change).await);
    }
    let abandoned: fn(&mut Account) = |it| it.stepping_down_at = Some(NOW);
    assert!(has_other_after(&store, &ada, &mut bob, abandoned).await);
}

pub(crate) async fn concurrent_demotions_leave_one_administrator(store: Store) {
    let addresses = ["a@x.test", "b@x.test", "c@x.test", "d@x.test"];
    let (app, _folder) = service(store.clone());
    for round in 0..10 {
        for address in addresses {
            match store.by_email(&crate::arrange::email(address)).await {
                Ok(Some(_)) => {
                    let set = app.accounts.set_role(address, Role::Admin).await;
                    assert_eq!(set.expect("an answer"), AdminOutcome::Done);
                }
                _ => insert(&store, &administrator(address)).await,
            }
        }
        let mut demotions = JoinSet::new();
        for address in addresses {
            let app = Arc::clone(&app);
            demotions.spawn(async move { app.accounts.set_role(address, Role::User).await });
        }
        let demoted = demotions.join_all().await;
        let is_refused = |it: &&Result<_, _>| matches!(it, Ok(AdminOutcome::LastAdministrator));
        let refused = demoted.iter().filter(is_refused).count();
        assert!((1..=4).contains(&refused), "round {round}: {demoted:?}");
        let mut administrators = 0;
        for address in addresses {
            let found = store.by_email(&crate::arrange::email(address)).await;
            let account = found.expect("an answer").expect("an account");
            administrators += usize::from(account.is_administrator());
            assert_eq!(account.stepping_down_at, None);
        }
        assert_eq!(administrators, refused, "round {round}: {demoted:?}");
    }
}

pub(crate) async fn operator_deletes_a_user_at_once(store: Store) {
    let (app, _folder) = service(store.clone());
    insert(&store, &administrator("ada@x.test")).await;
    insert(&store, &active("bob@x.test")).await;
    let delete = async |address: &str, time| {
        let deleted = app.accounts.delete_user(address, time).await;
        deleted.expect("the store answers")
    };
    let now = DeletionTime::Now;
    assert_eq!(
        delete("ada@x.test", now).await,
        DeleteUserOutcome::LastAdministrator
    );
    assert_eq!(
        delete("zoe@x.test", now).await,
        DeleteUserOutcome::NoSuchUser
    );
    let in_two_weeks = NOW.plus(HOUR * 24 * 14);
    assert_eq!(
        delete("bob@x.test", DeletionTime::AfterGrace).await,
        DeleteUserOutcome::Scheduled(in_two_weeks)
    );
    assert_eq!(delete("bob@x.test", now).await, DeleteUserOutcome::Deleted);
    let found = store.by_email(&crate::arrange::email("bob@x.test")).await;
    assert_eq!(found.expect("an answer"), None);
}
