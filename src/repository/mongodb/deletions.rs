//! Deletes accounts, and what counts belong to them.

use async_trait::async_trait;
use mongodb::bson::doc;

use super::MongoRepository;
use super::connection::QUERY;
use super::indexes::ROLE;
use super::record::{self, date};
use crate::model::{Account, AccountId, Timestamp};
use crate::repository::{Deletions, StoreError, WriteOutcome};

#[async_trait]
impl Deletions for MongoRepository {
    async fn deletions_due(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        let filter = doc! { "deletesAt": { "$lte": date(now) } };
        self.ids(filter, doc! { "deletesAt": 1, "_id": 1 }, limit)
            .await
    }

    async fn delete(&self, account: &Account) -> Result<WriteOutcome, StoreError> {
        let filter = doc! { "_id": account.id.to_string(), "version": account.version };
        self.connection
            .run(|db| async move {
                let deleted = db.accounts.delete_one(filter).await?;
                Ok(match deleted.deleted_count {
                    0 => WriteOutcome::VersionConflict,
                    _ => WriteOutcome::Done,
                })
            })
            .await
    }

    async fn forget_attempts(&self, keys: &[String]) -> Result<(), StoreError> {
        let filter = doc! { "_id": { "$in": keys } };
        self.connection
            .run(|db| async move { db.attempts.delete_many(filter).await.map(drop) })
            .await
    }

    async fn has_administrator_besides(
        &self,
        id: AccountId,
        marked_since: Timestamp,
    ) -> Result<bool, StoreError> {
        // A field that is missing is equal to null.
        let active = doc! {
            ROLE: "admin",
            "_id": { "$ne": id.to_string() },
            "account.state.active.suspendedAt": null,
            "account.state.active.deletesAt": null,
            "account.steppingDownAt": { "$not": { "$gt": date(marked_since) } },
        };
        let find = |db: super::connection::Collections| async move {
            let accounts = db.accounts.clone_with_type::<record::Id>();
            let find = accounts.find_one(active).projection(doc! { "_id": 1 });
            Ok(find.max_time(QUERY).await?.is_some())
        };
        self.connection.run(find).await
    }
}
