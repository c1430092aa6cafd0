//! Sessions of running servers: concurrent refreshes, reuse of a refresh token, and sessions that
//! end on every node.

use std::collections::{BTreeMap, HashSet};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::client::{Client, PASSWORD, Tokens, kind, sign_up_input};
use crate::support::database::Database;
use crate::support::home::{Home, copy_folder};
use crate::support::server::Server;
use crate::support::{SOON, until};

const TABS: usize = 20;
const NEW_PASSWORD: &str = "nanoseconds of wire";

fn is_rejected(client: &Client, token: &str) -> bool {
    kind(&client.act("refresh", &json!({ "refreshToken": token }))) == "InvalidRefreshToken"
}

#[test]
fn concurrent_refreshes_from_twenty_tabs_share_one_successor() {
    let home = Home::unlimited();
    let server = home.start();
    let first = server.client().sign_up("ada@x.test");
    let answers: Vec<Tokens> = thread::scope(|scope| {
        let tab = |_| {
            let (client, token) = (server.client(), first.refresh.clone());
            scope.spawn(move || client.refresh(&token))
        };
        let tabs: Vec<_> = (0..TABS).map(tab).collect();
        tabs.into_iter().map(|tab| tab.join().unwrap()).collect()
    });
    let successors: HashSet<&str> = answers
        .iter()
        .map(|answer| answer.refresh.as_str())
        .collect();
    assert_eq!(successors.len(), 1);
    for answer in &answers {
        assert!(server.client().with_bearer(&answer.access).me().is_ok());
    }
    assert!(!is_rejected(&server.client(), &answers[0].refresh));
}

#[test]
fn refresh_token_reused_after_grace_ends_its_session() {
    let home = Home::unlimited().with("LATCHKEY_REFRESH_GRACE_SECONDS", "1");
    let server = home.start();
    let client = server.client();
    let stolen = client.sign_up("ada@x.test");
    let other = client.log_in("ada@x.test", PASSWORD);
    let next = client.refresh(&stolen.refresh);
    // The server reads the system clock, so the test has to sleep a little longer than the grace
    // period.
    thread::sleep(Duration::from_millis(1_100));
    assert!(is_rejected(&client, &stolen.refresh));
    assert!(
        is_rejected(&client, &next.refresh),
        "reuse ends the session for the successor too"
    );
    assert_eq!(
        client.with_bearer(&next.access).me(),
        Err("UNAUTHENTICATED".to_owned())
    );
    assert!(client.with_bearer(&other.access).me().is_ok());
    assert!(!is_rejected(&client, &other.refresh));
    assert_eq!(
        home.email_to("ada@x.test", 1).topic,
        "One of your sessions was ended"
    );
    home.logged("refresh token reused", 1);
}

/// Two nodes over one MongoDB, with the same keys.
struct Nodes {
    homes: [Home; 2],
    _database: Database,
}

impl Nodes {
    fn new() -> Self {
        let database = Database::new();
        let homes =
            [(); 2].map(|()| Home::unlimited().with("LATCHKEY_STORE", database.url.clone()));
        // The first run creates the keys.
        assert!(homes[0].start().stop().success());
        copy_folder(&homes[0].data(), &homes[1].data());
        Self {
            homes,
            _database: database,
        }
    }

    /// Waits for the email with the reset code, which either node may have sent.
    #[track_caller]
    fn reset_code(&self) -> String {
        let is_code = |subject: &str| subject == "Your code to reset your password";
        let find = || {
            let mut messages = self.homes.iter().flat_map(Home::messages);
            messages.find(|message| is_code(&message.topic))
        };
        until("the code, from either node", SOON, find).code()
    }
}

/// Ends the session of `doomed` in one of five ways, and returns the password that is valid
/// afterwards.
fn end_session(how: &str, nodes: &Nodes, [a, b]: [&Client; 2], doomed: &Tokens) -> &'static str {
    let doomed = b.with_bearer(&doomed.access);
    match how {
        "logout" => {
            assert_eq!(kind(&doomed.act("logout", &json!({}))), "LoggedOut");
            PASSWORD
        }
        "revokeSession" => {
            let session = doomed.current_session().unwrap();
            let other = b.with_bearer(&b.log_in("ada@x.test", PASSWORD).access);
            let revoked = other.act("revokeSession", &json!({ "sessionId": session }));
            assert_eq!(kind(&revoked), "SessionRevoked");
            PASSWORD
        }
        "changePassword" => {
            let other = b.with_bearer(&b.log_in("ada@x.test", PASSWORD).access);
            let input = json!({ "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD });
            let changed = other.act("changePassword", &input);
            assert_eq!(kind(&changed), "PasswordChanged");
            NEW_PASSWORD
        }
        "resetPassword" => {
            a.forget("ada@x.test");
            let reset = b.reset("ada@x.test", &nodes.reset_code(), PASSWORD);
            assert_eq!(kind(&reset), "PasswordReset");
            PASSWORD
        }
        command => {
            let arguments = ["user", command, "--email", "ada@x.test", "--role", "admin"];
            assert_eq!(nodes.homes[1].run(&arguments, "").code, Some(0));
            PASSWORD
        }
    }
}

#[test]
fn ended_session_is_rejected_by_both_nodes_immediately() {
    let nodes = Nodes::new();
    let servers = nodes.homes.each_ref().map(Home::start);
    let [a, b] = servers.each_ref().map(Server::client);
    a.sign_up("ada@x.test");
    let mut password = PASSWORD;

    for how in [
        "logout",
        "revokeSession",
        "changePassword",
        "resetPassword",
        "set-role",
    ] {
        let doomed = a.log_in("ada@x.test", password);
        for node in [&a, &b] {
            let is_valid = node.with_bearer(&doomed.access).me().is_ok();
            assert!(is_valid, "before {how}");
        }
        password = end_session(how, &nodes, [&a, &b], &doomed);
        for node in [&a, &b] {
            assert_eq!(
                node.with_bearer(&doomed.access).me(),
                Err("UNAUTHENTICATED".to_owned()),
                "after {how}"
            );
            assert!(is_rejected(node, &doomed.refresh), "after {how}");
        }
    }
}

/// Runs an operation concurrently, half of the time on each node, and counts each outcome.
fn at_once(nodes: [&Client; 2], run: impl Fn(&Client) -> String + Sync) -> BTreeMap<String, usize> {
    let mut answers = BTreeMap::new();
    let run = &run;
    thread::scope(|scope| {
        let threads: Vec<_> = nodes
            .into_iter()
            .cycle()
            .take(TABS)
            .map(|node| scope.spawn(move || run(node)))
            .collect();
        for thread in threads {
            *answers.entry(thread.join().unwrap()).or_default() += 1;
        }
    });
    answers
}

#[test]
fn concurrent_operations_on_two_nodes_have_one_winner() {
    let nodes = Nodes::new();
    let servers = nodes.homes.each_ref().map(Home::start);
    let [a, b] = servers.each_ref().map(Server::client);
    let outcome = |answer: &Value| kind(answer).to_owned();
    let counts = |counts: [(&str, usize); 2]| {
        BTreeMap::from(counts.map(|(name, count)| (name.to_owned(), count)))
    };

    let answers = at_once([&a, &b], |node| {
        outcome(&node.act("signup", &sign_up_input("ada@x.test")))
    });
    assert_eq!(
        answers,
        counts([("Authenticated", 1), ("EmailTaken", TABS - 1)])
    );

    let first = a.log_in("ada@x.test", PASSWORD);
    let successors = at_once([&a, &b], |node| node.refresh(&first.refresh).refresh);
    assert_eq!((successors.len(), successors.values().sum()), (1, TABS));

    a.forget("ada@x.test");
    let code = nodes.reset_code();
    let answers = at_once([&a, &b], |node| {
        outcome(&node.reset("ada@x.test", &code, NEW_PASSWORD))
    });
    assert_eq!(
        answers,
        counts([("InvalidCode", TABS - 1), ("PasswordReset", 1)])
    );
}
