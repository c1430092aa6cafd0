//! Requests as they are written, and answers of every kind.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

#[test]
fn request_names_host_port_path_and_query() {
    let url = Url::parse("https://user@x.test:8443/a/b?c=d#e").unwrap();
    let request = Outgoing::get(&url).with_bearer("t").into_request().unwrap();
    assert_eq!(request.uri().to_string(), "/a/b?c=d");
    assert_eq!(request.headers()[HOST], "x.test:8443");
    assert_eq!(request.headers()[AUTHORIZATION], "Bearer t");
    assert_eq!(request.method(), Method::GET);
}

#[test]
fn lifetime_of_an_answer_is_read_among_other_directives() {
    let incoming = |value: &'static str| Incoming {
        status: StatusCode::OK,
        headers: HeaderMap::from_iter([(CACHE_CONTROL, value.parse().unwrap())]),
        body: Bytes::new(),
    };
    let age = |value| incoming(value).max_age().map(|age| age.as_secs());
    assert_eq!(age("public, max-age=60, must-revalidate"), Some(60));
    assert_eq!(age("max-age=\"7\""), Some(7));
    assert_eq!(age("no-store"), None);
    assert_eq!(age("max-age=-1"), None);
}

/// Serves one connection with these bytes, and returns the URL.
async fn server(answer: Vec<u8>) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 1024];
        _ = stream.read(&mut head).await;
        _ = stream.write_all(&answer).await;
    });
    Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap()
}

async fn answer(bytes: impl Into<Vec<u8>>) -> Result<Incoming, ProviderError> {
    let url = server(bytes.into()).await;
    HttpClient::default().send(Outgoing::get(&url)).await
}

#[tokio::test]
async fn answer_is_read_whatever_its_status() {
    let found = answer("HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\":1}").await;
    assert_eq!(found.unwrap().object().unwrap()["a"], 1);
    let found = answer("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await;
    assert!(found.unwrap().object().is_none());
    let until_closed = answer("HTTP/1.1 200 OK\r\n\r\n{}").await;
    assert!(until_closed.unwrap().object().is_some());
}

#[tokio::test]
async fn redirect_of_a_provider_is_not_followed() {
    let moved = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(answer(moved).await.unwrap().status, StatusCode::FOUND);
}

#[tokio::test]
async fn answer_too_large_or_cut_off_is_refused() {
    let large = "x".repeat(MAX_BODY + 1);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", large.len());
    assert!(matches!(
        answer(head + &large).await,
        Err(ProviderError::Invalid(_))
    ));
    let cut = answer("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}").await;
    assert!(matches!(cut, Err(ProviderError::Invalid(_))));
    let head = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(MAX_HEAD * 2));
    assert!(answer(head).await.is_err());
}

#[tokio::test]
async fn port_without_a_web_server_is_unreachable() {
    for bytes in ["", "SSH-2.0-x\r\n"] {
        assert!(
            matches!(answer(bytes).await, Err(ProviderError::Unreachable(_))),
            "{bytes}"
        );
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    for scheme in ["http", "https"] {
        let url = Url::parse(&format!("{scheme}://127.0.0.1:{port}/")).unwrap();
        let failed = HttpClient::default().send(Outgoing::get(&url)).await;
        assert!(matches!(failed, Err(ProviderError::Unreachable(_))));
    }
}

#[tokio::test]
async fn plain_text_where_tls_is_expected_is_refused() {
    let mut url = server(b"HTTP/1.1 200 OK\r\n\r\n{}".to_vec()).await;
    url.set_scheme("https").unwrap();
    let failed = HttpClient::default().send(Outgoing::get(&url)).await;
    assert!(matches!(failed, Err(ProviderError::Unreachable(_))));
}
