//! `viewer` and `node`: the caller, and the caller's own objects by their ids.

use serde_json::{Value, json};

use crate::support::{Device, Service};

async fn node(device: &Device, id: &Value) -> Value {
    let query = "query($id: ID!) { node(id: $id) { __typename id } }";
    let reply = device.post(query, json!({ "id": id })).await;
    assert_eq!(reply.json.get("errors"), None, "{}", reply.json);
    reply.json["data"]["node"].clone()
}

#[tokio::test]
async fn viewer_is_null_without_an_error_for_guests() {
    let device = Service::start().await.device();
    let reply = device.post("{ viewer { id } }", json!({})).await;
    assert_eq!(reply.json, json!({ "data": { "viewer": null } }));
}

#[tokio::test]
async fn viewer_is_the_user_of_a_valid_token() {
    let device = Service::start().await.device();
    let (device, _) = device.signed_up("ada@x.test").await;
    let reply = device.post("{ viewer { email } }", json!({})).await;
    let expected = json!({ "data": { "viewer": { "email": "ada@x.test" } } });
    assert_eq!(reply.json, expected);
}

#[tokio::test]
async fn viewer_with_an_invalid_token_is_an_error() {
    let device = Service::start().await.device().with_bearer("x.y.z");
    let reply = device.post("{ viewer { id } }", json!({})).await;
    assert_eq!(reply.code(), "UNAUTHENTICATED");
    assert_eq!(reply.json["data"], json!({ "viewer": null }));
}

#[tokio::test]
async fn node_finds_the_user_and_live_sessions_only() {
    let service = Service::start().await;
    let (ada, _) = service.device().signed_up("ada@x.test").await;
    let (other, _) = service.device().logged_in("ada@x.test").await;
    let me = ada.me().await.unwrap();
    let user = json!({ "__typename": "User", "id": me["id"] });
    assert_eq!(node(&ada, &me["id"]).await, user);
    for session in me["sessions"].as_array().unwrap() {
        let expected = json!({ "__typename": "Session", "id": session["id"] });
        assert_eq!(node(&ada, &session["id"]).await, expected);
    }
    let ended = other.me().await.unwrap()["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|session| session["current"] == true)
        .unwrap()["id"]
        .clone();
    other.mutate("logout", json!({})).await;
    assert_eq!(node(&ada, &ended).await, Value::Null);
}

#[tokio::test]
async fn node_of_another_user_is_null() {
    let service = Service::start().await;
    let (ada, _) = service.device().signed_up("ada@x.test").await;
    let (bob, _) = service.device().signed_up("bob@x.test").await;
    let theirs = bob.me().await.unwrap();
    for id in [
        &theirs["id"],
        &theirs["sessions"][0]["id"],
        &json!("usr_x"),
        &json!(""),
    ] {
        assert_eq!(node(&ada, id).await, Value::Null, "{id}");
    }
}

#[tokio::test]
async fn node_requires_a_signed_in_user() {
    let device = Service::start().await.device();
    let reply = device
        .post("{ node(id: \"usr_x\") { id } }", json!({}))
        .await;
    assert_eq!(reply.code(), "UNAUTHENTICATED");
    assert_eq!(reply.json["data"], json!({ "node": null }));
}
