//! The program on a real MongoDB: an account's lifecycle, two nodes on one database, and a store
//! that hangs, restarts, starts late or never starts.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::mongod::Mongod;
use crate::support::client::{Client, PASSWORD, Tokens, kind, sign_up_input, tokens};
use crate::support::database::Database;
use crate::support::home::{Home, copy_folder};
use crate::support::{SOON, until};

/// The longest that a client may wait for a response while the store is down.
const WHILE_DOWN: Duration = Duration::from_secs(2);
/// The longest that the server may take to notice that the store is back.
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
    let ended = sign_up_log_in_and_refresh(&server.client());
    reset_password_once(&home, &server.client());
    assert_ended_and_changed(&server.client(), &ended);
    assert_eq!(
        home.email_to("ada@x.test", 2).topic,
        "Your password was reset"
    );
    assert!(!home.data().join("latchkey.db").exists());
    assert!(server.stop().success());

    let again = home
        .start()
        .client()
        .log_in("ada@x.test", "nanoseconds of wire");
    assert!(!again.access.is_empty());
}

/// Signs Ada up, logs her in and refreshes, and returns the tokens of both sessions.
fn sign_up_log_in_and_refresh(client: &Client) -> [Tokens; 2] {
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
    [first, third]
}

fn reset_password_once(home: &Home, client: &Client) {
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
}

/// Asserts that the sessions have ended and that only the new password logs in.
fn assert_ended_and_changed(client: &Client, ended: &[Tokens]) {
    for ended in ended {
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
        .current_session()
        .expect("a token of one node is valid on the other");
    let revoked = two_at_a.act("revokeSession", &json!({ "sessionId": session }));
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

    // A code that one node mailed can be used on the other, once.
    a.forget("ada@x.test");
    let find = || {
        [&first, &second]
            .iter()
            .find_map(|home| home.messages().pop())
    };
    let code = until("an email from either node", SOON, find).code();
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
        in_time(|| client.get("/health/ready").status);
        assert_overloaded(
            &client,
            "login",
            &json!({ "email": "ada@x.test", "password": PASSWORD }),
        );
        assert_overloaded(&client, "signup", &sign_up_input("bob@x.test"));
        assert_overloaded(&client, "forgotPassword", &json!({ "email": "ada@x.test" }));
        assert_eq!(in_time(|| signed_in.me()), Err("OVERLOADED".to_owned()));
    }
    wait_until_unready(&client);

    mongod.resume();
    wait_until_ready(&client);
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
    assert_overloaded(&client, "signup", &sign_up_input("bob@x.test"));
    wait_until_unready(&client);

    mongod.start();
    wait_until_ready(&client);
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
    assert_overloaded(&client, "signup", &sign_up_input("ada@x.test"));
    let answer = client
        .try_act("signup", &sign_up_input("ada@x.test"))
        .unwrap();
    let outcome = &answer["errors"][0]["extensions"]["outcome"];
    assert_eq!(outcome, "NOT_DONE", "nothing was sent: {answer}");
    let checked = home.run(&["check"], "");
    assert_eq!(checked.code, Some(2), "{checked:#?}");
    assert!(
        checked.stderr.contains("wrong: store: ") && checked.stderr.contains("LATCHKEY_STORE"),
        "{checked:#?}"
    );

    mongod.start();
    wait_until_ready(&client);
    tokens(&client.act("signup", &sign_up_input("ada@x.test")));
    assert_eq!(
        kind(&client.act("signup", &sign_up_input("ada@x.test"))),
        "EmailTaken",
        "the indexes are created late too"
    );
    assert_eq!(home.run(&["check"], "").code, Some(0));
}

#[test]
fn server_with_unreachable_store_stops_on_sigterm() {
    let home = home_on(&Mongod::new(&[]).url("latchkey"));
    let server = home.start();
    assert_overloaded(&server.client(), "signup", &sign_up_input("ada@x.test"));
    assert_eq!(server.stop().code(), Some(0));
}

/// Runs a request and asserts that the response comes in time.
#[track_caller]
fn in_time<T>(request: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let answer = request();
    assert!(
        started.elapsed() < WHILE_DOWN,
        "the response took {:?}",
        started.elapsed()
    );
    answer
}

/// Asserts that an operation answers OVERLOADED in time and reveals nothing about the store.
#[track_caller]
fn assert_overloaded(client: &Client, operation: &str, input: &Value) {
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
fn wait_until_unready(client: &Client) {
    until("a server that is not ready", RECOVERED, || {
        (in_time(|| client.get("/health/ready").status) == 503).then_some(())
    });
}

#[track_caller]
fn wait_until_ready(client: &Client) {
    until("a server that is ready", RECOVERED, || {
        (client.get("/health/ready").status == 200).then_some(())
    });
}
