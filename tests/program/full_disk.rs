//! A disk that takes no more writes: seen by `check` and by readiness, and recovered from. The limit
//! of file sizes of the process plays the disk.

use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::support::client::{PASSWORD, sign_up_input};
use crate::support::home::Home;
use crate::support::until;

/// Runs a program with SIGXFSZ ignored: a write beyond the limit fails, as on a full disk.
const IGNORING: [&str; 4] = ["sh", "-c", r#"trap "" XFSZ; exec "$@""#, "sh"];
/// The same, with a limit from the beginning.
const FULL: [&str; 4] = ["sh", "-c", r#"trap "" XFSZ; ulimit -f 0; exec "$@""#, "sh"];
/// The longest time between two probes.
const PROBED: Duration = Duration::from_secs(20);

/// Limits the sizes of the files that a process writes.
fn limit(process: u32, size: Option<u64>) {
    let process = Pid::from_raw(i32::try_from(process).unwrap());
    let limit = Rlimit {
        current: size,
        maximum: None,
    };
    prlimit(process, Resource::Fsize, limit).unwrap();
}

#[test]
fn full_disk_makes_the_server_unready_for_a_time() {
    let home = Home::new();
    let server = home.start_under(&IGNORING);
    let client = server.client();
    let signed_in = client.with_bearer(&client.sign_up("ada@x.test").access);
    let status = || client.get("/health/ready").status;
    assert_eq!(status(), 200);

    limit(server.process.id(), Some(0));
    let refused = client
        .try_act("signup", &sign_up_input("bob@x.test"))
        .unwrap();
    assert_eq!(refused["errors"][0]["extensions"]["code"], "OVERLOADED");
    until("a server that is not ready", PROBED, || {
        (status() == 503).then_some(())
    });
    assert_eq!(
        signed_in.me().unwrap()["email"],
        "ada@x.test",
        "reads go on"
    );

    limit(server.process.id(), None);
    until("a server that is ready", PROBED, || {
        (status() == 200).then_some(())
    });
    client.sign_up("bob@x.test");
    assert!(server.stop().success());
}

#[test]
fn full_disk_is_seen_without_any_request() {
    let home = Home::new();
    let server = home.start_under(&IGNORING);
    let client = server.client();
    limit(server.process.id(), Some(0));
    until("a server that is not ready", PROBED, || {
        (client.get("/health/ready").status == 503).then_some(())
    });
    limit(server.process.id(), None);
    until("a server that is ready", PROBED, || {
        (client.get("/health/ready").status == 200).then_some(())
    });
}

#[test]
fn check_reports_a_disk_that_refuses_writes() {
    let home = Home::new();
    let server = home.start();
    server.client().sign_up("ada@x.test");
    assert_eq!(home.run(&["check"], "").code, Some(0));
    let full = home.run_under(&FULL, &["check"]);
    assert_eq!(full.code, Some(2), "{full:#?}");
    assert!(full.stderr.contains("wrong: store: "), "{full:#?}");
    // Its probe has left nothing.
    assert_eq!(home.run(&["check"], "").code, Some(0));
    server.client().log_in("ada@x.test", PASSWORD);
}
