//! The errors of the MongoDB store: they name what failed and quote no secret.

use std::net::TcpListener;

use latchkey::model::Account;
use latchkey::repository::{MongoRepository, Repository, StoreError};
use mongodb::bson::{Document, doc};

use crate::arrange::{active, email};
use crate::mongodb_only::connect;
use crate::store;

#[test]
fn url_without_database_is_rejected_without_showing_password() {
    for url in [
        "mongodb://ada:s3cret@127.0.0.1",
        "mongodb://ada:s3cret@127.0.0.1/",
        "mongodb://ada:s3cret@:::/x",
        "s3cret",
    ] {
        let Err(error) = MongoRepository::connect(url) else {
            panic!("{url} is refused")
        };
        assert!(
            !format!("{error} {error:?}").contains("s3cret"),
            "{error:?}"
        );
    }
    let Err(error) = MongoRepository::connect("mongodb://127.0.0.1") else {
        panic!("it is refused")
    };
    assert!(error.to_string().contains("names no database"), "{error}");
    let Err(error) = MongoRepository::connect("mongodb://127.0.0.1/x?s3cret=1") else {
        panic!("it is refused")
    };
    assert!(
        error
            .to_string()
            .contains("its URL has an option after the ?")
            && !error.to_string().contains("s3cret")
    );
}

#[tokio::test]
async fn wrong_replica_set_is_named_in_the_error() {
    let held = store::replica_set().await;
    let url = held.url().replace("replicaSet=rs", "replicaSet=other");
    let error = connect(&url).probe().await.expect_err("it is refused");
    assert!(matches!(error, StoreError::Unreachable(_)), "{error}");
    let text = error.to_string();
    assert!(text.contains("it belongs to the replica set rs"), "{text}");
    held.remove().await;

    let held = store::mongodb().await;
    let url = format!("{}?replicaSet=other", held.url());
    let error = connect(&url).probe().await.expect_err("it is refused");
    let text = error.to_string();
    assert!(text.contains("it belongs to no replica set"), "{text}");
    held.remove().await;
}

#[tokio::test]
async fn error_names_unreachable_servers_and_reason_in_one_line() {
    let store = connect("mongodb://127.0.0.1:1,127.0.0.1:2/latchkey");
    let error = store
        .probe()
        .await
        .expect_err("nothing listens there")
        .to_string();
    for address in ["127.0.0.1:1", "127.0.0.1:2"] {
        assert!(
            error.contains(&format!("{address}: Connection refused")),
            "{error}"
        );
    }
    assert!(error.len() < 200 && !error.contains("Topology"), "{error}");
}

#[tokio::test]
async fn server_that_has_not_answered_yet_is_late() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = silent.local_addr().expect("it is bound");
    let store = connect(&format!("mongodb://{address}/latchkey"));
    let error = store.probe().await.expect_err("the server says nothing");
    assert!(error.is_late(), "{error}");

    let store = connect("mongodb://127.0.0.1:1/latchkey");
    let error = store.probe().await.expect_err("nothing listens there");
    assert!(!error.is_late(), "{error}");
}

#[tokio::test]
async fn error_contains_neither_password_nor_data() {
    let store = connect("mongodb://ada:s3cret@127.0.0.1:1/latchkey");
    let error = store.probe().await.expect_err("nothing listens there");
    assert!(
        !format!("{error} {error:?}").contains("s3cret"),
        "{error:?}"
    );

    let held = store::mongodb().await;
    let (store, database, account) = (
        held.repository(),
        held.database().await,
        active("s3cret@x.test"),
    );
    store.insert(&account).await.expect("the store answers");
    let same_id = Account {
        email: email("s3cret+1@x.test"),
        ..account.clone()
    };
    let error = store.insert(&same_id).await.expect_err("its id is taken");
    assert!(
        !format!("{error} {error:?}").contains("s3cret"),
        "{error:?}"
    );

    let accounts = database.collection::<Document>("accounts");
    accounts
        .update_one(doc! {}, doc! { "$set": { "account.version": "s3cret" } })
        .await
        .expect("the server answers");
    let other = active("bob@x.test");
    store.insert(&other).await.expect("the store answers");
    let ids = [account.id, other.id];
    let both = store.by_ids(&ids).await.expect("the store answers");
    // It fails its own reader alone.
    for (id, found) in both {
        assert_eq!(found.is_ok(), id == other.id, "{found:?}");
    }
    let error = store
        .by_id(account.id)
        .await
        .expect_err("it cannot be read");
    assert!(
        matches!(error, StoreError::Corrupt(_)) && !format!("{error} {error:?}").contains("s3cret"),
        "{error:?}"
    );
    held.remove().await;
}
