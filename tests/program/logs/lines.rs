//! The format of the log: one JSON object in each line, and no line that a client forged.

use super::{lines, verbose};
use crate::support::home::Home;
use crate::support::raw::Raw;

#[test]
fn log_lines_are_json_when_stderr_is_redirected() {
    let home = Home::new();
    assert!(home.start().stop().success());
    assert!(!lines(&home).is_empty());
    let home = Home::new().with("LATCHKEY_LOG_FORMAT", "pretty");
    assert!(home.start().stop().success());
    assert!(
        home.log().contains("INFO latchkey") && !home.log().contains('{'),
        "{}",
        home.log()
    );
}

/// Header values with control characters, line breaks and text that looks like a log line.
const HOSTILE_VALUES: [&str; 6] = [
    "x\t{\"level\":\"ERROR\",\"message\":\"forged\"}",
    "\u{7}bell",
    "a\u{85}b\u{2028}c",
    "a\u{7f}b",
    "a b\nlevel: forged",
    "ünïcödé",
];

/// Sends each value in each header that is logged or parsed, and returns how many requests were
/// accepted.
fn send_hostile_headers(address: &str) -> usize {
    let mut accepted = 0;
    for value in HOSTILE_VALUES {
        for header in ["user-agent", "x-request-id", "authorization", "cookie"] {
            let mut raw = Raw::connect(address);
            raw.send(format!(
                "POST /graphql HTTP/1.1\r\nhost: localhost\r\n{header}: {value}\r\ncontent-type: application/json\r\n\
                 connection: close\r\ncontent-length: 24\r\n\r\n{{\"query\":\"{{__typename}}\"}}"
            ));
            accepted += usize::from(raw.read_to_end().starts_with("HTTP/1.1 200 "));
        }
    }
    accepted
}

fn get(address: &str, target: &str, headers: &str) -> String {
    let mut raw = Raw::connect(address);
    raw.send(format!(
        "GET {target} HTTP/1.1\r\nhost: localhost\r\n{headers}connection: close\r\n\r\n"
    ));
    raw.read_to_end()
}

#[test]
fn client_headers_cannot_break_or_forge_log_lines() {
    let home = verbose(Home::new());
    let server = home.start();
    // hyper rejects some of the values before there is a request, and some of them only in certain
    // headers.
    let mut accepted = send_hostile_headers(server.address());
    // A well-formed request id that the client chose is kept.
    let response = get(
        server.address(),
        "/health/live",
        "x-request-id: Trace-1234\r\n",
    );
    assert!(
        response
            .to_lowercase()
            .contains("x-request-id: trace-1234\r\n")
    );
    let response = get(server.address(), "/%0a%07?\u{85}{\"level\"", "");
    accepted += 1 + usize::from(response.starts_with("HTTP/1.1 404 "));
    assert!(server.stop().success());

    assert!(!home.log().contains('\u{7}'));
    let lines = lines(&home);
    assert!(
        lines
            .iter()
            .all(|line| line["message"] != "forged" && line["level"] != "ERROR"),
        "{lines:#?}"
    );
    let ids: Vec<&str> = lines
        .iter()
        .filter(|line| line["message"] == "answered")
        .map(|line| line["span"]["request_id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), accepted, "{lines:#?}");
    let is_generated = |id: &str| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert_eq!(
        ids.iter()
            .filter(|id| !is_generated(id))
            .collect::<Vec<_>>(),
        [&"Trace-1234"]
    );
}
