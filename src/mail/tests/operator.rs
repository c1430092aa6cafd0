//! The message around an email, and the operator's templates.

use std::fs;

use mail_parser::{Message, MessageParser, MessagePart};

use super::{NOW, brand, rendered};
use crate::mail::{Brand, Mailer, Memory, Templates, Transport, sample};
use crate::model::{EmailKind, Locale};

fn mailer(brand: Brand) -> Mailer {
    Mailer {
        from: "no-reply@example.org".parse().unwrap(),
        templates: Templates::load(None, brand).unwrap().into(),
        signature: None,
        transport: Transport::Memory(Memory::default()),
    }
}

fn message(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).unwrap()
}

#[tokio::test]
async fn message_has_the_headers_of_an_automatic_email() {
    let mailer = mailer(brand());
    let email = sample::email(EmailKind::PasswordChanged, NOW);
    let raw = mailer
        .preview(&sample::recipient(), &email, None, NOW)
        .unwrap();
    let parsed = message(raw.as_bytes());
    let header = |name: &str| parsed.header_raw(name).unwrap_or("none").trim().to_owned();
    assert_eq!(header("MIME-Version"), "1.0");
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert_eq!(header("X-Auto-Response-Suppress"), "All");
    assert_eq!(header("From"), "\"Example & Sons\" <no-reply@example.org>");
    assert!(header("Message-ID").ends_with("@example.org>"));
    assert!(header("Date").starts_with("Sun, 22 Nov 2026 09:30:00"));
    assert!(header("Content-Type").starts_with("multipart/alternative"));
    let types = parsed.parts.iter().skip(1).map(MessagePart::is_text_html);
    assert_eq!(
        types.collect::<Vec<_>>(),
        [false, true],
        "plain text is first"
    );
}

#[test]
fn folder_of_templates_goes_before_those_in_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("newSignIn.txt", "Seen: {{ lead }}");
    write(
        "de.json",
        r#"{ "passwordChanged.topic": "Neues Kennwort" }"#,
    );
    write(".notes", "not a template");
    let templates = Templates::load(Some(folder.path()), brand()).unwrap();
    let notice = rendered(&templates, EmailKind::NewSignIn, "en");
    assert!(notice.text.starts_with("Seen: Your Example & Sons account"));
    let changed = rendered(&templates, EmailKind::PasswordChanged, "de");
    assert!(changed.subject.contains("Neues Kennwort"));
}

#[test]
fn wrong_template_or_catalogue_is_refused_with_its_place() {
    for (name, text, wrong) in [
        ("email.md", "", "email.md"),
        ("passwordchanged.txt", "", "passwordchanged.txt"),
        ("email.txt", "{{ code }", "email.txt, line 1"),
        ("email.txt", "\n{{ leed }}", "email.txt, line 2"),
        ("email.txt", "{{ lead }} {{ code }}", "verificationCode"),
        ("email.html", "<p>{{ lead }}", "verificationCode"),
        ("nl.json", r#"{ "minute": "1 minuut" }"#, "`nl`"),
        ("de.json", r#"{ "minutes": "Minuten" }"#, "{count}"),
        ("de.json", "{", "`de`"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), text).unwrap();
        let error = Templates::load(Some(folder.path()), brand()).err();
        let error = error.expect(name).to_string();
        assert!(error.contains(wrong), "{name}: {error}");
    }
    let absent = Templates::load(Some("/absent".as_ref()), brand());
    assert!(absent.is_err());
    let brand = Brand {
        locale: Locale::parse("nl").unwrap(),
        ..brand()
    };
    assert!(
        Templates::load(None, brand).is_err(),
        "no catalogue is in it"
    );
}
