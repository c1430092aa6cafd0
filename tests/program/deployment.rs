//! The files in `deploy/`, and the health check that containers run.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::support::home::Home;
use crate::support::{process, tool};

const LIMIT: Duration = Duration::from_mins(1);

#[test]
fn live_check_succeeds_while_the_server_runs() {
    let home = Home::new();
    let server = home.start();
    let listening = home.clone().with("LATCHKEY_LISTEN", server.address());
    let ran = listening.run(&["check", "--live"], "");
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(ran.stdout, format!("live: {}\n", server.address()));
    assert!(server.stop().success());
    let ran = listening.run(&["check", "--live"], "");
    assert!(
        ran.code == Some(1) && ran.stderr.contains("does not answer"),
        "{ran:#?}"
    );
}

#[test]
fn prometheus_accepts_the_rules_and_they_fire() {
    for arguments in [
        ["check", "rules", "latchkey.rules.yaml"],
        ["test", "rules", "latchkey.rules.test.yaml"],
    ] {
        let mut promtool = Command::new(tool::path("promtool"));
        promtool
            .args(arguments)
            .current_dir(tool::root().join("deploy/prometheus"));
        let ran = process::run(&mut promtool, "", LIMIT);
        assert_eq!(
            ran.code,
            Some(0),
            "{arguments:?}\n{}\n{}",
            ran.stdout,
            ran.stderr
        );
    }
}

#[test]
fn dashboard_and_rules_name_existing_measurements_only() {
    let read = |name| fs::read_to_string(tool::root().join(name)).unwrap();
    let dashboard = read("deploy/grafana/latchkey.json");
    let parsed: Value = serde_json::from_str(&dashboard).unwrap();
    assert!(parsed["panels"].as_array().unwrap().len() >= 8);
    let known = known_names();
    let used = names(&dashboard)
        .chain(names(&read("deploy/prometheus/latchkey.rules.yaml")))
        .collect::<BTreeSet<_>>();
    assert!(used.len() > 5, "{used:?}");
    for name in used {
        assert!(known.contains(&name), "{name} is not among {known:?}");
    }
}

#[test]
fn unit_is_valid_and_exposes_little_to_the_service() {
    let unit = tool::root().join("deploy/systemd/latchkey.service");
    let mut analyze = Command::new(tool::path("systemd-analyze"));
    analyze
        .args(["security", "--offline=yes", "--threshold=20", "--no-pager"])
        .arg(&unit);
    let ran = process::run(&mut analyze, "", LIMIT);
    // The exposure is given in tenths: 20 is 2.0 of 10.
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    for unknown in ["Unknown key", "Failed to parse", "ignoring"] {
        assert!(!ran.stderr.contains(unknown), "{}", ran.stderr);
    }
}

/// Returns the names of latchkey's measurements that a text uses.
fn names(text: &str) -> impl Iterator<Item = String> {
    text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .filter(|word| word.starts_with("latchkey_"))
        .map(str::to_owned)
}

/// Returns the names that a server shows after it has answered a request.
fn known_names() -> BTreeSet<String> {
    let home = Home::new().with("LATCHKEY_METRICS_LISTEN", "127.0.0.1:0");
    let server = home.start();
    server.client().sign_up("ada@x.test");
    server.client().forget("ada@x.test");
    home.email_to("ada@x.test", 1);
    let metrics = super::metrics::metrics_of(&home);
    names(&metrics.get("/metrics").text).collect()
}
