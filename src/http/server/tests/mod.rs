//! Tests of the connection loop, on a paused clock that needs no waiting.

use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::*;

mod listener;

const LIMITS: Limits = Limits::DEFAULT;
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
/// The longest time by which a connection may outlive its limit.
const PRECISION: Duration = Duration::from_secs(2);

/// Returns the two steps of a shutdown, requested together.
fn shutdown() -> (watch::Sender<bool>, Shutdown) {
    let (stop, stopped) = watch::channel(false);
    let steps = Shutdown {
        drain: stopped.clone(),
        close: stopped,
    };
    (stop, steps)
}

fn server(permits: usize) -> (Server, watch::Sender<bool>) {
    let router = Router::new()
        .route("/", get("hello"))
        .route("/large", get(async || "x".repeat(1 << 20)))
        .route("/read", post(async |body: String| body))
        .route("/long", get(async || sleep(LIMITS.answer).await));
    let (stop, shutdown) = shutdown();
    (
        Server {
            router,
            limits: LIMITS,
            permits: Arc::new(Semaphore::new(permits)),
            shutdown,
            metrics: Metrics::default(),
        },
        stop,
    )
}

/// A client's end of a connection, and the server's task for it.
struct Connection {
    client: DuplexStream,
    serving: JoinHandle<()>,
    /// Kept alive: a server whose sender is gone shuts down.
    stop: watch::Sender<bool>,
}

impl Connection {
    fn open() -> Self {
        Self::of(server(LIMITS.connections), 64 * 1024)
    }

    fn of((server, stop): (Server, watch::Sender<bool>), buffer: usize) -> Self {
        let (client, stream) = duplex(buffer);
        let hold = ConnectionHold::default();
        let peer = ([192, 0, 2, 1], 4000).into();
        let serving = tokio::spawn(server.serve_connection(stream, peer, hold));
        Self {
            client,
            serving,
            stop,
        }
    }

    /// Sends a request and returns its response.
    async fn request(&mut self) -> String {
        self.client.write_all(REQUEST).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"hello") {
            answer.push(self.client.read_u8().await.unwrap());
        }
        String::from_utf8(answer).unwrap()
    }

    /// Waits until the server closes the connection, which must be at the limit or little later.
    async fn ends_after(self, limit: Duration) {
        let started = Instant::now();
        timeout(limit + PRECISION, self.serving)
            .await
            .expect("the server closes the connection in time")
            .unwrap();
        assert!(
            started.elapsed() >= limit,
            "ended after {:?}",
            started.elapsed()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn silent_connection_is_closed_after_the_head_limit() {
    Connection::open().ends_after(LIMITS.head).await;
}

#[tokio::test(start_paused = true)]
async fn endless_head_is_closed_however_steadily_it_arrives() {
    let mut connection = Connection::open();
    connection
        .client
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n")
        .await
        .unwrap();
    let started = Instant::now();
    while connection.client.write_all(b"a: b\r\n").await.is_ok() {
        sleep(Duration::from_millis(200)).await;
        assert!(started.elapsed() < LIMITS.head + PRECISION, "still open");
    }
    assert!(started.elapsed() >= LIMITS.head);
}

#[tokio::test(start_paused = true)]
async fn connection_is_reused_and_closed_when_idle_too_long() {
    let mut connection = Connection::open();
    for _ in 0..3 {
        assert!(
            connection
                .request()
                .await
                .starts_with("HTTP/1.1 200 OK\r\n")
        );
        sleep(LIMITS.idle * 9 / 10).await;
    }
    connection.request().await;
    connection.ends_after(LIMITS.idle).await;
}

#[tokio::test(start_paused = true)]
async fn second_head_has_its_limit_from_its_first_byte() {
    let mut connection = Connection::open();
    connection.request().await;
    sleep(LIMITS.idle / 2).await;
    connection.client.write_all(b"GET ").await.unwrap();
    connection.ends_after(LIMITS.head).await;
}

#[tokio::test(start_paused = true)]
async fn connection_with_unread_response_is_closed() {
    let mut connection = Connection::of(server(LIMITS.connections), 1024);
    connection
        .client
        .write_all(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    connection.ends_after(LIMITS.unread).await;
}

#[tokio::test(start_paused = true)]
async fn connection_with_slowly_read_response_stays_open() {
    let mut connection = Connection::of(server(LIMITS.connections), 64 * 1024);
    connection
        .client
        .write_all(b"GET /large HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let (mut total, mut bytes) = (0, vec![0; 32 * 1024]);
    loop {
        match connection.client.read(&mut bytes).await.unwrap() {
            0 => break,
            read => total += read,
        }
        sleep(LIMITS.unread / 2).await;
    }
    assert!(total > 1 << 20, "{total}");
}

#[tokio::test(start_paused = true)]
async fn slow_handler_is_left_to_the_routers_limit() {
    let mut connection = Connection::open();
    connection
        .client
        .write_all(b"GET /long HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    connection.client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn waiting_clients_are_closed_sooner_under_pressure() {
    Connection::of(server(LIMITS.connections / 4 - 1), 1024)
        .ends_after(LIMITS.head / 8)
        .await;
    let mut half = Connection::of(server(LIMITS.connections / 4 - 1), 1024);
    half.client
        .write_all(b"POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf")
        .await
        .unwrap();
    half.ends_after(LIMITS.body / 8).await;
    let mut connection = Connection::of(server(LIMITS.connections / 4 - 1), 1024);
    connection.request().await;
    connection.ends_after(LIMITS.idle / 8).await;
}

#[tokio::test(start_paused = true)]
async fn shutdown_closes_idle_connections_and_finishes_requests() {
    let (mut idle, mut half, mut busy) =
        (Connection::open(), Connection::open(), Connection::open());
    idle.request().await;
    half.client.write_all(b"GET ").await.unwrap();
    busy.client
        .write_all(b"GET /long HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    sleep(Duration::from_millis(1)).await;
    for connection in [&idle, &half, &busy] {
        connection.stop.send_replace(true);
    }
    idle.ends_after(Duration::ZERO).await;
    half.ends_after(Duration::ZERO).await;
    let mut answer = String::new();
    busy.client.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200 OK") && answer.contains("connection: close"),
        "{answer}"
    );
    busy.serving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn request_head_beyond_twice_its_limit_is_refused() {
    for (length, status) in [(15_000, "200"), (70_000, "431"), (1 << 20, "431")] {
        let mut connection = Connection::of(server(LIMITS.connections), 4 << 20);
        let request = format!(
            "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\na: {}\r\n\r\n",
            "a".repeat(length)
        );
        connection
            .client
            .write_all(request.as_bytes())
            .await
            .unwrap();
        let mut answer = String::new();
        connection.client.read_to_string(&mut answer).await.unwrap();
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{length}: {answer}"
        );
    }
}

/// A request whose length a proxy and a server could read differently gets one response at most,
/// and the bytes after it are never read as a request.
#[tokio::test(start_paused = true)]
async fn no_second_request_is_smuggled_behind_the_first() {
    for ambiguous in [
        "content-length: 6\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 6\r\n\r\n0\r\n\r\n",
        "content-length: 0\r\ncontent-length: 40\r\n\r\n",
        "content-length: 0, 40\r\n\r\n",
        "content-length: +0\r\n\r\n",
        "transfer-encoding: chunked, identity\r\n\r\n",
        "transfer-encoding : chunked\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\n0;\n\r\n",
    ] {
        let mut connection = Connection::open();
        let request =
            format!("POST / HTTP/1.1\r\nhost: x\r\n{ambiguous}GET / HTTP/1.1\r\nhost: x\r\n\r\n");
        connection
            .client
            .write_all(request.as_bytes())
            .await
            .unwrap();
        let mut answer = String::new();
        connection.client.read_to_string(&mut answer).await.unwrap();
        assert!(
            answer.matches("HTTP/1.1 ").count() <= 1 && !answer.contains("200 OK"),
            "{ambiguous:?}: {answer}"
        );
    }
}
