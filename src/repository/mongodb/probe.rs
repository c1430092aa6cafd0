//! The probe of the store: one document that is written and deleted.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};
use mongodb::error::Result as Driver;

use super::super::StoreError;
use super::connection::Collections;

/// The age in seconds at which a document of another probe was left behind.
const LEFT_BEHIND: u32 = 60;

/// Writes, changes, counts and deletes a document.
pub(super) async fn run(db: Collections) -> Driver<Result<(), StoreError>> {
    let probes = db.database.collection::<Document>("_probe");
    let id = ObjectId::new();
    probes.insert_one(doc! { "_id": id, "version": 0 }).await?;
    let swap = doc! { "$set": { "version": 1 } };
    let swapped = probes.update_one(doc! { "_id": id, "version": 0 }, swap);
    let swapped = swapped.await?.modified_count == 1;
    let count = doc! { "$inc": { "count": 1 } };
    let counted = probes.find_one_and_update(doc! { "_id": id, "version": 1 }, count);
    let counted = counted.await?.is_some();
    // A program that ended half-way left its document.
    let before = id.timestamp().timestamp_millis() / 1000 - i64::from(LEFT_BEHIND);
    let before = ObjectId::from_parts(u32::try_from(before).unwrap_or(0), [0; 5], [0; 3]);
    let own_or_old = doc! { "$or": [{ "_id": id }, { "_id": { "$lt": before } }] };
    let deleted = probes.delete_many(own_or_old).await?.deleted_count > 0;
    Ok(if swapped && counted && deleted {
        Ok(())
    } else {
        Err(StoreError::Unavailable("a write changed nothing".into()))
    })
}
