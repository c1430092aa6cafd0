//! `latchkey mail`, beside a running server.

use std::fs;

use crate::support::SOON;
use crate::support::client::kind;
use crate::support::email::ReceivedEmail;
use crate::support::home::Home;
use crate::support::mail_server::{self, MailServer, Tls};
use crate::support::process::Ran;

/// Returns the lines that `latchkey mail list` prints.
#[track_caller]
fn listed(home: &Home) -> Vec<String> {
    let ran = home.run(&["mail", "list"], "");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:#?}");
    ran.stdout.lines().map(str::to_owned).collect()
}

/// Returns the id of the only parked email to an address.
#[track_caller]
fn id_of<'a>(lines: &'a [String], address: &str) -> &'a str {
    let to = format!("  passwordResetCode  {address}  written ");
    let found: Vec<_> = lines.iter().filter_map(|it| it.split_once(&to)).collect();
    assert_eq!(found.len(), 1, "one email to {address} in {lines:?}");
    found[0].0
}

#[track_caller]
fn assert_printed(ran: &Ran, text: &str) {
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), text), "{ran:#?}");
}

#[test]
fn parked_emails_are_listed_retried_and_dropped() {
    let mail = MailServer::start(Tls::Starttls, &["--reply", "CONTENT 2 554 5.6.0 not taken"]);
    let home = mail.used_by(Home::new(), mail_server::PASSWORD);
    let server = home.start();
    for (number, email) in ["ada@x.test", "bob@x.test"].iter().enumerate() {
        server.client().sign_up(email);
        server.client().forget(email);
        home.logged("parked", number + 1);
    }
    let lines = listed(&home);
    assert_eq!(lines.len(), 2, "{lines:?}");

    let retried = home.run(&["mail", "retry", "--id", id_of(&lines, "ada@x.test")], "");
    assert_printed(&retried, "1 will be sent\n");
    let message = mail.taken(1, SOON).remove(0);
    assert_eq!(message.to, "ada@x.test");
    let code = message.code();
    assert!(!lines.concat().contains(&code), "{lines:?}");
    let answer = server
        .client()
        .reset("ada@x.test", &code, "nanoseconds of wire");
    assert_eq!(kind(&answer), "PasswordReset");

    let drop_bob = ["mail", "drop", "--id", id_of(&lines, "bob@x.test")];
    assert_printed(&home.run(&drop_bob, ""), "1 dropped\n");
    assert_eq!(listed(&home), [""; 0]);
    let again = home.run(&drop_bob, "");
    assert_eq!(
        (again.code, again.stdout.as_str()),
        (Some(1), ""),
        "{again:#?}"
    );
    assert_printed(
        &home.run(&["mail", "retry", "--all"], ""),
        "0 will be sent\n",
    );
    let recipients: Vec<_> = mail.messages().into_iter().map(|it| it.to).collect();
    assert!(
        !recipients.contains(&"bob@x.test".to_owned()),
        "{recipients:?}"
    );
}

#[test]
fn preview_writes_an_email_in_its_language() {
    let home = Home::new().with("LATCHKEY_SERVICE_NAME", "Beispiel");
    let preview = ["mail", "preview", "passwordResetCode", "--locale", "de-AT"];
    let whole = home.run(&preview, "");
    let email = ReceivedEmail::parse(whole.stdout.as_bytes());
    assert_eq!(email.topic, "Ihr Code für ein neues Passwort");
    assert_eq!(email.from_name.as_deref(), Some("latchkey"));
    let text = home.run(&[&preview[..], &["--part", "text"]].concat(), "");
    assert_eq!(text.stdout, email.text.replace("\r\n", "\n"));
    let html = home.run(&[&preview[..], &["--part", "html"]].concat(), "");
    assert!(html.stdout.contains("Konto bei Beispiel"), "{html:#?}");
    let unknown = home.run(&["mail", "preview", "greeting"], "");
    assert_eq!(unknown.code, Some(2), "{unknown:#?}");
    assert!(unknown.stderr.contains("newSignIn"), "{unknown:#?}");
    assert_eq!(fs::read_dir(home.path("")).unwrap().count(), 0);
}

#[test]
fn wrong_template_is_refused_by_server_and_check() {
    let home = Home::new().with("LATCHKEY_MAIL_TEMPLATES", "mail-texts");
    fs::create_dir(home.path("mail-texts")).unwrap();
    assert_eq!(home.run(&["check"], "").code, Some(0));
    fs::write(home.path("mail-texts/email.txt"), "{{ code }").unwrap();
    for command in ["check", "serve"] {
        let ran = home.run(&[command], "");
        assert!(ran.code.is_some_and(|code| code > 0), "{ran:#?}");
        assert!(ran.stderr.contains("email.txt, line 1"), "{ran:#?}");
        assert!(ran.stderr.contains("LATCHKEY_MAIL_TEMPLATES"), "{ran:#?}");
    }
    assert!(!home.data().exists(), "a server that cannot start");
    let listed = home.run(&["user", "suspend", "--email", "ada@x.test"], "");
    assert!(!listed.stderr.contains("email.txt"), "{listed:#?}");
}
