//! The rules of sockets: their callers, and their limits.

use std::time::Duration;

use axum::http::StatusCode;
use latchkey::http::Limits;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{Device, LiveServer, QUICK, SUBSCRIPTION, Service};

/// Returns a service that listens, with a signed-in device.
async fn start_with(settings: &[(&str, &str)], limits: Limits) -> (Service, LiveServer, Device) {
    let service = Service::with(settings).await.with_limits(limits);
    let server = service.listen(limits).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    (service, server, device)
}

async fn start() -> (Service, LiveServer, Device) {
    start_with(&[], QUICK).await
}

#[tokio::test]
async fn foreign_origin_is_refused_before_the_upgrade() {
    let origins = ("LATCHKEY_ORIGINS", "https://app.x.test");
    let (_service, server, _) = start_with(&[origins], QUICK).await;
    for origin in ["https://evil.test", "null", "http://app.x.test"] {
        let refused = server.open(&[("origin", origin)]).await.err();
        assert_eq!(refused, Some(StatusCode::FORBIDDEN), "{origin}");
    }
    for origin in ["https://app.x.test", "http://127.0.0.1:4000"] {
        assert!(server.open(&[("origin", origin)]).await.is_ok(), "{origin}");
    }
}

#[tokio::test]
async fn bearer_counts_in_connection_init_alone() {
    let (_service, server, device) = start().await;
    let bearer = format!("Bearer {}", device.bearer.as_deref().unwrap());
    let headers = [
        ("authorization", bearer.as_str()),
        ("cookie", "latchkey_refresh=x"),
    ];
    let mut socket = server.open(&headers).await.unwrap();
    socket.init(None).await;
    assert_eq!(socket.closed().await.code, Some(4401));
}

#[tokio::test]
async fn absent_bad_and_ended_bearers_are_closed_with_4401() {
    let (_service, server, device) = start().await;
    device.mutate("logout", json!({})).await;
    for bearer in [None, Some("garbage"), device.bearer.as_deref()] {
        let mut socket = server.open(&[]).await.unwrap();
        socket.init(bearer).await;
        let closed = socket.closed().await;
        assert_eq!(closed.code, Some(4401), "{closed:?}");
        assert!(closed.messages.is_empty(), "no acknowledgement: {closed:?}");
    }
}

#[tokio::test]
async fn expired_bearer_is_closed_with_4403() {
    let (service, server, device) =
        start_with(&[("LATCHKEY_ACCESS_TOKEN_SECONDS", "60")], QUICK).await;
    let mut socket = server.open(&[]).await.unwrap();
    service.wait(66);
    socket.init(device.bearer.as_deref()).await;
    assert_eq!(socket.closed().await.code, Some(4403));
}

#[tokio::test]
async fn socket_without_connection_init_is_closed_with_4408() {
    let (_service, server, _) = start().await;
    let mut socket = server.open(&[]).await.unwrap();
    socket.send(json!({ "type": "ping" })).await;
    let closed = socket.closed().await;
    assert_eq!(closed.code, Some(4408));
    assert_eq!(closed.messages, [json!({ "type": "pong" })]);
}

#[tokio::test]
async fn subscription_before_connection_init_is_closed_with_4401() {
    let (_service, server, _) = start().await;
    let mut socket = server.open(&[]).await.unwrap();
    socket.subscribe("1", SUBSCRIPTION).await;
    assert_eq!(socket.closed().await.code, Some(4401));
}

#[tokio::test]
async fn second_connection_init_is_closed_with_4429() {
    let (_service, server, device) = start().await;
    let mut socket = server.signed_in(&device).await;
    socket.init(device.bearer.as_deref()).await;
    assert_eq!(socket.closed().await.code, Some(4429));
}

#[tokio::test]
async fn repeated_id_of_a_subscription_is_closed_with_4409() {
    let (_service, server, device) = start().await;
    let mut socket = server.subscribed(&device).await;
    socket.subscribe("1", SUBSCRIPTION).await;
    assert_eq!(socket.closed().await.code, Some(4409));
}

#[tokio::test]
async fn message_outside_the_protocol_is_closed_with_4400() {
    let (_service, server, device) = start().await;
    for text in [
        "no json",
        "[]",
        r#"{"type":"start","id":"1","payload":{"query":"{ __typename }"}}"#,
        r#"{"type":"subscribe","id":"1","payload":{}}"#,
        r#"{"type":"subscribe","payload":{"query":"{ __typename }"}}"#,
    ] {
        let mut socket = server.signed_in(&device).await;
        socket.send_text(text).await;
        assert_eq!(socket.closed().await.code, Some(4400), "{text}");
    }
}

#[tokio::test]
async fn sixth_subscription_of_a_socket_is_closed_with_4429() {
    let (_service, server, device) = start().await;
    let mut socket = server.subscribed(&device).await;
    for id in 2..=5 {
        socket.subscribe(&id.to_string(), SUBSCRIPTION).await;
        assert_eq!(socket.next().await["type"], "next");
    }
    socket.subscribe("6", SUBSCRIPTION).await;
    assert_eq!(socket.closed().await.code, Some(4429));
}

#[tokio::test]
async fn socket_beyond_32_of_a_session_supersedes_one() {
    let limits = Limits {
        heartbeat: Duration::from_hours(1),
        ..QUICK
    };
    let (service, server, device) = start_with(&[], limits).await;
    let mut sockets = Vec::new();
    for _ in 0..32 {
        sockets.push(server.signed_in(&device).await);
    }
    // All but the first have answered since.
    for socket in &mut sockets[1..] {
        socket.send(json!({ "type": "ping" })).await;
        assert_eq!(socket.next().await, json!({ "type": "pong" }));
    }
    let mut newer = server.signed_in(&device).await;
    assert_eq!(sockets.remove(0).closed().await.code, Some(4429));
    newer.subscribe("1", SUBSCRIPTION).await;
    assert_eq!(newer.event().await["__typename"], "UserChanged");
    let (other, _) = service.device().logged_in("ada@x.test").await;
    server.signed_in(&other).await;
}

#[tokio::test]
async fn sockets_beyond_the_maximum_are_answered_with_503() {
    let (_service, server, device) = start_with(&[("LATCHKEY_MAX_SOCKETS", "1")], QUICK).await;
    let socket = server.signed_in(&device).await;
    let refused = server.open(&[]).await.err();
    assert_eq!(refused, Some(StatusCode::SERVICE_UNAVAILABLE));
    let stream = device.stream(SUBSCRIPTION).await;
    assert_eq!(stream.0.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(stream.0.headers().contains_key("retry-after"));
    drop(socket);
}

#[tokio::test]
async fn open_sockets_take_no_place_of_other_connections() {
    let limits = Limits {
        connections: 2,
        ..Limits::DEFAULT
    };
    let (_service, server, device) = start_with(&[], limits).await;
    let mut sockets = Vec::new();
    let request = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = async {
        for _ in 0..5 {
            sockets.push(server.subscribed(&device).await);
        }
        raw(&server, request).await
    };
    // Less than the server waits for clients that do not answer its pings.
    let answer = timeout(Duration::from_secs(30), answer).await;
    assert!(answer.expect("an answer").starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn disabled_subscriptions_open_neither_socket_nor_stream() {
    let (_service, server, device) = start_with(&[("LATCHKEY_SUBSCRIPTIONS", "off")], QUICK).await;
    assert_eq!(server.open(&[]).await.err(), Some(StatusCode::NOT_FOUND));
    let mut stream = device.stream(SUBSCRIPTION).await;
    let (name, response) = stream.next().await.unwrap();
    assert_eq!(name, "next");
    assert_eq!(
        response["errors"][0]["extensions"]["code"],
        "BAD_USER_INPUT"
    );
}

#[tokio::test]
async fn silent_client_is_pinged_and_then_closed() {
    let (_service, server, device) = start().await;
    let socket = server.signed_in(&device).await;
    let (code, pings) = socket.closed_in_silence().await;
    assert_eq!(code, Some(1001));
    assert!(pings > 1, "{pings}");
}

#[tokio::test]
async fn introspection_over_a_socket_obeys_its_setting() {
    let document = "{ __schema { subscriptionType { name } } }";
    for (setting, ty) in [("on", "next"), ("off", "error")] {
        let settings = [("LATCHKEY_INTROSPECTION", setting)];
        let (_service, server, device) = start_with(&settings, QUICK).await;
        let mut socket = server.signed_in(&device).await;
        socket.subscribe("1", document).await;
        let message = socket.next().await;
        assert_eq!(message["type"], ty, "{message}");
        if ty == "next" {
            let name = &message["payload"]["data"]["__schema"]["subscriptionType"]["name"];
            assert_eq!(name, "Subscription");
            assert_eq!(socket.next().await["type"], "complete");
        }
    }
}

#[tokio::test]
async fn limits_of_documents_hold_over_a_socket() {
    let (_service, server, device) = start().await;
    let mut socket = server.signed_in(&device).await;
    let aliases = (0..40).map(|index| format!("a{index}: __typename"));
    let aliases = aliases.collect::<Vec<_>>().join(" ");
    let document = format!("subscription {{ accountChanged {{ {aliases} }} }}");
    socket.subscribe("1", &document).await;
    let message = socket.next().await;
    assert_eq!(message["type"], "error");
    assert_eq!(
        message["payload"][0]["extensions"]["code"],
        "QUERY_TOO_COMPLEX"
    );
}

#[tokio::test]
async fn mutation_over_a_socket_changes_nothing() {
    let (_service, server, device) = start().await;
    let mut socket = server.signed_in(&device).await;
    let document = "mutation { logout { __typename } }";
    socket.subscribe("1", document).await;
    let message = socket.next().await;
    assert_eq!(message["type"], "error", "{message}");
    assert!(device.me().await.is_ok());
}

#[tokio::test]
async fn subscription_by_plain_post_names_the_transports() {
    let (_service, _server, device) = start().await;
    let reply = device.post(SUBSCRIPTION, json!({})).await;
    assert_eq!(reply.code(), "BAD_USER_INPUT");
    let message = reply.json["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("text/event-stream"), "{message}");
    assert_eq!(reply.json["data"], Value::Null);
}

#[tokio::test]
async fn other_subprotocol_is_refused_before_the_upgrade() {
    let (_service, server, _) = start().await;
    let answer = raw(
        &server,
        "GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: graphql-ws\r\n\r\n",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

#[tokio::test]
async fn lost_upgrade_header_is_answered_with_426() {
    let (_service, server, _) = start().await;
    let answer = raw(
        &server,
        "GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 426 "), "{answer}");
    assert!(answer.contains("proxy_http_version 1.1"), "{answer}");
}

/// Sends a request as it is, and returns the beginning of the answer.
async fn raw(server: &LiveServer, request: &str) -> String {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = vec![0; 2048];
    let mut length = 0;
    while !answer[..length].windows(4).any(|it| it == b"\r\n\r\n") || length < 600 {
        match stream.read(&mut answer[length..]).await.unwrap() {
            0 => break,
            read => length += read,
        }
        if String::from_utf8_lossy(&answer[..length]).contains('}') {
            break;
        }
    }
    String::from_utf8_lossy(&answer[..length]).into_owned()
}
