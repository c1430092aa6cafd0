//! A client of live changes over WebSocket.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Message, WebSocket, client};

use super::server::Server;

const SUBSCRIPTION: &str = "subscription { accountChanged { __typename \
    ... on UserChanged { user { firstName } } \
    ... on SessionEnded { sessionId current reason } } }";

/// The time limit of a message.
const TIMEOUT: Duration = Duration::from_secs(40);

/// A socket with one subscription.
pub struct Socket(WebSocket<TcpStream>);

impl Socket {
    /// Subscribes, and returns once the first event has arrived.
    #[track_caller]
    pub fn subscribed(server: &Server, bearer: &str) -> Self {
        Self::at(server.address(), bearer)
    }

    /// Subscribes at an address, which may be that of a proxy.
    #[track_caller]
    pub fn at(address: &str, bearer: &str) -> Self {
        let url = format!("ws://{address}/graphql");
        let mut request = url.into_client_request().unwrap();
        let protocol = "graphql-transport-ws".parse().unwrap();
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        let (socket, _) = client(request, stream).unwrap();
        let mut socket = Self(socket);
        let payload = json!({ "authorization": format!("Bearer {bearer}") });
        socket.send(&json!({ "type": "connection_init", "payload": payload }));
        assert_eq!(socket.message()["type"], "connection_ack");
        let payload = json!({ "query": SUBSCRIPTION });
        socket.send(&json!({ "type": "subscribe", "id": "1", "payload": payload }));
        assert_eq!(socket.event()["__typename"], "UserChanged");
        socket
    }

    fn send(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).unwrap();
    }

    /// Returns the next message, pings apart.
    #[track_caller]
    fn message(&mut self) -> Value {
        self.read().expect("a message")
    }

    /// Returns the next event.
    #[track_caller]
    pub fn event(&mut self) -> Value {
        let message = self.message();
        assert_eq!(message["type"], "next", "{message}");
        message["payload"]["data"]["accountChanged"].clone()
    }

    /// Reads until an event of a type, and returns it with the time that it took.
    #[track_caller]
    pub fn wait_for(&mut self, ty: &str) -> (Value, Duration) {
        let started = Instant::now();
        loop {
            let event = self.event();
            if event["__typename"] == ty {
                return (event, started.elapsed());
            }
        }
    }

    /// Reads until the socket is closed, and returns the code.
    #[track_caller]
    pub fn closed(mut self) -> Option<u16> {
        loop {
            if let Err(code) = self.read() {
                return code;
            }
        }
    }

    fn read(&mut self) -> Result<Value, Option<u16>> {
        loop {
            match self.0.read() {
                Ok(Message::Text(text)) => {
                    let message: Value = serde_json::from_str(&text).unwrap();
                    if message["type"] != "ping" {
                        return Ok(message);
                    }
                    self.send(&json!({ "type": "pong" }));
                }
                Ok(Message::Close(frame)) => return Err(frame.map(|frame| frame.code.into())),
                Ok(_) => {}
                Err(_) => return Err(None),
            }
        }
    }
}
