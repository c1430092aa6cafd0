use std::sync::Arc;

use async_trait::async_trait;
use latchkey::model::{Account, Role};
use latchkey::repository::{Repository, StoreError};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::{Collection, Database};
use serde_json::Value;

use super::Versions;
use crate::arrange::active;
use crate::store;

struct Mongodb {
    older: Arc<dyn Repository>,
    database: Database,
}

impl Mongodb {
    fn accounts(&self) -> Collection<Document> {
        self.database.collection("accounts")
    }

    async fn document(&self, account: &Account) -> Document {
        let found = self.accounts().find_one(by_id(account)).await;
        found.expect("the server answers").expect("it is there")
    }
}

fn by_id(account: &Account) -> Document {
    doc! { "_id": account.id.to_string() }
}

#[async_trait]
impl Versions for Mongodb {
    fn older(&self) -> Arc<dyn Repository> {
        self.older.clone()
    }

    async fn set(&self, account: &Account, fields: &[(String, i64)]) {
        let set: Document = fields
            .iter()
            .map(|(path, number)| (format!("account.{path}"), Bson::Int64(*number)))
            .collect();
        let accounts = self.accounts();
        let changed = accounts.update_one(by_id(account), doc! { "$set": set });
        assert_eq!(changed.await.expect("the server answers").matched_count, 1);
    }

    async fn stored(&self, account: &Account) -> Value {
        let document = self.document(account).await;
        let account = document.get_document("account").expect("a document");
        serde_json::to_value(account).expect("it is JSON")
    }

    async fn increment(&self, account: &Account, version: i64) -> bool {
        let mut filter = by_id(account);
        filter.insert("version", version);
        let both = doc! { "version": 1_i64, "account.version": 1_i64, "account.newerCount": 1_i64 };
        let changed = self
            .accounts()
            .update_one(filter, doc! { "$inc": both })
            .await;
        changed.expect("the server answers").matched_count == 1
    }
}

macro_rules! cases {
    ($($case:ident)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let held = store::mongodb().await;
                let (older, database) = (held.repository(), held.database().await);
                super::$case(&Mongodb { older, database }).await;
                held.remove().await;
            }
        )+
    };
}

for_each_case!(cases);

#[tokio::test]
async fn newer_fields_beside_the_account_keep_their_types() {
    let held = store::mongodb().await;
    let (older, database) = (held.repository(), held.database().await);
    let store = Mongodb { older, database };
    let account = active("ada@x.test");
    store.older.insert(&account).await.expect("an answer");
    let newer =
        doc! { "date": DateTime::from_millis(1), "int": 1, "long": 1_i64, "list": [{ "a": 1 }] };
    let set = doc! { "newerIndexed": "x", "account.newer": &newer };
    let accounts = store.accounts();
    let changed = accounts.update_one(by_id(&account), doc! { "$set": set });
    changed.await.expect("the server answers");
    let found = store.older.by_id(account.id).await.expect("an answer");
    let mut loaded = found.expect("it is there");
    loaded.user_mut().expect("active").role = Role::Admin;
    super::save(&store, loaded).await;
    let kept = store.document(&account).await;
    assert_eq!(kept.get("newerIndexed"), Some(&"x".into()));
    let inner = kept.get_document("account").expect("a document");
    assert_eq!(inner.get("newer"), Some(&newer.into()));
    held.remove().await;
}

#[tokio::test]
async fn database_records_its_version_once() {
    let held = store::mongodb().await;
    let database = held.database().await;
    let recorded = async || {
        let versions = database.collection::<Document>("_schema");
        let recorded = versions.find_one(doc! {}).await.expect("an answer");
        (
            versions.count_documents(doc! {}).await.expect("an answer"),
            recorded.expect("it is there"),
        )
    };
    let (count, first) = recorded().await;
    assert_eq!(count, 1);
    assert!(first.get_i32("oldest").is_ok() && first.get_datetime("recordedAt").is_ok());
    assert_eq!(
        first.get("latchkey"),
        Some(&env!("CARGO_PKG_VERSION").into())
    );
    let again = crate::mongodb_only::connect(held.url());
    again.probe().await.expect("the store answers");
    assert_eq!(recorded().await, (1, first));
    held.remove().await;
}

#[tokio::test]
async fn newer_database_is_used_only_if_it_allows_that() {
    let held = store::mongodb().await;
    let versions = held.database().await.collection::<Document>("_schema");
    for (oldest, is_used) in [(1, true), (99, false)] {
        let newer = doc! { "_id": 99, "oldest": oldest };
        let replace = versions.replace_one(doc! { "_id": 99 }, newer);
        replace.upsert(true).await.expect("the server answers");
        let store = crate::mongodb_only::connect(held.url());
        match store.probe().await {
            Ok(()) => assert!(is_used),
            Err(error) => {
                assert!(
                    !is_used && matches!(error, StoreError::Unusable(_)),
                    "{error}"
                );
                assert!(error.to_string().contains("run a newer latchkey"));
            }
        }
    }
    held.remove().await;
}

#[tokio::test]
async fn collections_of_another_program_are_left_alone() {
    for (name, document) in [
        ("accounts", doc! { "_id": 1, "name": "Ledger" }),
        ("attempts", doc! { "_id": 1, "of": "a quiz" }),
    ] {
        let held = store::mongodb().await;
        let database = held.database().await;
        database.drop().await.expect("the server answers");
        let collection = database.collection::<Document>(name);
        collection.insert_one(&document).await.expect("an answer");
        let store = crate::mongodb_only::connect(held.url());
        let refused = store.insert(&active("ada@x.test")).await;
        let refused = refused.expect_err("it is refused").to_string();
        assert!(refused.contains("belongs to another program"), "{refused}");
        assert!(refused.contains(name), "{refused}");
        let kept = collection.find_one(doc! {}).await.expect("an answer");
        assert_eq!(kept, Some(document));
        let names = database.list_collection_names().await.expect("an answer");
        assert_eq!(names, [name], "nothing else was created");
        held.remove().await;
    }
}

#[tokio::test]
async fn probe_removes_its_document_and_abandoned_ones() {
    let held = store::mongodb().await;
    let probes = held.database().await.collection::<Document>("_probe");
    let abandoned = doc! { "_id": ObjectId::from_parts(1, [0; 5], [0; 3]) };
    probes.insert_one(abandoned).await.expect("an answer");
    let other = doc! { "_id": ObjectId::new() };
    probes.insert_one(&other).await.expect("an answer");
    let store = held.repository();
    store.probe().await.expect("the store answers");
    // That of another node, which is under way, stays.
    assert_eq!(
        probes.find_one(doc! {}).await.expect("an answer"),
        Some(other)
    );
    assert_eq!(probes.count_documents(doc! {}).await.expect("an answer"), 1);
    held.remove().await;
}
