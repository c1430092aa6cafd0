//! The configurations of docs/proxies.md: behind each of them, a client cannot choose its own
//! address.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::runtime::Runtime;

use crate::support::SOON;
use crate::support::client::{PASSWORD, kind};
use crate::support::home::Home;
use crate::support::proxy::Program;
use crate::support::socket::Socket;

/// The address of the test's client, which is on loopback and not the proxies'.
const CLIENT: &str = "127.0.0.3";
/// An address that the client makes up.
const FALSE: &str = "203.0.113.9";

/// Logs in from [`CLIENT`] with false headers, and returns the address of the session.
fn address_of_session(proxy: &str) -> String {
    let input = json!({ "email": "ada@x.test", "password": PASSWORD });
    let query = "mutation($input: LoginInput!) { login(input: $input) \
        { __typename ... on Authenticated { user { sessions { current ipAddress } } } } }";
    let body = json!({ "query": query, "variables": { "input": input } }).to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: {proxy}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         X-Forwarded-For: {FALSE}\r\nX-Forwarded-For: 127.0.0.1\r\nForwarded: for={FALSE}\r\nX-Real-IP: {FALSE}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    let response = Runtime::new().unwrap().block_on(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{CLIENT}:0").parse().unwrap()).unwrap();
        let mut stream = socket.connect(proxy.parse().unwrap()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response
    });
    let start = response
        .find("{\"data\"")
        .unwrap_or_else(|| panic!("{response}"));
    let mut values = serde_json::Deserializer::from_str(&response[start..]).into_iter::<Value>();
    let answer = values.next().unwrap().unwrap()["data"]["login"].clone();
    assert_eq!(kind(&answer), "Authenticated");
    let sessions = answer["user"]["sessions"].as_array().unwrap();
    let current = sessions.iter().find(|session| session["current"] == true);
    current.unwrap()["ipAddress"].as_str().unwrap().to_owned()
}

/// Returns the address that latchkey sees behind a program.
#[track_caller]
fn seen_behind(program: Program, trusted: &str) -> String {
    let home = Home::unlimited().with("LATCHKEY_TRUSTED_PROXIES", trusted);
    let server = home.start();
    server.client().sign_up("ada@x.test");
    let proxy = program.start(&program.page(), server.address());
    address_of_session(&proxy.address)
}

#[test]
fn client_behind_nginx_cannot_choose_its_address() {
    assert_eq!(seen_behind(Program::Nginx, "127.0.0.1"), CLIENT);
    // Even if the client's own network is trusted by mistake.
    assert_eq!(seen_behind(Program::Nginx, "127.0.0.0/8"), CLIENT);
}

#[test]
fn client_behind_haproxy_cannot_choose_its_address() {
    assert_eq!(seen_behind(Program::Haproxy, "127.0.0.1"), CLIENT);
    assert_eq!(seen_behind(Program::Haproxy, "127.0.0.0/8"), CLIENT);
}

#[test]
fn client_behind_caddy_cannot_choose_its_address() {
    assert_eq!(seen_behind(Program::Caddy, "127.0.0.1"), CLIENT);
    assert_eq!(seen_behind(Program::Caddy, "127.0.0.0/8"), CLIENT);
}

#[test]
fn client_behind_apache_cannot_choose_its_address() {
    assert_eq!(seen_behind(Program::Apache, "127.0.0.1"), CLIENT);
    assert_eq!(seen_behind(Program::Apache, "127.0.0.0/8"), CLIENT);
}

/// Not part of `./test`: `cargo test --test program envoy -- --ignored`.
#[test]
#[ignore = "downloads Envoy, 37 MB"]
fn client_behind_envoy_cannot_choose_its_address() {
    assert_eq!(seen_behind(Program::Envoy, "127.0.0.1"), CLIENT);
    assert_eq!(seen_behind(Program::Envoy, "127.0.0.0/8"), CLIENT);
}

/// The page's table of symptoms.
#[test]
fn wrong_settings_are_seen_in_the_sessions_address() {
    assert_eq!(seen_behind(Program::Nginx, ""), "127.0.0.1");
    let home = Home::unlimited().with("LATCHKEY_TRUSTED_PROXIES", "127.0.0.0/8");
    let server = home.start();
    server.client().sign_up("ada@x.test");
    let page = Program::Nginx.page();
    let appends = page.replace("$remote_addr", "$proxy_add_x_forwarded_for");
    assert_ne!(appends, page);
    let proxy = Program::Nginx.start(&appends, server.address());
    assert_eq!(address_of_session(&proxy.address), FALSE);
}

/// Follows an account through a program, by a socket and by an event stream.
#[track_caller]
fn follow_behind(program: Program) {
    let home = Home::unlimited().with("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1");
    let server = home.start();
    let tokens = server.client().sign_up("ada@x.test");
    let proxy = program.start(&program.page(), server.address());
    let mut socket = Socket::at(&proxy.address, &tokens.access);
    let stream = first_events(&proxy.address, &tokens.access);
    assert!(
        stream.contains(":\n\n") && stream.contains("UserChanged"),
        "{stream}"
    );
    let client = server.client().with_bearer(&tokens.access);
    client.act("logout", &json!({}));
    assert_eq!(socket.event()["__typename"], "SessionEnded");
    assert_eq!(socket.closed(), Some(4401));
}

/// Sends nothing for longer than two heartbeats take, and then follows the account as before.
#[test]
fn quiet_sockets_and_streams_stay_open_behind_every_proxy() {
    use Program::{Apache, Caddy, Envoy, Haproxy, Nginx};
    let home = Home::unlimited().with("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1");
    let server = home.start();
    let tokens = server.client().sign_up("ada@x.test");
    let programs = [Nginx, Haproxy, Caddy, Apache, Envoy];
    let proxies = programs.map(|it| it.start(&it.page(), server.address()));
    let sockets = proxies
        .each_ref()
        .map(|it| Socket::at(&it.address, &tokens.access));
    let streams = proxies
        .each_ref()
        .map(|it| open_stream(&it.address, &tokens.access));
    std::thread::scope(|scope| {
        for (stream, program) in streams.into_iter().zip(programs) {
            scope.spawn(move || {
                let received = read_until(stream, |text| text.matches("\n:\n").count() > 2);
                assert!(!received.contains("complete"), "{program:?}: {received}");
            });
        }
    });
    let client = server.client().with_bearer(&tokens.access);
    client.act("logout", &json!({}));
    for (mut socket, program) in sockets.into_iter().zip(programs) {
        let event = socket.event();
        assert_eq!(event["__typename"], "SessionEnded", "{program:?}");
        assert_eq!(socket.closed(), Some(4401), "{program:?}");
    }
}

/// Opens an event stream, and reads until its first event.
fn first_events(proxy: &str, bearer: &str) -> String {
    read_until(open_stream(proxy, bearer), |text| {
        text.contains("__typename")
    })
}

fn open_stream(proxy: &str, bearer: &str) -> TcpStream {
    let body = json!({ "query": "subscription { accountChanged { __typename } }" }).to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: {proxy}\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\n\
         Authorization: Bearer {bearer}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(proxy).unwrap();
    stream.set_read_timeout(Some(SOON * 2)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// Reads until a condition holds for the text so far.
fn read_until(mut stream: TcpStream, holds: impl Fn(&str) -> bool) -> String {
    let (mut received, mut part) = (Vec::new(), [0; 4096]);
    while !holds(&String::from_utf8_lossy(&received)) {
        let length = stream.read(&mut part).unwrap();
        assert_ne!(length, 0, "{}", String::from_utf8_lossy(&received));
        received.extend_from_slice(&part[..length]);
    }
    String::from_utf8(received).unwrap()
}

#[test]
fn sockets_and_streams_pass_nginx_at_once() {
    follow_behind(Program::Nginx);
}

#[test]
fn sockets_and_streams_pass_haproxy_at_once() {
    follow_behind(Program::Haproxy);
}

#[test]
fn sockets_and_streams_pass_caddy_at_once() {
    follow_behind(Program::Caddy);
}

#[test]
fn sockets_and_streams_pass_apache_at_once() {
    follow_behind(Program::Apache);
}

#[test]
fn sockets_and_streams_pass_envoy_at_once() {
    follow_behind(Program::Envoy);
}
