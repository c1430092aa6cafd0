//! Tests of accepting, on a real listener.

use super::*;

fn options(limits: Limits, peers: KnownPeers) -> ServerOptions {
    ServerOptions {
        limits,
        peers,
        metrics: Metrics::default(),
    }
}

#[tokio::test]
async fn client_that_sends_too_much_still_reads_the_response() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (Server { router, .. }, _) = server(1);
    let (stop, stopped) = shutdown();
    let serving = tokio::spawn(serve(
        listener,
        router,
        options(LIMITS, KnownPeers::default()),
        stopped,
    ));
    let mut client = TcpStream::connect(address).await.unwrap();
    // The server does not read this body: the route has no handler for the method.
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
async fn connections_beyond_the_maximum_wait_to_be_accepted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (Server { router, .. }, _) = server(1);
    let (stop, stopped) = shutdown();
    let limits = Limits {
        connections: 1,
        ..LIMITS
    };
    let serving = tokio::spawn(serve(
        listener,
        router,
        options(limits, KnownPeers::default()),
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
    // It waits in the operating system's queue until the first connection is closed.
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
async fn client_beyond_its_maximum_is_closed_unless_exempt() {
    for (exempt, ends) in [
        (TrustedProxies::default(), true),
        (TrustedProxies::default().with_loopback(), false),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (Server { router, .. }, _) = server(1);
        let (stop, stopped) = shutdown();
        let limits = Limits {
            max_connections_per_client: 1,
            ..LIMITS
        };
        let peers = KnownPeers {
            exempt,
            ..KnownPeers::default()
        };
        let serving = tokio::spawn(serve(listener, router, options(limits, peers), stopped));
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

#[tokio::test]
async fn trusted_proxys_connection_may_be_idle_for_longer() {
    for (proxies, ends) in [
        (TrustedProxies::default(), true),
        (TrustedProxies::default().with_loopback(), false),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (Server { router, .. }, _) = server(1);
        let (stop, stopped) = shutdown();
        let peers = KnownPeers {
            proxies,
            ..KnownPeers::default()
        };
        let limits = Limits {
            idle: Duration::from_millis(100),
            ..LIMITS
        };
        let serving = tokio::spawn(serve(listener, router, options(limits, peers), stopped));
        let mut connection = TcpStream::connect(address).await.unwrap();
        connection.write_all(REQUEST).await.unwrap();
        let mut answer = Vec::new();
        let closed = timeout(limits.idle * 6, connection.read_to_end(&mut answer)).await;
        assert_eq!(closed.is_ok(), ends);
        assert!(answer.starts_with(b"HTTP/1.1 200 OK"));
        drop(connection);
        stop.send_replace(true);
        serving.await.unwrap();
    }
}

#[tokio::test]
async fn stopping_server_serves_connections_in_its_queue() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut waiting = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    let (Server { router, .. }, _) = server(1);
    let (stop, stopped) = shutdown();
    stop.send_replace(true);
    let serving = tokio::spawn(serve(
        listener,
        router,
        options(LIMITS, KnownPeers::default()),
        stopped,
    ));
    waiting.write_all(REQUEST).await.unwrap();
    let mut answer = String::new();
    waiting.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    serving.await.unwrap();
}

#[tokio::test]
async fn draining_server_accepts_and_asks_clients_to_leave() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (Server { router, .. }, _) = server(1);
    let (drain, draining) = watch::channel(false);
    let (close, closing) = watch::channel(false);
    let steps = Shutdown {
        drain: draining,
        close: closing,
    };
    let peers = KnownPeers::default();
    let serving = tokio::spawn(serve(listener, router, options(LIMITS, peers), steps));
    let mut reused = TcpStream::connect(address).await.unwrap();
    reused.write_all(REQUEST).await.unwrap();
    let mut first = [0; 256];
    let read = reused.read(&mut first).await.unwrap();
    let first = String::from_utf8_lossy(&first[..read]).into_owned();
    assert!(!first.contains("connection: close"), "{first}");
    drain.send_replace(true);
    for mut connection in [reused, TcpStream::connect(address).await.unwrap()] {
        connection.write_all(REQUEST).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    }
    close.send_replace(true);
    serving.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
