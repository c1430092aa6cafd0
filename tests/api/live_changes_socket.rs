//! `accountChanged` over WebSocket: what a client is sent, and how its socket ends.

use serde_json::{Value, json};

use crate::support::{Device, Failure, LiveServer, QUICK, SUBSCRIPTION, Service, kind};

/// Returns a service that listens, with a signed-in device.
async fn start() -> (Service, LiveServer, Device) {
    start_with(&[]).await
}

async fn start_with(settings: &[(&str, &str)]) -> (Service, LiveServer, Device) {
    let service = Service::with(settings).await.with_limits(QUICK);
    let server = service.listen(QUICK).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    (service, server, device)
}

async fn session_of(device: &Device) -> String {
    let me = device.me().await.unwrap();
    let sessions = me["sessions"].as_array().unwrap();
    let current = sessions.iter().find(|it| it["current"] == true).unwrap();
    current["id"].as_str().unwrap().to_owned()
}

fn ended(session: &str, current: bool, reason: &str) -> Value {
    json!({
        "__typename": "SessionEnded", "sessionId": session, "current": current, "reason": reason,
    })
}

#[tokio::test]
async fn first_event_is_the_present_state() {
    let (_service, server, device) = start().await;
    let mut socket = server.signed_in(&device).await;
    socket.subscribe("1", SUBSCRIPTION).await;
    let event = socket.event().await;
    assert_eq!(event["__typename"], "UserChanged");
    assert_eq!(event["user"]["firstName"], "Ada");
}

#[tokio::test]
async fn profile_change_reaches_every_open_subscription() {
    let (_service, server, device) = start().await;
    let mut sockets = [
        server.subscribed(&device).await,
        server.subscribed(&device).await,
    ];
    device
        .mutate("updateProfile", json!({ "firstName": "Augusta" }))
        .await;
    for socket in &mut sockets {
        assert_eq!(socket.event().await["user"]["firstName"], "Augusta");
    }
}

#[tokio::test]
async fn login_elsewhere_is_an_event_with_its_session() {
    let (service, server, device) = start().await;
    let mut socket = server.subscribed(&device).await;
    service.wait(1);
    let (other, _) = service.device().logged_in("ada@x.test").await;
    let event = socket.event().await;
    assert_eq!(
        event,
        json!({
            "__typename": "SessionStarted",
            "session": { "id": session_of(&other).await, "current": false },
        })
    );
    assert_eq!(
        socket.event().await["__typename"],
        "UserChanged",
        "its `lastLoginAt`"
    );
}

#[tokio::test]
async fn revoked_session_gets_its_end_and_close_4401() {
    let (service, server, device) = start().await;
    let (other, _) = service.device().logged_in("ada@x.test").await;
    let socket = server.subscribed(&device).await;
    let session = session_of(&device).await;
    let revoked = other
        .mutate("revokeSession", json!({ "sessionId": session }))
        .await;
    assert_eq!(kind(&revoked), "SessionRevoked");
    let closed = socket.closed().await;
    assert_eq!(closed.code, Some(4401));
    assert_eq!(
        closed.messages,
        [
            json!({
                "type": "next", "id": "1",
                "payload": { "data": { "accountChanged": ended(&session, true, "REVOKED") } },
            }),
            json!({ "type": "complete", "id": "1" }),
        ]
    );
}

#[tokio::test]
async fn socket_without_a_subscription_learns_of_the_end() {
    let (_service, server, device) = start().await;
    let socket = server.signed_in(&device).await;
    device.mutate("logout", json!({})).await;
    let closed = socket.closed().await;
    assert_eq!((closed.code, closed.messages.len()), (Some(4401), 0));
}

#[tokio::test]
async fn end_of_another_session_leaves_the_socket_open() {
    let (service, server, device) = start().await;
    let (other, _) = service.device().logged_in("ada@x.test").await;
    let session = session_of(&other).await;
    let mut socket = server.subscribed(&device).await;
    other.mutate("logout", json!({})).await;
    assert_eq!(socket.event().await, ended(&session, false, "LOGGED_OUT"));
    device
        .mutate("updateProfile", json!({ "firstName": "Augusta" }))
        .await;
    assert_eq!(socket.event().await["user"]["firstName"], "Augusta");
}

#[tokio::test]
async fn every_kind_of_end_has_its_reason() {
    let (service, server, device) = start().await;
    let change = json!({ "currentPassword": crate::support::PASSWORD, "newPassword": "nanoseconds of wire" });
    let (other, _) = service.device().logged_in("ada@x.test").await;
    let socket = server.subscribed(&other).await;
    device.mutate("changePassword", change).await;
    assert_eq!(reason(socket).await, "PASSWORD_CHANGED");

    let (other, token) =
        device.signed_in_by(&device.log_in("ada@x.test", "nanoseconds of wire").await);
    device.refresh(&token).await;
    service.wait(11);
    let socket = server.subscribed(&other).await;
    device.refresh(&token).await;
    assert_eq!(reason(socket).await, "REFRESH_TOKEN_REUSED");

    let socket = server.subscribed(&device).await;
    service.app.accounts.suspend("ada@x.test").await.unwrap();
    assert_eq!(reason(socket).await, "SUSPENDED");
}

/// Returns the reason for which a socket's session has ended.
async fn reason(socket: crate::support::Socket) -> String {
    let closed = socket.closed().await;
    assert_eq!(closed.code, Some(4401));
    let event = &closed.messages[0]["payload"]["data"]["accountChanged"];
    assert_eq!(event["current"], true, "{event}");
    event["reason"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn expiry_of_the_token_closes_with_4403_alone() {
    let (service, server, device) = start_with(&[("LATCHKEY_ACCESS_TOKEN_SECONDS", "60")]).await;
    let socket = server.subscribed(&device).await;
    service.wait(66);
    let closed = socket.closed().await;
    assert_eq!((closed.code, closed.messages.len()), (Some(4403), 0));
}

#[tokio::test]
async fn change_that_no_client_sees_sends_nothing() {
    let (service, server, device) = start().await;
    let mut socket = server.subscribed(&device).await;
    service
        .device()
        .mutate("forgotPassword", json!({ "email": "ada@x.test" }))
        .await;
    device
        .mutate("updateProfile", json!({ "firstName": "Augusta" }))
        .await;
    assert_eq!(socket.event().await["user"]["firstName"], "Augusta");
}

#[tokio::test]
async fn completed_subscription_sends_no_more_events() {
    let (_service, server, device) = start().await;
    let mut socket = server.subscribed(&device).await;
    socket.send(json!({ "type": "complete", "id": "1" })).await;
    socket.subscribe("2", SUBSCRIPTION).await;
    assert_eq!(socket.next().await["id"], "2");
    device
        .mutate("updateProfile", json!({ "firstName": "Augusta" }))
        .await;
    assert_eq!(socket.next().await["id"], "2");
}

#[tokio::test]
async fn root_fragments_are_served_with_their_type_name() {
    let (_service, server, device) = start().await;
    let mut socket = server.signed_in(&device).await;
    let changed = "accountChanged { __typename ... on UserChanged { user { firstName } } }";
    let documents = [
        format!("subscription {{ ...F }} fragment F on Subscription {{ __typename {changed} }}"),
        format!("subscription {{ __typename ... {{ {changed} }} }}"),
        "subscription { __typename ...F accountChanged { __typename } } \
         fragment F on Subscription { accountChanged { ... on UserChanged { user { firstName } } } }"
            .to_owned(),
    ];
    for (index, document) in documents.iter().enumerate() {
        socket.subscribe(&index.to_string(), document).await;
        let data = &socket.next().await["payload"]["data"];
        assert_eq!(
            *data,
            json!({
                "__typename": "Subscription",
                "accountChanged": { "__typename": "UserChanged", "user": { "firstName": "Ada" } },
            }),
            "{document}"
        );
    }
}

#[tokio::test]
async fn second_root_field_and_conditions_are_refused() {
    let (_service, server, device) = start().await;
    let mut socket = server.signed_in(&device).await;
    let changed = "accountChanged { __typename }";
    for document in [
        format!("subscription {{ {changed} other: {changed} }}"),
        "subscription { __typename }".to_owned(),
        format!("subscription {{ ... @include(if: true) {{ {changed} }} }}"),
        "subscription { accountChanged @skip(if: false) { __typename } }".to_owned(),
        "subscription { me { id } }".to_owned(),
    ] {
        socket.subscribe("1", &document).await;
        let message = socket.next().await;
        assert_eq!(message["type"], "error", "{document}: {message}");
        let code = &message["payload"][0]["extensions"]["code"];
        assert_eq!(code, "GRAPHQL_VALIDATION_FAILED", "{message}");
    }
}

#[tokio::test]
async fn unreadable_account_closes_the_socket_with_1013() {
    let (service, server, device) = start().await;
    service.store.fail(Failure::Unavailable);
    let mut socket = server.open(&[]).await.unwrap();
    socket.init(device.bearer.as_deref()).await;
    assert_eq!(socket.closed().await.code, Some(1013));
}
