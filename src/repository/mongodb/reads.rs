//! Reads parts of accounts: ids, and versions for servers without change streams.

use mongodb::bson::{Document, doc};
use serde::Deserialize;

use super::MongoRepository;
use super::connection::{Collections, QUERY};
use super::record;
use crate::model::AccountId;
use crate::repository::StoreError;

/// The id and the version alone of a document of `accounts`.
#[derive(Deserialize)]
struct Versioned {
    #[serde(rename = "_id")]
    id: AccountId,
    version: i64,
}

impl MongoRepository {
    pub(super) async fn ids(
        &self,
        filter: Document,
        order: Document,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        // To MongoDB, a limit of zero means no limit.
        if limit == 0 {
            return Ok(Vec::new());
        }
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.connection
            .run(move |db| async move {
                let accounts = db.accounts.clone_with_type::<record::Id>();
                let find = accounts.find(filter).sort(order).limit(limit);
                let mut found = find.projection(doc! { "_id": 1 }).max_time(QUERY).await?;
                let mut ids = Vec::new();
                while found.advance().await? {
                    ids.push(found.deserialize_current()?.id);
                }
                Ok(ids)
            })
            .await
    }

    pub(super) async fn read_versions(
        &self,
        ids: &[AccountId],
    ) -> Result<Vec<(AccountId, i64)>, StoreError> {
        let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
        let batch = u32::try_from(ids.len() + 1).unwrap_or(u32::MAX);
        self.connection
            .run(move |db| async move {
                let accounts = db.accounts.clone_with_type::<Versioned>();
                let find = accounts.find(doc! { "_id": { "$in": ids } });
                let find = find.projection(doc! { "version": 1 }).batch_size(batch);
                let mut found = find.max_time(QUERY).await?;
                let mut versions = Vec::new();
                while found.advance().await? {
                    let Versioned { id, version } = found.deserialize_current()?;
                    versions.push((id, version));
                }
                Ok(versions)
            })
            .await
    }

    pub(super) async fn read_slowest_imported_hash(&self) -> Result<Option<u32>, StoreError> {
        let slowest = |db: Collections| async move {
            let accounts = db.accounts.clone_with_type::<record::Imported>();
            let present = doc! { "importedMillis": { "$exists": true } };
            let find = accounts
                .find_one(present)
                .sort(doc! { "importedMillis": -1 });
            let narrow = find.projection(doc! { "_id": 0, "importedMillis": 1 });
            narrow.max_time(QUERY).await
        };
        let found = self.connection.run(slowest).await?;
        Ok(found.map(|found| found.imported_millis))
    }
}
