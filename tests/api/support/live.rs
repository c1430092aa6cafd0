//! Clients of live changes: a socket, and a stream of server-sent events.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, StatusCode};
use futures_util::{SinkExt, StreamExt};
use http_body_util::BodyExt;
use latchkey::http::{KnownPeers, Limits, ServerOptions, Shutdown, serve};
use latchkey::metrics::Metrics;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};
use tower::ServiceExt;

use super::{Device, Service};

/// A subscription with all members.
pub const SUBSCRIPTION: &str = "subscription { accountChanged { __typename \
    ... on UserChanged { user { id firstName } } \
    ... on SessionStarted { session { id current } } \
    ... on SessionEnded { sessionId current reason } } }";

/// Limits with short times.
pub const QUICK: Limits = Limits {
    socket_init: Duration::from_millis(300),
    heartbeat: Duration::from_millis(50),
    pong: Duration::from_millis(400),
    ..Limits::DEFAULT
};

/// A service that listens on a port.
pub struct LiveServer {
    pub address: SocketAddr,
    _shutdown: [watch::Sender<bool>; 2],
    task: JoinHandle<()>,
}

/// A client's socket.
pub struct Socket(WebSocketStream<TcpStream>);

/// The end of a socket: its code, and the messages before it.
#[derive(Debug)]
pub struct Closed {
    pub code: Option<u16>,
    pub messages: Vec<Value>,
}

/// A client's stream of events.
pub struct EventStream(pub Response<Body>);

impl Service {
    /// Replaces the limits of the service's routes.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        let app = Arc::into_inner(self.app).expect("the only reference");
        self.app = Arc::new(app.within(limits));
        self
    }

    /// Starts to listen with these limits, which are those of the service's own routes too.
    pub async fn listen(&self, limits: Limits) -> LiveServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (drain, draining) = watch::channel(false);
        let (close, closing) = watch::channel(false);
        let shutdown = Shutdown {
            drain: draining,
            close: closing,
        };
        let options = ServerOptions {
            limits,
            peers: KnownPeers::default(),
            metrics: Metrics::default(),
        };
        let serving = serve(listener, self.app.router(), options, shutdown);
        LiveServer {
            address,
            _shutdown: [drain, close],
            task: tokio::spawn(serving),
        }
    }
}

impl Drop for LiveServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl LiveServer {
    /// Opens a socket, with more headers. The error is the status of a refusal.
    pub async fn open(&self, headers: &[(&'static str, &str)]) -> Result<Socket, StatusCode> {
        let url = format!("ws://{}/graphql", self.address);
        let mut request = url.into_client_request().unwrap();
        let protocol = "graphql-transport-ws".parse().unwrap();
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(self.address).await.unwrap();
        match client_async(request, stream).await {
            Ok((socket, response)) => {
                assert_eq!(
                    response.headers()["sec-websocket-protocol"],
                    "graphql-transport-ws"
                );
                Ok(Socket(socket))
            }
            Err(Error::Http(response)) => Err(response.status()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens a socket that a device is signed in on.
    pub async fn signed_in(&self, device: &Device) -> Socket {
        let mut socket = self.open(&[]).await.unwrap();
        socket.init(device.bearer.as_deref()).await;
        assert_eq!(socket.next().await, json!({ "type": "connection_ack" }));
        socket
    }

    /// Opens a socket with a subscription whose first event has arrived.
    pub async fn subscribed(&self, device: &Device) -> Socket {
        let mut socket = self.signed_in(device).await;
        socket.subscribe("1", SUBSCRIPTION).await;
        assert_eq!(socket.event().await["__typename"], "UserChanged");
        socket
    }
}

impl Socket {
    pub async fn send(&mut self, message: Value) {
        self.send_text(&message.to_string()).await;
    }

    pub async fn send_text(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    /// Sends `connection_init`, with a bearer token.
    pub async fn init(&mut self, bearer: Option<&str>) {
        let payload = bearer.map(|bearer| json!({ "authorization": format!("Bearer {bearer}") }));
        self.send(json!({ "type": "connection_init", "payload": payload }))
            .await;
    }

    pub async fn subscribe(&mut self, id: &str, query: &str) {
        let payload = json!({ "query": query });
        self.send(json!({ "type": "subscribe", "id": id, "payload": payload }))
            .await;
    }

    /// Returns the next message, pings apart, or the code of the close.
    pub async fn read(&mut self) -> Result<Value, Option<u16>> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => {
                    let message: Value = serde_json::from_str(&text).unwrap();
                    if message["type"] != "ping" {
                        return Ok(message);
                    }
                    self.send(json!({ "type": "pong" })).await;
                }
                Some(Ok(Message::Close(frame))) => return Err(frame.map(|it| it.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    pub async fn next(&mut self) -> Value {
        self.read().await.expect("a message")
    }

    /// Returns the next event of the subscription.
    pub async fn event(&mut self) -> Value {
        let message = self.next().await;
        assert_eq!(message["type"], "next", "{message}");
        assert_eq!(message["payload"]["errors"], Value::Null, "{message}");
        message["payload"]["data"]["accountChanged"].clone()
    }

    /// Reads until the socket is closed.
    pub async fn closed(mut self) -> Closed {
        let mut messages = Vec::new();
        loop {
            match self.read().await {
                Ok(message) => messages.push(message),
                Err(code) => return Closed { code, messages },
            }
        }
    }

    /// Reads until the socket is closed, without an answer to pings, and returns their number.
    pub async fn closed_in_silence(mut self) -> (Option<u16>, usize) {
        let mut pings = 0;
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(_))) => pings += 1,
                Some(Ok(Message::Close(frame))) => return (frame.map(|it| it.code.into()), pings),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return (None, pings),
            }
        }
    }
}

impl Device {
    /// Posts a document for a stream of events.
    pub async fn stream(&self, query: &str) -> EventStream {
        let body = json!({ "query": query }).to_string();
        self.stream_of_body(body).await
    }

    pub async fn stream_of_body(&self, body: String) -> EventStream {
        let mut request = Request::post("/graphql")
            .header("host", "127.0.0.1:4000")
            .header("content-type", "application/json")
            .header("accept", "text/event-stream");
        if let Some(bearer) = &self.bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let mut request = request.body(Body::from(body)).unwrap();
        let peer: SocketAddr = self.address.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.service.app.router().oneshot(request).await;
        EventStream(response.unwrap())
    }
}

impl EventStream {
    /// Returns the next write, or `None` at the end.
    pub async fn piece(&mut self) -> Option<String> {
        let frame = self.0.body_mut().frame().await?.unwrap();
        Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
    }

    /// Returns the name and the data of the next event.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            let piece = self.piece().await?;
            if piece == ":\n\n" {
                continue;
            }
            let (event, data) = piece.trim_end().split_once("\ndata:").expect("an event");
            let name = event.strip_prefix("event: ").unwrap().to_owned();
            let data = data.trim();
            return Some((name, serde_json::from_str(data).unwrap_or_default()));
        }
    }

    /// Returns the next event of the subscription.
    pub async fn event(&mut self) -> Value {
        let (name, response) = self.next().await.expect("an event");
        assert_eq!(name, "next");
        assert_eq!(response["errors"], Value::Null, "{response}");
        response["data"]["accountChanged"].clone()
    }
}
