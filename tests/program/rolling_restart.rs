//! Two nodes behind nginx, restarted in turn while clients go on sending requests.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::support::client::{Client, PASSWORD};
use crate::support::database::Database;
use crate::support::home::{Home, copy_folder};
use crate::support::proxy::{Program, Proxy, free_address};
use crate::support::server::Server;
use crate::support::{SOON, until};

const CLIENTS: usize = 4;

/// A node on an address of its own, which it has again after a restart.
struct Node {
    home: Home,
    address: String,
}

impl Node {
    fn new(database: &Database) -> Self {
        let address = free_address();
        let home = Home::unlimited()
            .with("LATCHKEY_STORE", &database.url)
            .with("LATCHKEY_LISTEN", &address)
            .with("LATCHKEY_PUBLIC_URL", "http://127.0.0.1:8080")
            .with("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1")
            .with("LATCHKEY_DRAIN_SECONDS", "1");
        Self { home, address }
    }

    fn requests(&self) -> usize {
        self.home.log().matches("\"request\"").count()
    }

    /// Stops the server, starts it again, and waits until the proxy sends requests to it.
    fn restart(&self, mut server: Server, signal: &str) -> Server {
        server.process.signal(signal);
        assert_eq!(server.process.ended().code(), Some(0));
        let before = self.requests();
        let server = self.home.start();
        until("requests to the restarted node", SOON, || {
            (self.requests() > before).then_some(())
        });
        server
    }
}

fn start_nginx(nodes: &[Node; 2]) -> Proxy {
    let page = Program::Nginx.page();
    let one = "server 127.0.0.1:4000 fail_timeout=2s;";
    let second = one.replace("127.0.0.1:4000", &nodes[1].address);
    let both = page.replace(one, &format!("{one}\n    {second}"));
    assert_ne!(both, page);
    Program::Nginx.start(&both, &nodes[0].address)
}

fn access_token(answer: &Value) -> Option<String> {
    let token = answer["data"]["login"]["tokens"]["accessToken"].as_str();
    token.map(str::to_owned)
}

/// Sends writes and reads until `stop`, and returns what went wrong.
fn send_requests(client: &Client, stop: &AtomicBool, sent: &AtomicUsize) -> Vec<String> {
    let mut failures = Vec::new();
    let login = json!({ "email": "ada@x.test", "password": PASSWORD });
    while !stop.load(Ordering::Relaxed) {
        let written = client.try_act("login", &login);
        // The oldest of the many sessions end: each login is read with its own token.
        let access = written.as_ref().ok().and_then(access_token);
        let reader = client.with_bearer(&access.unwrap_or_default());
        let read = reader.try_post("{ me { email } }", &json!({}));
        let answers = [
            ("login", written, "Authenticated"),
            ("me", read, "ada@x.test"),
        ];
        for (name, answer, expected) in answers {
            sent.fetch_add(1, Ordering::Relaxed);
            let answer = answer.map_or_else(|error| error.to_string(), |it| it.to_string());
            if !answer.contains(expected) {
                failures.push(format!("{name}: {answer}"));
            }
        }
    }
    failures
}

#[test]
fn nodes_restart_in_turn_without_a_failed_request() {
    let database = Database::new();
    let nodes = [Node::new(&database), Node::new(&database)];
    let first = nodes[0].home.start();
    copy_folder(&nodes[0].home.data(), &nodes[1].home.data());
    let second = nodes[1].home.start();
    let proxy = start_nginx(&nodes);
    let client = Client::new(&format!("http://{}", proxy.address));
    client.sign_up("ada@x.test");

    let (stop, sent) = (AtomicBool::new(false), AtomicUsize::new(0));
    let failures = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let client = Client::new(&format!("http://{}", proxy.address));
                let (stop, sent) = (&stop, &sent);
                scope.spawn(move || send_requests(&client, stop, sent))
            })
            .collect();
        let servers = [
            nodes[0].restart(first, "TERM"),
            nodes[1].restart(second, "HUP"),
        ];
        stop.store(true, Ordering::Relaxed);
        let failures: Vec<String> = clients
            .into_iter()
            .flat_map(|client| client.join().unwrap())
            .collect();
        drop(servers);
        failures
    });
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent > 100, "{sent} requests");
    assert_eq!(failures, Vec::<String>::new(), "of {sent} requests");
}
