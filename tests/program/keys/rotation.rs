//! `latchkey keys` beside running servers.

use std::fs;

use super::{kid, ran, rotate, shown, shows, signed_with};
use crate::support::home::Home;
use crate::support::{SOON, tool, until};

#[test]
fn running_servers_adopt_new_key_and_keep_old() {
    let home = Home::unlimited();
    let (a, b) = (home.start(), home.start());
    let (a, b) = (a.client(), b.client());
    let before = a.sign_up("ada@x.test");
    assert_eq!(shown(&a), shown(&b));
    let new = rotate(&home, "3");
    for node in [&a, &b] {
        shows(node, 2);
    }
    for (here, there) in [(&a, &b), (&b, &a)] {
        let after = signed_with(here, &new);
        for node in [here, there] {
            assert!(node.with_bearer(&after.access).me().is_ok());
            assert!(
                node.with_bearer(&before.access).me().is_ok(),
                "a token of the old key stays valid"
            );
        }
    }
    assert_eq!(shown(&a), [new.clone(), kid(&before)]);
    let list = ran(&home, &["keys", "list"]).stdout;
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 3, "{list}");
    assert!(
        lines[1].starts_with(&new) && lines[1].contains("  ES256      signs since 20"),
        "{list}"
    );
    assert!(
        lines[2].starts_with(&kid(&before)) && lines[2].contains("verifies until 20"),
        "{list}"
    );
}

#[test]
fn retired_key_is_rejected_while_sessions_continue() {
    let home = Home::unlimited();
    let (a, b) = (home.start(), home.start());
    let tokens = a.client().sign_up("ada@x.test");
    let only = home.run(&["keys", "retire", &kid(&tokens)], "");
    assert_eq!(only.code, Some(1), "{only:#?}");
    assert!(
        only.stderr.contains("run latchkey keys rotate first"),
        "{only:#?}"
    );
    assert!(a.client().with_bearer(&tokens.access).me().is_ok());

    let new = rotate(&home, "600");
    let retired = ran(&home, &["keys", "retire", &kid(&tokens)]);
    assert!(
        retired.stdout.contains("are refused from now on") && retired.stdout.contains("JWK set"),
        "{retired:#?}"
    );
    for node in [a.client(), b.client()] {
        let refused = || node.with_bearer(&tokens.access).me().is_err().then_some(());
        until("tokens of the retired key are refused", SOON, refused);
        assert_eq!(shown(&node), std::slice::from_ref(&new));
    }
    let next = b.client().refresh(&tokens.refresh);
    assert_eq!(kid(&next), new);
    assert!(a.client().with_bearer(&next.access).me().is_ok());
    assert_eq!(
        home.run(&["keys", "retire", &kid(&tokens)], "").code,
        Some(1)
    );
    let hyphen = home.run(&["keys", "retire", "-NHDGzZ_V3gNTcgdHpKh1"], "");
    assert!(
        hyphen.code == Some(1)
            && hyphen
                .stderr
                .contains("there is no key -NHDGzZ_V3gNTcgdHpKh1"),
        "{hyphen:#?}"
    );
}

#[test]
fn implausible_rotation_lead_is_rejected_without_new_key() {
    let home = Home::new();
    ran(&home, &["keys", "rotate"]);
    for lead in [
        "31622401",
        "253402300799",
        "9223372036854775807",
        "18446744073709551615",
        "-1",
    ] {
        assert_eq!(
            home.run(&["keys", "rotate", &format!("--lead={lead}")], "")
                .code,
            Some(2),
            "{lead}"
        );
    }
    assert_eq!(fs::read_dir(home.data().join("keys")).unwrap().count(), 1);
    ran(&home, &["keys", "rotate", "--lead", "31622400"]);
    ran(&home, &["keys", "list"]);
}

/// Replaces each key id and each time in a text by a placeholder.
fn shape(text: &str) -> String {
    let word = |word: &str| match word.trim_end_matches(':') {
        kid if kid.len() == 43 => word.replace(kid, "<kid>"),
        time if time.starts_with("20") && time.ends_with('Z') => word.replace(time, "<time>"),
        _ => word.to_owned(),
    };
    let line = |line: &str| {
        line.trim_end()
            .split(' ')
            .map(word)
            .collect::<Vec<_>>()
            .join(" ")
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn example_in_tokens_page_matches_command_output() {
    let page = fs::read_to_string(tool::root().join("docs/tokens.md")).unwrap();
    let (_, rest) = page
        .split_once("<!-- example: keys rotate -->\n```console\n$ latchkey keys rotate\n")
        .unwrap();
    let example = rest.split_once("\n```").unwrap().0;
    let home = Home::new();
    ran(&home, &["keys", "rotate"]);
    assert_eq!(
        shape(&ran(&home, &["keys", "rotate"]).stdout),
        shape(example)
    );
}
