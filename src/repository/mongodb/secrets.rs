//! The fingerprints of the secrets that the database's data needs.

use async_trait::async_trait;
use mongodb::Collection;
use mongodb::bson::doc;
use serde::Deserialize;

use super::MongoRepository;
use super::connection::{Collections, QUERY};
use super::error;
use crate::repository::{SecretRecords, StoreError};

/// A document of `_secrets`.
#[derive(Deserialize)]
struct Recorded {
    #[serde(rename = "_id")]
    fingerprint: String,
}

#[async_trait]
impl SecretRecords for MongoRepository {
    async fn secrets(&self) -> Result<Vec<String>, StoreError> {
        self.connection
            .run(|db| async move {
                let mut found = collection(&db)
                    .find(doc! {})
                    .sort(doc! { "_id": 1 })
                    .max_time(QUERY)
                    .await?;
                let mut fingerprints = Vec::new();
                while found.advance().await? {
                    fingerprints.push(found.deserialize_current()?.fingerprint);
                }
                Ok(fingerprints)
            })
            .await
    }

    async fn record_secret(&self, fingerprint: &str) -> Result<(), StoreError> {
        let recorded = doc! { "_id": fingerprint };
        self.connection
            .run(|db| async move {
                let update = vec![doc! { "$set": { "recordedAt": "$$NOW" } }];
                let secrets = collection(&db);
                match secrets.update_one(recorded, update).upsert(true).await {
                    // Another server has recorded it at the same time.
                    Err(error) if error::is_duplicate(&error) => Ok(()),
                    other => other.map(drop),
                }
            })
            .await
    }

    async fn forget_secret(&self, fingerprint: &str) -> Result<(), StoreError> {
        let recorded = doc! { "_id": fingerprint };
        self.connection
            .run(|db| async move { collection(&db).delete_one(recorded).await.map(drop) })
            .await
    }
}

fn collection(db: &Collections) -> Collection<Recorded> {
    db.database.collection("_secrets")
}
