//! Sessions over the wire: refreshes that race, a token that comes back, and ends that every node feels at once.

use std::collections::{BTreeMap, HashSet};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::client::{Client, PASSWORD, Tokens, kind, sign_up_input, tokens};
use crate::support::database::Database;
use crate::support::home::{Home, copy_folder};
use crate::support::server::Server;
use crate::support::{SOON, until};

const TABS: usize = 20;
const NEW: &str = "nanoseconds of wire";

fn refused(client: &Client, token: &str) -> bool {
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
    assert!(!refused(&server.client(), &answers[0].refresh));
}

#[test]
fn refresh_token_reused_after_grace_ends_its_session() {
    let home = Home::unlimited().with("LATCHKEY_REFRESH_GRACE_SECONDS", "1");
    let server = home.start();
    let client = server.client();
    let stolen = client.sign_up("ada@x.test");
    let other = client.log_in("ada@x.test", PASSWORD);
    let next = client.refresh(&stolen.refresh);
    // The one thing that only time can show: a little more than the grace.
    thread::sleep(Duration::from_millis(1_100));
    assert!(refused(&client, &stolen.refresh));
    assert!(
        refused(&client, &next.refresh),
        "the thief's copy has ended the session for both"
    );
    assert_eq!(
        client.with_bearer(&next.access).me(),
        Err("UNAUTHENTICATED".to_owned())
    );
    assert!(client.with_bearer(&other.access).me().is_ok());
    assert!(!refused(&client, &other.refresh));
    assert_eq!(
        home.email_to("ada@x.test", 1).subject,
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
        // The first run makes the keys.
        assert!(homes[0].start().stop().success());
        copy_folder(&homes[0].data(), &homes[1].data());
        Self {
            homes,
            _database: database,
        }
    }
}

#[test]
fn ended_session_is_rejected_by_both_nodes_immediately() {
    let nodes = Nodes::new();
    let servers = nodes.homes.each_ref().map(Home::start);
    let [a, b] = servers.each_ref().map(Server::client);
    a.sign_up("ada@x.test");
    let mut password = PASSWORD.to_owned();

    for act in [
        "logout",
        "revokeSession",
        "changePassword",
        "resetPassword",
        "set-role",
    ] {
        let doomed = tokens(&a.act(
            "login",
            &json!({ "email": "ada@x.test", "password": password }),
        ));
        let other = b.with_bearer(&b.log_in("ada@x.test", &password).access);
        for node in [&a, &b] {
            assert!(
                node.with_bearer(&doomed.access).me().is_ok(),
                "before {act}"
            );
        }
        match act {
            "logout" => drop(a.with_bearer(&doomed.access).act("logout", &json!({}))),
            "revokeSession" => {
                let me = b.with_bearer(&doomed.access).me().unwrap();
                let current = me["sessions"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .find(|it| it["current"] == true)
                    .unwrap();
                let revoked = other.act("revokeSession", &json!({ "sessionId": current["id"] }));
                assert_eq!(kind(&revoked), "SessionRevoked");
            }
            "changePassword" => {
                let input = json!({ "currentPassword": password, "newPassword": NEW });
                assert_eq!(
                    kind(&other.act("changePassword", &input)),
                    "PasswordChanged"
                );
                NEW.clone_into(&mut password);
            }
            "resetPassword" => {
                a.forget("ada@x.test");
                let is_code = |subject: &str| subject == "Your code to reset your password";
                let messages = || {
                    nodes
                        .homes
                        .iter()
                        .flat_map(Home::messages)
                        .find(|message| is_code(&message.subject))
                };
                let code = until("the code, from either node", SOON, messages).code();
                assert_eq!(
                    kind(&b.reset("ada@x.test", &code, PASSWORD)),
                    "PasswordReset"
                );
                PASSWORD.clone_into(&mut password);
            }
            _ => {
                let arguments = [
                    "user",
                    "set-role",
                    "--email",
                    "ada@x.test",
                    "--role",
                    "admin",
                ];
                assert_eq!(nodes.homes[1].run(&arguments, "").code, Some(0));
            }
        }
        for node in [&a, &b] {
            assert_eq!(
                node.with_bearer(&doomed.access).me(),
                Err("UNAUTHENTICATED".to_owned()),
                "after {act}"
            );
            assert!(refused(node, &doomed.refresh), "after {act}");
        }
    }
}

/// Lets a crowd do the same at once, half of it on each node, and says how often each answer came.
fn at_once(nodes: [&Client; 2], act: impl Fn(&Client) -> String + Sync) -> BTreeMap<String, usize> {
    let mut answers = BTreeMap::new();
    let act = &act;
    thread::scope(|scope| {
        let crowd: Vec<_> = nodes
            .into_iter()
            .cycle()
            .take(TABS)
            .map(|node| scope.spawn(move || act(node)))
            .collect();
        for one in crowd {
            *answers.entry(one.join().unwrap()).or_default() += 1;
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
    let code = until("the code, from either node", SOON, || {
        nodes.homes.iter().find_map(|home| home.messages().pop())
    });
    let code = code.code();
    let answers = at_once([&a, &b], |node| {
        outcome(&node.reset("ada@x.test", &code, NEW))
    });
    assert_eq!(
        answers,
        counts([("InvalidCode", TABS - 1), ("PasswordReset", 1)])
    );
}
