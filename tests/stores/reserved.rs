//! Addresses that an account had stay reserved for it, on each store.

use std::sync::Arc;

use latchkey::model::Account;
use latchkey::repository::{Repository, WriteOutcome};

use crate::arrange::{HOUR, NOW, active, email, former};

type Store = Arc<dyn Repository>;

async fn insert(store: &Store, account: &Account) -> WriteOutcome {
    store.insert(account).await.expect("the store answers")
}

async fn save(store: &Store, account: &mut Account) -> WriteOutcome {
    let written = store.save(account).await.expect("the store answers");
    if written == WriteOutcome::Done {
        account.version += 1;
    }
    written
}

/// Returns an account that has moved away from an address.
async fn moved(store: &Store, old: &str, new: &str) -> Account {
    let mut account = active(old);
    assert_eq!(insert(store, &account).await, WriteOutcome::Done);
    move_to(&mut account, new);
    assert_eq!(save(store, &mut account).await, WriteOutcome::Done);
    account
}

fn move_to(account: &mut Account, new: &str) {
    let left = former(account.email.as_str(), HOUR);
    let user = account.user_mut().expect("active");
    user.email_changes.former.push(left);
    account.email = email(new);
}

pub(crate) async fn former_address_is_refused_to_other_accounts(store: Store) {
    let account = moved(&store, "ada@x.test", "ada@new.test").await;
    assert_eq!(
        insert(&store, &active("ada@x.test")).await,
        WriteOutcome::EmailReserved
    );
    let mut other = active("bob@x.test");
    assert_eq!(insert(&store, &other).await, WriteOutcome::Done);
    other.email = email("ada@x.test");
    assert_eq!(save(&store, &mut other).await, WriteOutcome::EmailReserved);
    let found = store.by_email(&email("ada@x.test")).await;
    assert_eq!(found.expect("the store answers"), None);
    let found = store.by_email(&account.email).await;
    assert_eq!(found.expect("the store answers"), Some(account));
}

pub(crate) async fn account_may_return_to_its_former_address(store: Store) {
    let mut account = moved(&store, "ada@x.test", "ada@new.test").await;
    let user = account.user_mut().expect("active");
    user.email_changes.former.clear();
    account.email = email("ada@x.test");
    assert_eq!(save(&store, &mut account).await, WriteOutcome::Done);
    let other = active("ada@new.test");
    assert_eq!(insert(&store, &other).await, WriteOutcome::Done);
}

pub(crate) async fn each_of_several_former_addresses_is_reserved(store: Store) {
    let mut account = moved(&store, "a@x.test", "b@x.test").await;
    move_to(&mut account, "c@x.test");
    assert_eq!(save(&store, &mut account).await, WriteOutcome::Done);
    for (address, outcome) in [
        ("a@x.test", WriteOutcome::EmailReserved),
        ("b@x.test", WriteOutcome::EmailReserved),
        ("c@x.test", WriteOutcome::EmailTaken),
    ] {
        assert_eq!(insert(&store, &active(address)).await, outcome, "{address}");
    }
}

pub(crate) async fn reservation_ends_with_its_time(store: Store) {
    moved(&store, "ada@x.test", "ada@new.test").await;
    let purge = async |at| store.purge(at).await.expect("the store answers");
    purge(NOW.plus(HOUR / 2)).await;
    let again = active("ada@x.test");
    assert_eq!(insert(&store, &again).await, WriteOutcome::EmailReserved);
    purge(NOW.plus(HOUR)).await;
    assert_eq!(insert(&store, &again).await, WriteOutcome::Done);
}
