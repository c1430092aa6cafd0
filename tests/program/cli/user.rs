//! `latchkey user`, beside a running server.

use super::me_of;
use crate::support::client::PASSWORD;
use crate::support::home::Home;

#[test]
fn user_create_makes_administrator_who_can_log_in() {
    let home = Home::new();
    let server = home.start();
    let arguments = ["user", "create", "--email", " Ada@X.test", "--admin"];
    let ran = home.run(&arguments, &format!("{PASSWORD}\nnot the password\n"));
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let id = ran
        .stdout
        .strip_prefix("created ")
        .and_then(|id| id.strip_suffix('\n'))
        .expect("the id alone");
    let me = me_of(&server);
    assert_eq!(me["id"], id);
    assert_eq!(me["role"], "ADMIN");
    assert_eq!(me["emailVerified"], true);
}

#[test]
fn user_create_without_admin_flag_makes_user() {
    let home = Home::new();
    // No server has run yet: the command creates the store and the keys.
    assert_eq!(
        home.run(&["user", "create", "--email", "ada@x.test"], PASSWORD)
            .code,
        Some(0)
    );
    assert_eq!(me_of(&home.start())["role"], "USER");
}

#[test]
fn user_create_reports_every_error_and_changes_nothing() {
    let home = Home::new();
    let ran = home.run(
        &[
            "user",
            "create",
            "--email",
            "nobody",
            "--first-name",
            "\u{7}",
        ],
        "short\n",
    );
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:#?}");
    for field in ["email: ", "password: ", "firstName: "] {
        assert!(
            ran.stderr.lines().any(|line| line.starts_with(field)),
            "{field}{ran:#?}"
        );
    }
    assert!(!ran.stderr.contains('\u{7}'), "{ran:#?}");

    assert_eq!(
        home.run(&["user", "create", "--email", "ada@x.test"], PASSWORD)
            .code,
        Some(0)
    );
    let ran = home.run(
        &["user", "create", "--email", "ADA@x.test", "--admin"],
        "another password",
    );
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(
        ran.stderr
            .contains("this email address has an account already"),
        "{ran:#?}"
    );
    assert_eq!(me_of(&home.start())["role"], "USER");
}

#[test]
fn user_create_rejects_password_given_as_argument() {
    let home = Home::new();
    for password in [
        &["--password", PASSWORD][..],
        &["--password=x"],
        &["-p", PASSWORD],
        &[PASSWORD],
    ] {
        let ran = home.run(
            &[&["user", "create", "--email", "ada@x.test"], password].concat(),
            PASSWORD,
        );
        assert_eq!(ran.code, Some(2), "{ran:#?}");
    }
    assert!(!home.data().exists());
}

#[test]
fn user_set_role_takes_effect_at_once() {
    let home = Home::new();
    let other = ["user", "create", "--email", "other@x.test", "--admin"];
    home.run(&other, PASSWORD);
    let server = home.start();
    let mut client = server
        .client()
        .with_bearer(&server.client().sign_up("ada@x.test").access);
    for (role, shown) in [("admin", "ADMIN"), ("user", "USER")] {
        let ran = home.run(
            &["user", "set-role", "--email", "ADA@x.test", "--role", role],
            "",
        );
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(0), "done\n"),
            "{ran:#?}"
        );
        assert_eq!(
            client.me(),
            Err("UNAUTHENTICATED".to_owned()),
            "a token with the old role is rejected"
        );
        client = server
            .client()
            .with_bearer(&server.client().log_in("ada@x.test", PASSWORD).access);
        assert_eq!(client.me().unwrap()["role"], shown);
    }
}

#[test]
fn user_suspend_blocks_user_until_reinstated() {
    let home = Home::new();
    let server = home.start();
    let client = server
        .client()
        .with_bearer(&server.client().sign_up("ada@x.test").access);
    for command in ["suspend", "suspend"] {
        let ran = home.run(&["user", command, "--email", "ADA@x.test"], "");
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(0), "done\n"),
            "{ran:#?}"
        );
        assert_eq!(client.me(), Err("UNAUTHENTICATED".to_owned()));
    }
    assert_eq!(
        home.run(&["user", "reinstate", "--email", "ada@x.test"], "")
            .code,
        Some(0)
    );
    assert_eq!(me_of(&server)["email"], "ada@x.test");
    assert_eq!(
        home.run(&["user", "suspend", "--email", "nobody@x.test"], "")
            .code,
        Some(1)
    );
}

#[test]
fn user_reset_mfa_reports_done_or_unknown_user() {
    let home = Home::new();
    home.run(&["user", "create", "--email", "ada@x.test"], PASSWORD);
    for (email, code, stdout) in [("ADA@x.test", 0, "done\n"), ("nobody@x.test", 1, "")] {
        let ran = home.run(&["user", "reset-mfa", "--email", email], "");
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(code), stdout),
            "{ran:#?}"
        );
    }
}

#[test]
fn user_set_role_rejects_unknown_roles_and_users() {
    let home = Home::new();
    let ran = home.run(
        &[
            "user",
            "set-role",
            "--email",
            "nobody@x.test",
            "--role",
            "admin",
        ],
        "",
    );
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (Some(1), "latchkey: no user has this address\n")
    );
    let ran = home.run(
        &[
            "user",
            "set-role",
            "--email",
            "nobody@x.test",
            "--role",
            "root",
        ],
        "",
    );
    assert_eq!(ran.code, Some(2), "{ran:#?}");
}
