//! Connections under a clock that is moved: no test waits.

use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::*;

const LIMITS: Limits = Limits::DEFAULT;
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
/// How much later than its limit a connection may be given up.
const LOOK: Duration = Duration::from_secs(2);

fn server(permits: usize) -> (Server, watch::Sender<bool>) {
    let router = Router::new()
        .route("/", get("hello"))
        .route("/large", get(async || "x".repeat(1 << 20)))
        .route("/read", post(async |body: String| body))
        .route("/long", get(async || sleep(LIMITS.answer).await));
    let (stop, stopped) = watch::channel(false);
    (
        Server {
            router,
            limits: LIMITS,
            permits: Arc::new(Semaphore::new(permits)),
            stop: stopped,
        },
        stop,
    )
}

/// A client, and the conversation of a server with it.
struct Wire {
    client: DuplexStream,
    conversation: JoinHandle<()>,
    /// Kept: a server whose teller is gone stops.
    stop: watch::Sender<bool>,
}

impl Wire {
    fn open() -> Self {
        Self::of(server(LIMITS.connections), 64 * 1024)
    }

    fn of((server, stop): (Server, watch::Sender<bool>), buffer: usize) -> Self {
        let (client, stream) = duplex(buffer);
        let conversation =
            tokio::spawn(server.serve_connection(stream, ([192, 0, 2, 1], 4000).into()));
        Self {
            client,
            conversation,
            stop,
        }
    }

    async fn ask(&mut self) -> String {
        self.client.write_all(REQUEST).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"hello") {
            answer.push(self.client.read_u8().await.unwrap());
        }
        String::from_utf8(answer).unwrap()
    }

    /// Waits for the end of the conversation, which must come after so long and little later.
    async fn ends_after(self, limit: Duration) {
        let started = Instant::now();
        timeout(limit + LOOK, self.conversation)
            .await
            .expect("an end in time")
            .unwrap();
        assert!(
            started.elapsed() >= limit,
            "ended after {:?}",
            started.elapsed()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_given_up() {
    Wire::open().ends_after(LIMITS.head).await;
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_end_is_given_up_however_steadily_it_comes() {
    let mut wire = Wire::open();
    wire.client
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n")
        .await
        .unwrap();
    let started = Instant::now();
    while wire.client.write_all(b"a: b\r\n").await.is_ok() {
        sleep(Duration::from_millis(200)).await;
        assert!(started.elapsed() < LIMITS.head + LOOK, "still open");
    }
    assert!(started.elapsed() >= LIMITS.head);
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_used_again_and_given_up_when_it_is_idle_for_too_long() {
    let mut wire = Wire::open();
    for _ in 0..3 {
        assert!(wire.ask().await.starts_with("HTTP/1.1 200 OK\r\n"));
        sleep(LIMITS.idle * 9 / 10).await;
    }
    wire.ask().await;
    wire.ends_after(LIMITS.idle).await;
}

#[tokio::test(start_paused = true)]
async fn the_second_head_has_its_time_from_its_first_byte_on() {
    let mut wire = Wire::open();
    wire.ask().await;
    sleep(LIMITS.idle / 2).await;
    wire.client.write_all(b"GET ").await.unwrap();
    wire.ends_after(LIMITS.head).await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_reads_is_given_up() {
    let mut wire = Wire::of(server(LIMITS.connections), 1024);
    wire.client
        .write_all(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    wire.ends_after(LIMITS.unread).await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_read_slowly_is_not() {
    let mut wire = Wire::of(server(LIMITS.connections), 64 * 1024);
    wire.client
        .write_all(b"GET /large HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let (mut total, mut bytes) = (0, vec![0; 32 * 1024]);
    loop {
        match wire.client.read(&mut bytes).await.unwrap() {
            0 => break,
            read => total += read,
        }
        sleep(LIMITS.unread / 2).await;
    }
    assert!(total > 1 << 20, "{total}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_takes_long_to_find_is_the_routers_affair() {
    let mut wire = Wire::open();
    wire.client
        .write_all(b"GET /long HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    wire.client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn whoever_has_not_asked_is_given_up_sooner_while_connections_are_short() {
    Wire::of(server(LIMITS.connections / 4 - 1), 1024)
        .ends_after(LIMITS.head / 8)
        .await;
    let mut half = Wire::of(server(LIMITS.connections / 4 - 1), 1024);
    half.client
        .write_all(b"POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf")
        .await
        .unwrap();
    half.ends_after(LIMITS.body / 8).await;
    let mut wire = Wire::of(server(LIMITS.connections / 4 - 1), 1024);
    wire.ask().await;
    wire.ends_after(LIMITS.idle / 8).await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_what_is_idle_at_once_and_lets_requests_end() {
    let (mut idle, mut half, mut busy) = (Wire::open(), Wire::open(), Wire::open());
    idle.ask().await;
    half.client.write_all(b"GET ").await.unwrap();
    busy.client
        .write_all(b"GET /long HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    sleep(Duration::from_millis(1)).await;
    for wire in [&idle, &half, &busy] {
        wire.stop.send_replace(true);
    }
    idle.ends_after(Duration::ZERO).await;
    half.ends_after(Duration::ZERO).await;
    let mut answer = String::new();
    busy.client.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200 OK") && answer.contains("connection: close"),
        "{answer}"
    );
    busy.conversation.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_head_has_16_kib_at_most() {
    for (length, status) in [(15_000, "200"), (17_000, "431"), (1 << 20, "431")] {
        let mut wire = Wire::of(server(LIMITS.connections), 4 << 20);
        let request = format!(
            "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\na: {}\r\n\r\n",
            "a".repeat(length)
        );
        wire.client.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        wire.client.read_to_string(&mut answer).await.unwrap();
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{length}: {answer}"
        );
    }
}

/// What a proxy and a server could read differently is answered once, and nothing that follows it on the connection is
/// taken for a request.
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
        let mut wire = Wire::open();
        let request =
            format!("POST / HTTP/1.1\r\nhost: x\r\n{ambiguous}GET / HTTP/1.1\r\nhost: x\r\n\r\n");
        wire.client.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        wire.client.read_to_string(&mut answer).await.unwrap();
        assert!(
            answer.matches("HTTP/1.1 ").count() <= 1 && !answer.contains("200 OK"),
            "{ambiguous:?}: {answer}"
        );
    }
}

#[tokio::test]
async fn who_sends_too_much_can_read_that_it_was_too_much() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (Server { router, .. }, _) = server(1);
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(serve(
        listener,
        router,
        (LIMITS, TrustedProxies::default()),
        stopped,
    ));
    let mut client = TcpStream::connect(address).await.unwrap();
    // Nobody reads this body: the route has no handler for the method.
    client
        .write_all(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 8000000\r\n\r\n")
        .await
        .unwrap();
    client.write_all(&vec![0; 8_000_000]).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    stop.send_replace(true);
    serving.await.unwrap();
}

#[tokio::test]
async fn no_more_connections_are_accepted_than_there_is_room_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (Server { router, .. }, _) = server(1);
    let (stop, stopped) = watch::channel(false);
    let limits = Limits {
        connections: 1,
        ..LIMITS
    };
    let serving = tokio::spawn(serve(
        listener,
        router,
        (limits, TrustedProxies::default()),
        stopped,
    ));
    let mut first = TcpStream::connect(address).await.unwrap();
    first.write_all(REQUEST).await.unwrap();
    assert_eq!(first.read_u8().await.unwrap(), b'H');
    let mut second = TcpStream::connect(address).await.unwrap();
    second
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    // It waits in the system's queue for the first one's place.
    assert!(
        timeout(Duration::from_millis(50), second.read_u8())
            .await
            .is_err()
    );
    drop(first);
    second.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    stop.send_replace(true);
    serving.await.unwrap();
}

#[tokio::test]
async fn one_client_has_no_more_connections_than_it_may_unless_it_is_spared() {
    for (exempt, ends) in [
        (TrustedProxies::default(), true),
        (TrustedProxies::default().and_this_machine(), false),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (Server { router, .. }, _) = server(1);
        let (stop, stopped) = watch::channel(false);
        let limits = Limits {
            max_connections_per_client: 1,
            ..LIMITS
        };
        let serving = tokio::spawn(serve(listener, router, (limits, exempt), stopped));
        let mut first = TcpStream::connect(address).await.unwrap();
        first.write_all(REQUEST).await.unwrap();
        assert_eq!(first.read_u8().await.unwrap(), b'H');
        let mut second = TcpStream::connect(address).await.unwrap();
        _ = second.write_all(REQUEST).await;
        assert_eq!(second.read_u8().await.is_err(), ends);
        stop.send_replace(true);
        serving.await.unwrap();
    }
}
