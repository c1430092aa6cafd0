//! Accounts are exported page by page, and imported hashes are known.

use std::sync::Arc;

use latchkey::model::{Account, PasswordHash};
use latchkey::repository::{Repository, WriteOutcome};

use crate::arrange::active;

type Store = Arc<dyn Repository>;

async fn insert(store: &Store, account: &Account) {
    let written = store.insert(account).await.expect("the store answers");
    assert_eq!(written, WriteOutcome::Done);
}

pub(crate) async fn accounts_are_paged_by_id(store: Store) {
    let mut accounts = Vec::new();
    for number in 0..5 {
        accounts.push(active(&format!("p{number}@x.test")));
    }
    for account in accounts.iter().rev() {
        insert(&store, account).await;
    }
    accounts.sort_by_key(|account| account.id.to_string());
    let mut read = Vec::new();
    while let page = store
        .after(read.last().map(|last: &Account| last.id), 2)
        .await
        .expect("the store answers")
        && !page.is_empty()
    {
        assert!(page.len() <= 2);
        read.extend(page);
    }
    assert_eq!(read, accounts);
}

pub(crate) async fn slowest_imported_hash_is_that_of_the_accounts_left(store: Store) {
    let slowest = async || {
        store
            .slowest_imported_hash()
            .await
            .expect("the store answers")
    };
    assert_eq!(slowest().await, None);
    insert(&store, &active("own@x.test")).await;
    assert_eq!(slowest().await, None);
    let mut slow = active("slow@x.test");
    for (account, millis) in [(&mut active("fast@x.test"), 40), (&mut slow, 435)] {
        let hash = PasswordHash::new(format!("imported:{millis}:{{}}"));
        account.user_mut().expect("active").password = Some(hash);
        insert(&store, account).await;
    }
    assert_eq!(slowest().await, Some(435));
    let replaced = PasswordHash::new("bcrypt:new".to_owned());
    slow.user_mut().expect("active").password = Some(replaced);
    let saved = store.save(&slow).await.expect("the store answers");
    assert_eq!(saved, WriteOutcome::Done);
    assert_eq!(slowest().await, Some(40));
}
