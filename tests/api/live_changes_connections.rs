//! Sockets as connections: how they begin, and their places among the others.

use std::time::Duration;

use latchkey::http::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::live_changes_rules::{start, start_with};
use crate::support::LiveServer;

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
