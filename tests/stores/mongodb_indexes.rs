//! The indexes of MongoDB serve the queries.

use mongodb::Database;
use mongodb::bson::{DateTime, Document, doc};

use crate::arrange::NOW;
use crate::store;

/// Asserts that the index alone serves the query, without sorting.
async fn assert_served(database: &Database, find: Document, index: &str) {
    let plan = database
        .run_command(doc! { "explain": find, "verbosity": "queryPlanner" })
        .await;
    let plan = plan
        .expect("the server answers")
        .get_document("queryPlanner")
        .expect("a plan")
        .to_string();
    let winning = plan.split("\"rejectedPlans\"").next().unwrap_or_default();
    assert!(
        winning.contains(&format!("\"indexName\": \"{index}\"")) && !winning.contains("\"SORT\""),
        "{plan}"
    );
}

#[tokio::test]
async fn indexes_have_names_and_serve_every_query() {
    let held = store::mongodb().await;
    let database = held.database().await;
    let names = database
        .collection::<Document>("accounts")
        .list_index_names()
        .await
        .expect("the server answers");
    assert_eq!(
        names.join(" "),
        "_id_ email_unique addresses_unique reserved mobile_number_unique identities_unique mail_due mail_parked expires imported \
         deletes administrators"
    );
    let now = DateTime::from_millis(NOW.millis());
    for (filter, sort, index) in [
        (doc! { "email": "ada@x.test" }, doc! {}, "email_unique"),
        (
            doc! { "identities": "https://a.test 1" },
            doc! {},
            "identities_unique",
        ),
        (
            doc! { "mailDueAt": { "$lte": now } },
            doc! { "mailDueAt": 1, "_id": 1 },
            "mail_due",
        ),
        (
            doc! { "importedMillis": { "$exists": true } },
            doc! { "importedMillis": -1 },
            "imported",
        ),
        (
            doc! { "mailParked": true, "_id": { "$gt": "" } },
            doc! { "mailParked": 1, "_id": 1 },
            "mail_parked",
        ),
        (doc! { "expiresAt": { "$lte": now } }, doc! {}, "expires"),
        (
            doc! { "reservedUntil": { "$lte": now } },
            doc! {},
            "reserved",
        ),
    ] {
        let find = doc! { "find": "accounts", "filter": filter, "sort": sort };
        assert_served(&database, find, index).await;
    }
    held.remove().await;
}

#[tokio::test]
async fn indexes_serve_the_ends_of_accounts() {
    let held = store::mongodb().await;
    let database = held.database().await;
    let now = DateTime::from_millis(NOW.millis());
    for (filter, sort, index) in [
        (
            doc! { "deletesAt": { "$lte": now } },
            doc! { "deletesAt": 1, "_id": 1 },
            "deletes",
        ),
        (
            doc! { "account.state.active.role": "admin" },
            doc! {},
            "administrators",
        ),
    ] {
        let find = doc! { "find": "accounts", "filter": filter, "sort": sort };
        assert_served(&database, find, index).await;
    }
    held.remove().await;
}
