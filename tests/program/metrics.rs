//! The measurements that Prometheus reads.

use serde_json::json;

use crate::support::client::{Client, PASSWORD};
use crate::support::home::Home;
use crate::support::{SOON, until};

/// Returns a client of the metrics listener, whose port is in the log.
#[track_caller]
pub fn metrics_of(home: &Home) -> Client {
    let url = until("the metrics' URL in the log", SOON, || {
        let log = home.log();
        let (_, rest) = log.split_once("metrics: ")?;
        Some(rest.split_once("/metrics")?.0.to_owned())
    });
    Client::new(&url)
}

fn measured_home() -> Home {
    Home::new().with("LATCHKEY_METRICS_LISTEN", "127.0.0.1:0")
}

#[track_caller]
fn assert_lines(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(
            text.lines().any(|it| it.starts_with(line)),
            "{line} in\n{text}"
        );
    }
}

#[test]
fn operations_store_hashes_and_emails_are_measured() {
    let home = measured_home();
    let server = home.start();
    let client = server.client();
    client.sign_up("ada@x.test");
    client.act(
        "login",
        &json!({ "email": "ada@x.test", "password": "a wrong password" }),
    );
    let tokens = client.log_in("ada@x.test", PASSWORD);
    assert!(client.with_bearer(&tokens.access).me().is_ok());
    assert!(client.me().is_err());
    client.forget("ada@x.test");
    home.email_to("ada@x.test", 1);
    let metrics = metrics_of(&home);
    let text = until("the delivery", SOON, || {
        let text = metrics.get("/metrics").text;
        text.contains(r#"email_delivery_seconds_count{outcome="sent"}"#)
            .then_some(text)
    });
    assert_lines(
        &text,
        &[
            r#"latchkey_operations_total{operation="signup",outcome="Authenticated"} 1"#,
            r#"latchkey_operations_total{operation="login",outcome="InvalidCredentials"} 1"#,
            r#"latchkey_operations_total{operation="login",outcome="Authenticated"} 1"#,
            r#"latchkey_operations_total{operation="query",outcome="ok"} 1"#,
            r#"latchkey_operations_total{operation="query",outcome="UNAUTHENTICATED"} 1"#,
            r#"latchkey_http_response_seconds_count{route="/graphql",status="200"} "#,
            r#"latchkey_store_call_seconds_count{call="insert",outcome="ok"} 1"#,
            r#"latchkey_password_hash_seconds_count{outcome="ok"} 3"#,
            "latchkey_password_hash_queue 0",
            "latchkey_connections ",
            "latchkey_build_info{version=",
            "# EOF",
        ],
    );
    assert!(server.stop().success());
}

#[test]
fn no_label_comes_from_a_request() {
    let home = measured_home();
    let server = home.start();
    let client = server.client();
    let sent = "zebra";
    client.get(&format!("/{sent}"));
    client.get(&format!("/client/{sent}"));
    let query = format!("mutation {sent} {{ {sent}: logout {{ __typename }} }}");
    _ = client.try_post(&query, &json!({})).unwrap();
    _ = client
        .try_post(&format!("{{ {sent} }}"), &json!({}))
        .unwrap();
    let text = metrics_of(&home).get("/metrics").text;
    assert_lines(&text, &[r#"latchkey_operations_total{operation="logout","#]);
    assert!(!text.contains(sent), "{text}");
}

#[test]
fn measurements_are_on_their_own_listener_only() {
    let home = measured_home();
    let server = home.start();
    assert_eq!(server.client().get("/metrics").status, 404);
    let metrics = metrics_of(&home);
    for path in ["/graphql", "/health/live", "/"] {
        assert_eq!(metrics.get(path).status, 404, "{path}");
    }
    let taken = metrics_address(&home);
    let second = Home::new().with("LATCHKEY_METRICS_LISTEN", taken);
    let ran = second.run(&["serve"], "");
    assert!(
        ran.code == Some(1) && ran.stderr.contains("LATCHKEY_METRICS_LISTEN"),
        "{ran:#?}"
    );
    assert!(
        !second.data().exists(),
        "the second server created its data"
    );
}

fn metrics_address(home: &Home) -> String {
    let log = home.log();
    let (_, rest) = log.split_once("metrics: http://").unwrap();
    rest.split_once("/metrics").unwrap().0.to_owned()
}
