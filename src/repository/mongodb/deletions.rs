//! Deletes accounts, and what counts belong to them.

use async_trait::async_trait;
use mongodb::bson::doc;

use super::MongoRepository;
use super::indexes::ROLE;
use super::record::date;
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
            "account.state.active.suspendedAt": null,
            "account.state.active.deletesAt": null,
            "account.steppingDownAt": { "$not": { "$gt": date(marked_since) } },
        };
        // A condition on the id would let the server choose the index of ids.
        let found = self.ids(active, doc! {}, 2).await?;
        Ok(found.into_iter().any(|found| found != id))
    }
}
