//! `logout`: end the current session, or all of them.

use serde_json::json;

use crate::support::{Service, kind};

#[tokio::test]
async fn the_current_session_ends_and_the_others_live_on() {
    let service = Service::start().await;
    let (here, here_refresh) = service.device().signed_up("ada@x.test").await;
    let (there, there_refresh) = service.device().logged_in("ada@x.test").await;
    let answer = here.act("logout", json!({})).await;
    assert_eq!(
        answer,
        json!({ "__typename": "LoggedOut", "endedSessions": 1 })
    );
    assert_eq!(here.me().await, Err("UNAUTHENTICATED".to_owned()));
    assert_eq!(
        kind(&here.refresh(&here_refresh).await),
        "InvalidRefreshToken"
    );
    assert_eq!(
        there.me().await.unwrap()["sessions"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(kind(&there.refresh(&there_refresh).await), "Authenticated");
}

#[tokio::test]
async fn everywhere_ends_every_session_of_the_user_and_nobody_elses() {
    let service = Service::start().await;
    let (here, here_refresh) = service.device().signed_up("ada@x.test").await;
    let (there, there_refresh) = service.device().logged_in("ada@x.test").await;
    let (somebody, _) = service.device().signed_up("bob@x.test").await;
    let answer = here.act("logout", json!({ "everywhere": true })).await;
    assert_eq!(answer["endedSessions"], 2);
    for (device, token) in [(here, here_refresh), (there, there_refresh)] {
        assert_eq!(device.me().await, Err("UNAUTHENTICATED".to_owned()));
        assert_eq!(kind(&device.refresh(&token).await), "InvalidRefreshToken");
    }
    assert!(somebody.me().await.is_ok());
    assert_eq!(service.messages().await.len(), 0);
}

#[tokio::test]
async fn only_live_sessions_are_counted() {
    let day = [
        ("LATCHKEY_ACCESS_TOKEN_SECONDS", "86400"),
        ("LATCHKEY_REFRESH_TOKEN_SECONDS", "86400"),
    ];
    let service = Service::with(&day).await;
    service.device().signed_up("ada@x.test").await;
    service.wait(60);
    let (here, _) = service.device().logged_in("ada@x.test").await;
    service.wait(86_400 - 30);
    assert_eq!(
        here.me().await.unwrap()["sessions"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        here.act("logout", json!({ "everywhere": true })).await["endedSessions"],
        1
    );
}

#[tokio::test]
async fn a_caller_is_needed() {
    let service = Service::start().await;
    assert_eq!(
        service.device().error("logout", json!({})).await,
        "UNAUTHENTICATED"
    );
    let (device, _) = service.device().signed_up("ada@x.test").await;
    device.act("logout", json!({})).await;
    assert_eq!(
        device.error("logout", json!({ "everywhere": true })).await,
        "UNAUTHENTICATED"
    );
}
