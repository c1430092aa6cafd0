//! On a real MongoDB: the whole loop, two nodes on one database, and a store that stops, comes late, or never comes.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::mongod::Mongod;
use crate::support::client::{Client, PASSWORD, kind, sign_up_input, tokens};
use crate::support::database::Database;
use crate::support::home::{Home, copy_folder};
use crate::support::{SOON, until};

/// How long a client may have to wait for an answer while the store is down.
const WHILE_DOWN: Duration = Duration::from_secs(2);
/// How long after the store's return the server may need to find out.
const RECOVERED: Duration = Duration::from_secs(15);

fn home_on(store: &str) -> Home {
    Home::new().with("LATCHKEY_STORE", store)
}

#[test]
fn account_lifecycle_from_signup_to_password_reset_works() {
    let database = Database::new();
    let home = home_on(&database.url);
    let server = home.start();
    assert!(
        server.lines[1].starts_with("Data: mongodb://"),
        "{:?}",
        server.lines
    );
    let client = server.client();
    let first = client.sign_up("ada@x.test");
    assert_eq!(
        kind(&client.act("signup", &sign_up_input("Ada@x.test"))),
        "EmailTaken"
    );
    let second = client.log_in("ada@x.test", PASSWORD);
    let third = client.refresh(&second.refresh);
    let me = client.with_bearer(&third.access).me().unwrap();
    assert_eq!(
        (&me["email"], me["sessions"].as_array().map(Vec::len)),
        (&json!("ada@x.test"), Some(2))
    );

    client.forget("ada@x.test");
    let code = home.email_to("ada@x.test", 1).code();
    assert_eq!(
        kind(&client.reset("ada@x.test", &code, "nanoseconds of wire")),
        "PasswordReset"
    );
    assert_eq!(
        kind(&client.reset("ada@x.test", &code, "nanoseconds of rope")),
        "InvalidCode"
    );
    for ended in [&first, &third] {
        assert_eq!(
            client.with_bearer(&ended.access).me(),
            Err("UNAUTHENTICATED".to_owned())
        );
        let refreshed = client.act("refresh", &json!({ "refreshToken": ended.refresh }));
        assert_eq!(kind(&refreshed), "InvalidRefreshToken");
    }
    let wrong = client.act(
        "login",
        &json!({ "email": "ada@x.test", "password": PASSWORD }),
    );
    assert_eq!(kind(&wrong), "InvalidCredentials");
    client.log_in("ada@x.test", "nanoseconds of wire");
    assert_eq!(
        home.email_to("ada@x.test", 2).subject,
        "Your password was changed"
    );
    assert!(!home.data().join("latchkey.db").exists());
    assert!(server.stop().success());

    let again = home
        .start()
        .client()
        .log_in("ada@x.test", "nanoseconds of wire");
    assert!(!again.access.is_empty());
}

#[test]
fn session_ended_on_one_node_is_rejected_on_other() {
    let database = Database::new();
    let (first, second) = (home_on(&database.url), home_on(&database.url));
    let node_a = first.start();
    copy_folder(&first.data(), &second.data());
    let node_b = second.start();
    let (a, b) = (node_a.client(), node_b.client());

    let (one, two) = (a.sign_up("ada@x.test"), b.log_in("ada@x.test", PASSWORD));
    let (one_at_b, two_at_a) = (b.with_bearer(&one.access), a.with_bearer(&two.access));
    let session = one_at_b
        .me()
        .expect("a token of one node is good on the other")["sessions"]
        .clone();
    let current = session
        .as_array()
        .unwrap()
        .iter()
        .find(|session| session["current"] == true)
        .unwrap();
    let revoked = two_at_a.act("revokeSession", &json!({ "sessionId": current["id"] }));
    assert_eq!(kind(&revoked), "SessionRevoked");
    assert_eq!(one_at_b.me(), Err("UNAUTHENTICATED".to_owned()));
    assert_eq!(
        kind(&b.act("refresh", &json!({ "refreshToken": one.refresh }))),
        "InvalidRefreshToken"
    );

    assert_eq!(
        kind(&two_at_a.act("logout", &json!({ "everywhere": true }))),
        "LoggedOut"
    );
    assert_eq!(
        b.with_bearer(&two.access).me(),
        Err("UNAUTHENTICATED".to_owned())
    );

    // A code that one node mailed is spent on the other, and once.
    a.forget("ada@x.test");
    let find = || {
        [&first, &second]
            .iter()
            .find_map(|home| home.messages().pop())
    };
    let code = until("a letter from either node", SOON, find).code();
    assert_eq!(
        kind(&b.reset("ada@x.test", &code, "nanoseconds of wire")),
        "PasswordReset"
    );
    assert_eq!(
        kind(&a.reset("ada@x.test", &code, "nanoseconds of rope")),
        "InvalidCode"
    );
}

#[test]
fn hanging_store_is_reported_quickly_and_recovered_from() {
    let mut mongod = Mongod::started(&[]);
    let home = home_on(&mongod.url("latchkey"));
    let server = home.start();
    let client = server.client();
    let signed_in = client.with_bearer(&client.sign_up("ada@x.test").access);
    assert_eq!(client.get("/health/ready").status, 200);

    mongod.pause();
    for _ in 0..2 {
        assert_eq!(in_time(|| client.get("/health/live").status), 200);
        assert_eq!(in_time(|| client.get("/health/ready").status), 503);
        is_overloaded(
            &client,
            "login",
            &json!({ "email": "ada@x.test", "password": PASSWORD }),
        );
        is_overloaded(&client, "signup", &sign_up_input("bob@x.test"));
        is_overloaded(&client, "forgotPassword", &json!({ "email": "ada@x.test" }));
        assert_eq!(in_time(|| signed_in.me()), Err("OVERLOADED".to_owned()));
    }

    mongod.resume();
    ready(&client);
    assert_eq!(signed_in.me().unwrap()["email"], "ada@x.test");
    client.log_in("ada@x.test", PASSWORD);
    client.forget("ada@x.test");
    home.email_to("ada@x.test", 1);
}

#[test]
fn restarted_store_is_found_again_by_server() {
    let mut mongod = Mongod::started(&[]);
    let home = home_on(&mongod.url("latchkey"));
    let server = home.start();
    let client = server.client();
    client.sign_up("ada@x.test");
    mongod.kill();
    assert_eq!(in_time(|| client.get("/health/ready").status), 503);
    is_overloaded(&client, "signup", &sign_up_input("bob@x.test"));

    mongod.start();
    ready(&client);
    client.sign_up("bob@x.test");
    assert_eq!(
        kind(&client.act("signup", &sign_up_input("ada@x.test"))),
        "EmailTaken"
    );
}

#[test]
fn server_started_before_its_store_becomes_ready_later() {
    let mut mongod = Mongod::new(&[]);
    let home = home_on(&mongod.url("latchkey"));
    let server = home.start();
    let client = server.client();
    assert_eq!(in_time(|| client.get("/health/live").status), 200);
    assert_eq!(in_time(|| client.get("/health/ready").status), 503);
    is_overloaded(&client, "signup", &sign_up_input("ada@x.test"));
    let checked = home.run(&["check"], "");
    assert_eq!(checked.code, Some(2), "{checked:#?}");
    assert!(
        checked.stderr.contains("wrong: store: ") && checked.stderr.contains("LATCHKEY_STORE"),
        "{checked:#?}"
    );

    mongod.start();
    ready(&client);
    tokens(&client.act("signup", &sign_up_input("ada@x.test")));
    assert_eq!(
        kind(&client.act("signup", &sign_up_input("ada@x.test"))),
        "EmailTaken",
        "the indexes are made late too"
    );
    assert_eq!(home.run(&["check"], "").code, Some(0));
}

#[test]
fn server_with_unreachable_store_stops_on_sigterm() {
    let home = home_on(&Mongod::new(&[]).url("latchkey"));
    let server = home.start();
    is_overloaded(&server.client(), "signup", &sign_up_input("ada@x.test"));
    assert_eq!(server.stop().code(), Some(0));
}

/// Asks, and holds the answer to its time.
#[track_caller]
fn in_time<T>(ask: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let answer = ask();
    assert!(
        started.elapsed() < WHILE_DOWN,
        "the answer took {:?}",
        started.elapsed()
    );
    answer
}

/// Holds an operation to answer with OVERLOADED in time, and to tell nothing of the store.
#[track_caller]
fn is_overloaded(client: &Client, operation: &str, input: &Value) {
    let answer = in_time(|| client.try_act(operation, input).unwrap());
    let error = &answer["errors"][0];
    assert_eq!(
        error["extensions"]["code"], "OVERLOADED",
        "{operation}: {answer}"
    );
    assert!(
        error["extensions"]["retryAfterSeconds"].as_i64() > Some(0),
        "{answer}"
    );
    assert_eq!(
        error["message"],
        "The service is busy. Try again in a moment."
    );
    assert_eq!(answer["data"], Value::Null, "{answer}");
}

#[track_caller]
fn ready(client: &Client) {
    until("a server that is ready", RECOVERED, || {
        (client.get("/health/ready").status == 200).then_some(())
    });
}
