//! `revokeSession`: ends one of the user's own sessions by its id.

use serde_json::{Value, json};

use crate::support::{Device, Service, kind};

/// Returns the id of a device's own session.
async fn session_of(device: &Device) -> String {
    let user = device.me().await.unwrap();
    let current = user["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|session| session["current"] == true)
        .unwrap()
        .clone();
    current["id"].as_str().unwrap().to_owned()
}

async fn revoke(device: &Device, id: &str) -> Value {
    device
        .mutate("revokeSession", json!({ "sessionId": id }))
        .await
}

#[tokio::test]
async fn revoked_device_is_signed_out_immediately() {
    let service = Service::start().await;
    let (here, _) = service.device().signed_up("ada@x.test").await;
    let (there, token) = service.device().logged_in("ada@x.test").await;
    let id = session_of(&there).await;
    let answer = revoke(&here, &id).await;
    assert_eq!(
        answer,
        json!({ "__typename": "SessionRevoked", "sessionId": id })
    );
    assert_eq!(there.me().await, Err("UNAUTHENTICATED".to_owned()));
    assert_eq!(kind(&there.refresh(&token).await), "InvalidRefreshToken");
    assert_eq!(
        here.me().await.unwrap()["sessions"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn current_session_can_be_revoked_too() {
    let (device, token) = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await;
    assert_eq!(
        kind(&revoke(&device, &session_of(&device).await).await),
        "SessionRevoked"
    );
    assert_eq!(device.me().await, Err("UNAUTHENTICATED".to_owned()));
    assert_eq!(kind(&device.refresh(&token).await), "InvalidRefreshToken");
}

#[tokio::test]
async fn session_can_be_revoked_only_once() {
    let service = Service::start().await;
    let (here, _) = service.device().signed_up("ada@x.test").await;
    let (there, _) = service.device().logged_in("ada@x.test").await;
    let id = session_of(&there).await;
    revoke(&here, &id).await;
    assert_eq!(kind(&revoke(&here, &id).await), "SessionNotFound");
}

#[tokio::test]
async fn session_of_another_user_is_not_found() {
    let service = Service::start().await;
    let (ada, _) = service.device().signed_up("ada@x.test").await;
    let (bob, _) = service.device().signed_up("bob@x.test").await;
    let theirs = revoke(&bob, &session_of(&ada).await).await;
    assert_eq!(kind(&theirs), "SessionNotFound");
    assert_eq!(
        revoke(&bob, "ses_00000000000000000000000000000000").await,
        theirs
    );
    assert!(ada.me().await.is_ok());
}

#[tokio::test]
async fn malformed_session_id_is_not_found() {
    let (device, _) = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await;
    let (id, user) = (
        session_of(&device).await,
        device.me().await.unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned(),
    );
    for wrong in [
        "",
        "x",
        "session",
        &id[4..],
        &id.to_uppercase(),
        &user,
        &user.replace("usr_", "ses_"),
    ] {
        assert_eq!(
            kind(&revoke(&device, wrong).await),
            "SessionNotFound",
            "{wrong}"
        );
    }
    assert!(device.me().await.is_ok());
}

#[tokio::test]
async fn revoke_session_requires_a_signed_in_user() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let id = session_of(&device).await;
    assert_eq!(
        service
            .device()
            .error("revokeSession", json!({ "sessionId": id }))
            .await,
        "UNAUTHENTICATED"
    );
    assert!(device.me().await.is_ok());
}
