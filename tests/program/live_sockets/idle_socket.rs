//! A socket that answers pings, and waits for the end of its session.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// A socket with one subscription, which a task reads.
pub(super) struct IdleSocket(watch::Receiver<State>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Opening,
    Open,
    Ended,
}

impl IdleSocket {
    /// Subscribes, and returns once the first event has arrived.
    pub(super) async fn open(address: &str, bearer: &str) -> Self {
        let url = format!("ws://{address}/graphql");
        let mut request = url.into_client_request().unwrap();
        let protocol = "graphql-transport-ws".parse().unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", protocol);
        let (mut socket, _) = connect_async(request).await.expect("a socket");
        let payload = json!({ "authorization": format!("Bearer {bearer}") });
        let query = json!({ "query": "subscription { accountChanged { __typename } }" });
        for message in [
            json!({ "type": "connection_init", "payload": payload }),
            json!({ "type": "subscribe", "id": "1", "payload": query }),
        ] {
            let message = Message::text(message.to_string());
            socket.send(message).await.expect("it is open");
        }
        let (sender, mut receiver) = watch::channel(State::Opening);
        tokio::spawn(async move {
            while let Some(Ok(message)) = socket.next().await {
                let Ok(text) = message.into_text() else { break };
                let message: Value = serde_json::from_str(&text).unwrap_or_default();
                if message["type"] == "ping" {
                    let pong = Message::text(json!({ "type": "pong" }).to_string());
                    _ = socket.send(pong).await;
                }
                match message["payload"]["data"]["accountChanged"]["__typename"].as_str() {
                    Some("SessionEnded") => break,
                    Some(_) => _ = sender.send(State::Open),
                    None => {}
                }
            }
            _ = sender.send(State::Ended);
        });
        let opened = receiver.wait_for(|state| *state != State::Opening).await;
        assert_eq!(*opened.expect("the task runs"), State::Open);
        Self(receiver)
    }

    pub(super) fn is_open(&self) -> bool {
        *self.0.borrow() == State::Open
    }

    /// Waits for the end of the session.
    pub(super) async fn ended(&mut self) {
        let ended = self.0.wait_for(|state| *state == State::Ended).await;
        ended.expect("the task says so at its end");
    }
}
