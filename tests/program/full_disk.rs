//! A disk that takes no more writes: seen by `check` and by readiness, and recovered from. The limit
//! of file sizes of the process plays the disk of the embedded store, MongoDB's fail point its own.

use std::time::Duration;

use mongodb::bson::{Document, doc};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use tokio::runtime::Runtime;

use crate::mongod::Mongod;
use crate::support::client::{Client, PASSWORD, sign_up_input};
use crate::support::home::Home;
use crate::support::until;

/// Runs a program with SIGXFSZ ignored: a write beyond the limit fails, as on a full disk.
const IGNORING: [&str; 4] = ["sh", "-c", r#"trap "" XFSZ; exec "$@""#, "sh"];
/// The same, with a limit from the beginning.
const FULL: [&str; 4] = ["sh", "-c", r#"trap "" XFSZ; ulimit -f 0; exec "$@""#, "sh"];
/// The longest time between two probes.
const PROBED: Duration = Duration::from_secs(20);

/// Runs a program in its own mount namespace, in which the folder of the first argument is read-only.
const READ_ONLY: [&str; 6] = [
    "unshare",
    "-rm",
    "sh",
    "-c",
    r#"mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@""#,
    "sh",
];

/// Limits the sizes of the files that a process writes.
fn limit(process: u32, size: Option<u64>) {
    let process = Pid::from_raw(i32::try_from(process).unwrap());
    let limit = Rlimit {
        current: size,
        maximum: None,
    };
    prlimit(process, Resource::Fsize, limit).unwrap();
}

/// Asserts that a sign-up is refused with a typed error.
#[track_caller]
fn assert_refused(client: &Client) {
    let refused = client.try_act("signup", &sign_up_input("bob@x.test"));
    let refused = refused.expect("it is answered");
    assert_eq!(refused["errors"][0]["extensions"]["code"], "OVERLOADED");
}

/// Makes MongoDB refuse writes as it does on a full disk, or accept them again.
fn fill(mongod: &Mongod, mode: &str) {
    const OUT_OF_DISK_SPACE: i32 = 14031;
    let writes = ["insert", "update", "delete", "findAndModify"];
    let data = doc! { "errorCode": OUT_OF_DISK_SPACE, "failCommands": &writes[..] };
    let command: Document =
        doc! { "configureFailPoint": "failCommand", "mode": mode, "data": data };
    Runtime::new().unwrap().block_on(async {
        let client = mongodb::Client::with_uri_str(mongod.url("admin")).await;
        let admin = client.unwrap().database("admin");
        admin.run_command(command).await.unwrap();
    });
}

#[test]
fn full_disk_of_mongodb_makes_the_server_unready() {
    let mongod = Mongod::started(&["--setParameter", "enableTestCommands=1"]);
    let home = Home::new().with("LATCHKEY_STORE", mongod.url("latchkey"));
    let server = home.start();
    let client = server.client();
    let signed_in = client.with_bearer(&client.sign_up("ada@x.test").access);
    let status = || client.get("/health/ready").status;

    fill(&mongod, "alwaysOn");
    assert_refused(&client);
    until("a server that is not ready", PROBED, || {
        (status() == 503).then_some(())
    });
    assert_eq!(signed_in.me().unwrap()["email"], "ada@x.test");
    let checked = home.run(&["check"], "");
    assert_eq!(checked.code, Some(2), "{checked:#?}");
    assert!(checked.stderr.contains("wrong: store: "), "{checked:#?}");

    fill(&mongod, "off");
    until("a server that is ready", PROBED, || {
        (status() == 200).then_some(())
    });
    client.sign_up("bob@x.test");
    assert_eq!(home.run(&["check"], "").code, Some(0));
}

#[test]
fn read_only_disk_is_named_by_check_and_serve() {
    let home = Home::new();
    assert!(home.start().stop().success());
    let data = home.data();
    let runner: Vec<_> = READ_ONLY.into_iter().chain(data.to_str()).collect();
    let checked = home.run_under(&runner, &["check"]);
    assert_eq!(checked.code, Some(2), "{checked:#?}");
    assert!(checked.stderr.contains("wrong: store: "), "{checked:#?}");
    assert!(checked.stderr.contains("latchkey-data"), "{checked:#?}");
    let started = home.run_under(&runner, &["serve"]);
    assert_eq!(started.code, Some(1), "{started:#?}");
    assert!(
        started.stderr.contains("Read-only file system"),
        "{started:#?}"
    );
    assert!(started.stderr.contains("LATCHKEY_STORE"), "{started:#?}");
    // Nothing was lost.
    home.start().client().sign_up("ada@x.test");
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
    assert_refused(&client);
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
