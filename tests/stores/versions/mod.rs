//! Older and newer servers on one database. A newer version is played by its writes: documents with
//! fields that this version does not know.

/// Defines the cases by the macro of a store.
macro_rules! for_each_case {
    ($define:ident) => {
        $define! {
            unknown_fields_survive_saves_at_every_level
            unknown_fields_survive_saves_after_every_read
            unknown_fields_go_with_their_ended_session
            save_that_would_lose_newer_fields_is_refused
            account_with_unknown_values_is_never_rewritten
            two_versions_side_by_side_lose_no_change
        }
    };
}

#[cfg(feature = "mongodb")]
mod mongodb;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use latchkey::model::{
    Account, AccountState, Device, EmailKind, Rng, Role, Session, SessionPolicy,
};
use latchkey::repository::{Repository, StoreError, WriteOutcome};
use serde_json::Value;

use crate::arrange::{HOUR, NOW, active, pending, session, whole};

/// The field that the newer version adds to each object.
const FIELD: &str = "newerField";
/// The paths of values that are one of several variants, with a key for each.
const VARIANTS: [&str; 3] = ["state.", "kind.", "owner."];
const ROUNDS: i64 = 40;

/// A store, and the writes of a newer version, which bypass the repository.
#[async_trait]
trait Versions: Send + Sync {
    fn older(&self) -> Arc<dyn Repository>;
    /// Sets fields of an account's document, by their paths.
    async fn set(&self, account: &Account, fields: &[(String, i64)]);
    /// Returns an account's document.
    async fn stored(&self, account: &Account) -> Value;
    /// Increments a field that only the newer version knows, if the document has this version.
    async fn increment(&self, account: &Account, version: i64) -> bool;
}

/// Adds a field to each object in an account's document, with a number of its own.
async fn add_everywhere(store: &dyn Versions, account: &Account) -> BTreeSet<i64> {
    let document = serde_json::to_value(account).expect("it is JSON");
    let mut objects = Vec::new();
    collect(&document, "", &mut objects);
    let fields: Vec<_> = (1..).zip(objects).map(|(n, path)| (path, n)).collect();
    store.set(account, &fields).await;
    fields.into_iter().map(|(_, number)| number).collect()
}

/// Collects the path of the new field in each object.
fn collect(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            // These have one key, which says what the value is.
            if !VARIANTS.iter().any(|variant| path.ends_with(variant)) {
                found.push(format!("{path}{FIELD}"));
            }
            for (key, value) in fields {
                collect(value, &format!("{path}{key}."), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect(value, &format!("{path}{index}."), found);
            }
        }
        _ => {}
    }
}

/// Returns the numbers in the new fields of a document.
fn numbers(value: &Value) -> BTreeSet<i64> {
    match value {
        Value::Object(fields) => {
            let own = fields.get(FIELD).and_then(Value::as_i64);
            own.into_iter()
                .chain(fields.values().flat_map(numbers))
                .collect()
        }
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        _ => BTreeSet::new(),
    }
}

fn rotate(session: &mut Session) {
    let policy = SessionPolicy {
        idle: HOUR,
        absolute: HOUR,
        grace: HOUR,
    };
    session.rotate(Device::default(), NOW, &policy);
}

/// Saves an account, and returns it with its next version.
async fn save(store: &dyn Versions, mut account: Account) -> Account {
    let written = store.older().save(&account).await;
    assert_eq!(written.expect("the store answers"), WriteOutcome::Done);
    account.version += 1;
    account
}

async fn unknown_fields_survive_saves_at_every_level(store: &dyn Versions) {
    let account = whole("ada@x.test");
    let older = store.older();
    older.insert(&account).await.expect("the store answers");
    let added = add_everywhere(store, &account).await;
    assert!(added.len() > 30, "{added:?}");
    let found = older.by_email(&account.email).await;
    let mut loaded = found.expect("the store answers").expect("it is there");
    let user = loaded.user_mut().expect("active");
    user.role = Role::User;
    user.sessions.iter_mut().for_each(rotate);
    user.sessions.insert(0, session());
    loaded.notify(EmailKind::NewSignIn, NOW, &Rng::system());
    // The object that a save returns is saved again without another read.
    let mut loaded = save(store, loaded).await;
    loaded.user_mut().expect("active").email_verified = false;
    save(store, loaded).await;
    let kept = store.stored(&account).await;
    // The new notice replaced the waiting one of its kind, whose field goes with it.
    let lost: Vec<_> = added.difference(&numbers(&kept)).copied().collect();
    assert!(lost.len() <= 2, "{lost:?}");
    assert_eq!(kept["state"]["active"]["role"], "user");
    let sessions = &kept["state"]["active"]["sessions"];
    assert_eq!(sessions[0].get(FIELD), None);
    let ids: Vec<_> = account.user().expect("active").sessions.iter().collect();
    for (place, session) in (1..).zip(ids) {
        assert_eq!(sessions[place]["id"], session.id.to_string());
        assert!(sessions[place][FIELD].is_i64(), "{sessions}");
        assert!(sessions[place]["device"][FIELD].is_i64(), "{sessions}");
    }
}

async fn unknown_fields_survive_saves_after_every_read(store: &dyn Versions) {
    let account = whole("ada@x.test");
    let older = store.older();
    older.insert(&account).await.expect("the store answers");
    let added = add_everywhere(store, &account).await;
    let id = account.id;
    for read in 0..4 {
        let mut loaded = match read {
            0 => older.by_id(id).await.expect("the store answers"),
            1 => older.by_email(&account.email).await.expect("an answer"),
            2 => older.after(None, 1).await.expect("an answer").pop(),
            _ => {
                let other = active("bob@x.test").id;
                let found = older.by_ids(&[other, id]).await.expect("an answer").pop();
                found.map(|(_, found)| found.expect("it is readable"))
            }
        }
        .expect("it is there");
        loaded.user_mut().expect("active").updated_at = NOW;
        save(store, loaded).await;
        assert_eq!(numbers(&store.stored(&account).await), added, "read {read}");
    }
}

async fn unknown_fields_go_with_their_ended_session(store: &dyn Versions) {
    let account = whole("ada@x.test");
    let older = store.older();
    older.insert(&account).await.expect("the store answers");
    let path = |place| format!("state.active.sessions.{place}.{FIELD}");
    store.set(&account, &[(path(0), 1), (path(1), 2)]).await;
    let found = older.by_id(account.id).await.expect("the store answers");
    let mut loaded = found.expect("it is there");
    loaded.user_mut().expect("active").sessions.remove(0);
    save(store, loaded).await;
    assert_eq!(numbers(&store.stored(&account).await), [2].into());
}

async fn save_that_would_lose_newer_fields_is_refused(store: &dyn Versions) {
    let account = pending("ada@x.test", &[HOUR]);
    let older = store.older();
    older.insert(&account).await.expect("the store answers");
    let added = add_everywhere(store, &account).await;
    let found = older.by_id(account.id).await.expect("the store answers");
    let mut loaded = found.expect("it is there");
    // A save that keeps the sign-up is accepted.
    loaded.outbox.clear();
    let mut loaded = save(store, loaded).await;
    loaded.state = active("ada@x.test").state;
    assert!(matches!(loaded.state, AccountState::Active(_)));
    let refused = older.save(&loaded).await.expect_err("it is refused");
    assert!(matches!(refused, StoreError::Newer), "{refused}");
    assert_eq!(numbers(&store.stored(&account).await), added);
}

async fn account_with_unknown_values_is_never_rewritten(store: &dyn Versions) {
    let account = whole("ada@x.test");
    let older = store.older();
    older.insert(&account).await.expect("the store answers");
    let unknown = "state.active.sessions.0.methods.0".to_owned();
    store.set(&account, &[(unknown, 7)]).await;
    let before = store.stored(&account).await;
    let read = older.by_id(account.id).await;
    assert!(matches!(read, Err(StoreError::Corrupt(_))), "{read:?}");
    older.purge(NOW).await.expect("the store answers");
    assert_eq!(store.stored(&account).await, before);
}

async fn two_versions_side_by_side_lose_no_change(store: &dyn Versions) {
    let mut account = whole("ada@x.test");
    account.user_mut().expect("active").sessions[0].generation = 0;
    let older = store.older();
    older.insert(&account).await.expect("the store answers");
    let added = add_everywhere(store, &account).await;
    let load = async || {
        older
            .by_id(account.id)
            .await
            .expect("it answers")
            .expect("it is there")
    };
    let newer_writes = async {
        for _ in 0..ROUNDS {
            while !store.increment(&account, load().await.version).await {}
        }
    };
    let older_writes = async {
        for _ in 0..ROUNDS {
            loop {
                let mut loaded = load().await;
                rotate(&mut loaded.user_mut().expect("active").sessions[0]);
                if older.save(&loaded).await.expect("it answers") == WriteOutcome::Done {
                    break;
                }
            }
        }
    };
    tokio::join!(newer_writes, older_writes);
    let kept = store.stored(&account).await;
    assert_eq!(kept["version"], ROUNDS * 2);
    assert_eq!(kept["newerCount"], ROUNDS);
    assert_eq!(kept["state"]["active"]["sessions"][0]["generation"], ROUNDS);
    assert_eq!(numbers(&kept), added);
}
