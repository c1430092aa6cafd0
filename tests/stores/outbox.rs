//! Accounts with due or parked emails are found.

use std::sync::Arc;
use std::time::Duration;

use latchkey::model::{Account, AccountId, Timestamp};
use latchkey::repository::{QueueLength, Repository};

use crate::arrange::{NOW, active, mail_due};

type Store = Arc<dyn Repository>;

/// Inserts an account with an email that is due after `seconds`.
async fn due(store: &Store, address: &str, seconds: u64) -> Account {
    let mut account = active(address);
    mail_due(&mut account, after(seconds));
    store.insert(&account).await.expect("the store answers");
    account
}

fn after(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

async fn returned(store: &Store, now: Timestamp, limit: usize) -> Vec<AccountId> {
    store.mail_due(now, limit).await.expect("the store answers")
}

pub(crate) async fn due_emails_are_returned_longest_overdue_first(store: Store) {
    let (third, first, second) = (
        due(&store, "c@x.test", 30).await,
        due(&store, "a@x.test", 10).await,
        due(&store, "b@x.test", 20).await,
    );
    store
        .insert(&active("nothing@x.test"))
        .await
        .expect("the store answers");
    due(&store, "later@x.test", 31).await;
    assert_eq!(
        returned(&store, after(30), 10).await,
        [first.id, second.id, third.id]
    );
}

pub(crate) async fn due_accounts_are_limited_to_requested_number(store: Store) {
    let (second, first) = (
        due(&store, "b@x.test", 2).await,
        due(&store, "a@x.test", 1).await,
    );
    assert_eq!(returned(&store, after(9), 0).await, []);
    assert_eq!(returned(&store, after(9), 1).await, [first.id]);
    assert_eq!(
        returned(&store, after(9), usize::MAX).await,
        [first.id, second.id]
    );
}

pub(crate) async fn email_is_due_from_its_due_time(store: Store) {
    let account = due(&store, "ada@x.test", 1).await;
    assert_eq!(
        returned(&store, Timestamp::from_millis(after(1).millis() - 1), 10).await,
        []
    );
    assert_eq!(returned(&store, after(1), 10).await, [account.id]);
}

pub(crate) async fn parked_email_is_never_returned_as_due(store: Store) {
    let mut account = due(&store, "ada@x.test", 1).await;
    account.outbox[0].due_at = None;
    store.save(&account).await.expect("the store answers");
    assert_eq!(returned(&store, after(999), 10).await, []);
}

pub(crate) async fn sent_email_is_no_longer_due(store: Store) {
    let (mut sent, other) = (
        due(&store, "ada@x.test", 1).await,
        due(&store, "bob@x.test", 1).await,
    );
    sent.outbox.clear();
    store.save(&sent).await.expect("the store answers");
    assert_eq!(returned(&store, after(1), 10).await, [other.id]);
}

/// Inserts an account with a parked email.
async fn parked(store: &Store, address: &str) -> AccountId {
    let mut account = active(address);
    mail_due(&mut account, NOW);
    account.outbox[0].due_at = None;
    store.insert(&account).await.expect("the store answers");
    account.id
}

async fn page(store: &Store, after: Option<AccountId>, limit: usize) -> Vec<AccountId> {
    let page = store.mail_parked(after, limit).await;
    page.expect("the store answers")
}

pub(crate) async fn accounts_with_parked_emails_are_paged_by_id(store: Store) {
    let mut ids = Vec::new();
    for address in ["c@x.test", "a@x.test", "b@x.test"] {
        ids.push(parked(&store, address).await);
    }
    ids.sort_unstable();
    assert_eq!(page(&store, None, 2).await, ids[..2]);
    assert_eq!(page(&store, Some(ids[1]), 2).await, ids[2..]);
    assert_eq!(page(&store, Some(ids[2]), 2).await, []);
    assert_eq!(page(&store, None, usize::MAX).await, ids);
    assert_eq!(page(&store, None, 0).await, []);
}

pub(crate) async fn accounts_without_parked_emails_are_left_out(store: Store) {
    let id = parked(&store, "parked@x.test").await;
    due(&store, "due@x.test", 1).await;
    store
        .insert(&active("nothing@x.test"))
        .await
        .expect("the store answers");
    assert_eq!(page(&store, None, 10).await, [id]);

    let mut account = store
        .by_id(id)
        .await
        .expect("the store answers")
        .expect("an account");
    account.outbox[0].due_at = Some(NOW);
    store.save(&account).await.expect("the store answers");
    assert_eq!(page(&store, None, 10).await, []);
}

pub(crate) async fn waiting_emails_are_counted_with_the_oldest(store: Store) {
    let queue = || async { store.mail_queue().await.expect("the store answers") };
    assert_eq!(queue().await, QueueLength::default());
    let (mut two, mut later) = (active("two@x.test"), active("later@x.test"));
    mail_due(&mut two, after(1));
    two.outbox.push(two.outbox[0].clone());
    two.outbox[0].written_at = after(5);
    two.outbox[1].written_at = after(3);
    mail_due(&mut later, after(9999));
    later.outbox[0].written_at = after(4);
    for account in [&two, &later, &active("nothing@x.test")] {
        store.insert(account).await.expect("the store answers");
    }
    parked(&store, "parked@x.test").await;
    let expected = QueueLength {
        emails: 3,
        oldest: Some(after(3)),
    };
    assert_eq!(queue().await, expected);

    // A parked email beside a waiting one is not counted.
    two.outbox[1].due_at = None;
    store.save(&two).await.expect("the store answers");
    let expected = QueueLength {
        emails: 2,
        oldest: Some(after(4)),
    };
    assert_eq!(queue().await, expected);
}
