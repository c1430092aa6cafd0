//! `logout`: ends the current session, or all of them.

use serde_json::json;

use crate::support::{Service, kind};

#[tokio::test]
async fn logout_ends_only_the_current_session() {
    let service = Service::start().await;
    let (here, here_refresh) = service.device().signed_up("ada@x.test").await;
    let (there, there_refresh) = service.device().logged_in("ada@x.test").await;
    let answer = here.mutate("logout", json!({})).await;
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
async fn logout_everywhere_ends_all_sessions_of_the_user() {
    let service = Service::start().await;
    let (here, here_refresh) = service.device().signed_up("ada@x.test").await;
    let (there, there_refresh) = service.device().logged_in("ada@x.test").await;
    let (bob, _) = service.device().signed_up("bob@x.test").await;
    let answer = here.mutate("logout", json!({ "everywhere": true })).await;
    assert_eq!(answer["endedSessions"], 2);
    for (device, token) in [(here, here_refresh), (there, there_refresh)] {
        assert_eq!(device.me().await, Err("UNAUTHENTICATED".to_owned()));
        assert_eq!(kind(&device.refresh(&token).await), "InvalidRefreshToken");
    }
    assert!(bob.me().await.is_ok());
    assert_eq!(service.received_emails().await.len(), 0);
}

#[tokio::test]
async fn logout_counts_only_live_sessions() {
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
        here.mutate("logout", json!({ "everywhere": true })).await["endedSessions"],
        1
    );
}

#[tokio::test]
async fn logout_requires_a_signed_in_user() {
    let service = Service::start().await;
    assert_eq!(
        service.device().error("logout", json!({})).await,
        "UNAUTHENTICATED"
    );
    let (device, _) = service.device().signed_up("ada@x.test").await;
    device.mutate("logout", json!({})).await;
    assert_eq!(
        device.error("logout", json!({ "everywhere": true })).await,
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn refresh_token_logs_out_after_the_access_token_expired() {
    let service = Service::start().await;
    let (here, refresh_token) = service.device().signed_up("ada@x.test").await;
    let (there, _) = service.device().logged_in("ada@x.test").await;
    service.wait(14_400 + 60);
    let answer = here
        .mutate("logout", json!({ "refreshToken": refresh_token }))
        .await;
    assert_eq!(answer["endedSessions"], 1);
    let refreshed = here.refresh(&refresh_token).await;
    assert_eq!(kind(&refreshed), "InvalidRefreshToken");
    let (there, _) = there.logged_in("ada@x.test").await;
    assert_eq!(
        there.me().await.unwrap()["sessions"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn logout_without_an_input_ends_the_current_session() {
    let service = Service::start().await;
    let (here, _) = service.device().signed_up("ada@x.test").await;
    let query = "mutation { logout { ... on LoggedOut { endedSessions } } }";
    let reply = here.post(query, json!({})).await;
    assert_eq!(
        reply.json,
        json!({ "data": { "logout": { "endedSessions": 1 } } })
    );
}
