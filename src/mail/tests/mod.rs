//! The emails as recipients read them: words, links, headers and templates.

mod operator;

use std::fmt::Write;
use std::time::Duration;

use super::{AppPages, Brand, Templates, sample};
use crate::model::{Email, EmailKind, Locale, Sealed, Timestamp};

/// 2026-11-22, 09:30 UTC.
const NOW: Timestamp = Timestamp::from_millis(1_795_339_800_000);
const LANGUAGES: [&str; 4] = ["en", "de", "es", "fr"];

fn brand() -> Brand {
    Brand {
        service: "Example & Sons".to_owned(),
        locale: Locale::parse("en").unwrap(),
        pages: AppPages::default(),
        support: Some("support@example.org".to_owned()),
        logo: None,
        color: "#1f4e79".to_owned(),
    }
}

fn with_pages() -> Brand {
    let page = |path: &str| Some(format!("https://app.example.org{path}"));
    Brand {
        pages: AppPages {
            home: page(""),
            reset: page("/reset#code={code}"),
            verify: page("/verify"),
            sessions: page("/sessions"),
        },
        ..brand()
    }
}

fn rendered(templates: &Templates, kind: EmailKind, language: &str) -> super::templates::Rendered {
    let code = sample::code(&kind);
    let mut email = sample::email(kind, NOW);
    email.languages = vec![Locale::parse(language).unwrap()];
    let sent = NOW.plus(Duration::from_secs(65));
    let rendered = templates.render(&email, &sample::recipient(), code, sent);
    rendered.unwrap()
}

/// Returns the words of HTML, without its tags.
fn words_of_html(html: &str) -> Vec<String> {
    let body = html.split_once("<body>").unwrap().1;
    let mut text = String::new();
    for part in body.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, text)| text));
        text.push(' ');
    }
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#x2f;", "/"),
        ("&quot;", "\""),
    ] {
        text = text.replace(entity, character);
    }
    let text = text.replace("&#x27;", "'").replace("&amp;", "&");
    words(&text)
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn emails_read_as_in_the_snapshots() {
    for language in LANGUAGES {
        let templates = Templates::load(None, brand()).unwrap();
        let mut all = String::new();
        for kind in sample::kinds(NOW) {
            let name = kind.name();
            let email = rendered(&templates, kind, language);
            let (subject, text) = (email.subject, email.text);
            _ = writeln!(all, "==== {name}\nSubject: {subject}\n\n{text}");
        }
        insta::assert_snapshot!(format!("texts_{language}"), all);
    }
    let templates = Templates::load(None, with_pages()).unwrap();
    let reset = EmailKind::PasswordResetCode(Sealed::new(String::new()));
    insta::assert_snapshot!("html_with_pages", rendered(&templates, reset, "en").html);
    let notice = rendered(&templates, EmailKind::NewSignIn, "en");
    insta::assert_snapshot!("text_with_pages", notice.text);
}

#[test]
fn html_has_the_words_of_the_text() {
    for brand in [brand(), with_pages()] {
        let templates = Templates::load(None, brand).unwrap();
        for language in LANGUAGES {
            for kind in sample::kinds(NOW) {
                let email = rendered(&templates, kind, language);
                assert_eq!(words_of_html(&email.html), words(&email.text));
                let wide = email.text.lines().find(|it| it.chars().count() > 76);
                assert_eq!(wide, None, "lines are wrapped");
            }
        }
    }
}

#[test]
fn each_email_names_service_account_time_and_device() {
    let templates = Templates::load(None, brand()).unwrap();
    for language in LANGUAGES {
        for kind in sample::kinds(NOW) {
            let (name, code) = (kind.name(), sample::code(&kind));
            let email = rendered(&templates, kind, language);
            let first = email.text.split("\n\n").next().unwrap();
            assert!(
                words(first).join(" ").contains("Example & Sons"),
                "{name}: {first}"
            );
            assert!(email.subject.contains("Example & Sons"), "{name}");
            assert!(email.subject.contains("09:30:00 UTC"), "{name}");
            for fact in [
                "ada@example.org",
                "2026",
                "09:30 UTC",
                "Firefox",
                "Linux",
                "192.0.2.7",
            ] {
                assert!(email.text.contains(fact), "{language} {name}: {fact}");
            }
            if let Some(code) = code {
                assert!(email.text.lines().any(|line| line == code), "{name}");
                assert!(!email.subject.contains(code), "{name}");
            }
            assert!(
                !email.text.contains("http"),
                "no page is known: {}",
                email.text
            );
        }
    }
}

#[test]
fn code_names_its_expiry_counted_when_sent() {
    let templates = Templates::load(None, brand()).unwrap();
    let kind = EmailKind::SignUpCode(Sealed::new(String::new()));
    let email = sample::email(kind, NOW);
    for (seconds, minutes) in [(1, "10 minutes"), (65, "9 minutes"), (580, "1 minute)")] {
        let sent = NOW.plus(Duration::from_secs(seconds));
        let rendered = templates.render(&email, &sample::recipient(), Some("123456"), sent);
        let text = words(&rendered.unwrap().text).join(" ");
        assert!(text.contains("until 22 November 2026, 09:40 UTC"), "{text}");
        assert!(text.contains(minutes), "{text}");
    }
}

#[test]
fn code_is_in_a_link_only_on_request() {
    let templates = Templates::load(None, with_pages()).unwrap();
    let sealed = || Sealed::new(String::new());
    let reset = rendered(&templates, EmailKind::PasswordResetCode(sealed()), "en");
    assert!(
        reset
            .text
            .contains("https://app.example.org/reset#code=123456\n")
    );
    let verify = rendered(&templates, EmailKind::VerificationCode(sealed()), "en");
    assert!(verify.text.contains("https://app.example.org/verify\n"));
    let notice = rendered(&templates, EmailKind::PasswordChanged, "en");
    assert!(notice.text.contains("https://app.example.org/reset\n"));
    assert!(notice.text.contains("https://app.example.org/sessions\n"));
}

#[test]
fn email_is_in_the_first_known_language() {
    let brand = Brand {
        locale: Locale::parse("fr-CA").unwrap(),
        ..brand()
    };
    let templates = Templates::load(None, brand).unwrap();
    let mut email = sample::email(EmailKind::PasswordChanged, NOW);
    for (languages, subject) in [
        (&["nl", "de-AT", "es"][..], "Ihr Passwort wurde geändert"),
        (&["es-419"], "Su contraseña ha cambiado"),
        (&["nl"], "Votre mot de passe a été modifié"),
        (&[], "Votre mot de passe a été modifié"),
    ] {
        email.languages = languages
            .iter()
            .map(|it| Locale::parse(it).unwrap())
            .collect();
        let rendered = templates
            .render(&email, &sample::recipient(), None, NOW)
            .unwrap();
        assert!(rendered.subject.contains(subject), "{}", rendered.subject);
    }
}

#[test]
fn text_of_a_user_becomes_neither_link_nor_markup() {
    let templates = Templates::load(None, brand()).unwrap();
    let name = "<b>www.evil.test</b> https://evil.test/x {{ 7*7 }} {service}".to_owned();
    let kind = EmailKind::PasswordReset {
        name,
        created_at: NOW,
        is_first_proof: false,
    };
    let email = sample::email(kind, NOW);
    let to = Email::parse("evil.test/x@example.org").unwrap();
    let rendered = templates.render(&email, &to, None, NOW).unwrap();
    let text = words(&rendered.text).join(" ");
    assert_eq!(words_of_html(&rendered.html).join(" "), text);
    assert!(
        text.contains("https evil test x {{ 7*7 }} {service}"),
        "{text}"
    );
    assert!(text.contains("evil.test / x@example.org"), "{text}");
    assert!(!text.contains("evil.test/"), "{text}");
    assert!(!rendered.html.contains("<b>"), "{}", rendered.html);
}

#[test]
fn every_secret_of_an_email_can_be_sealed_anew() {
    for mut kind in sample::kinds(NOW) {
        let name = kind.name();
        let is_secret = kind.secret().is_some();
        assert_eq!(kind.secret_mut().is_some(), is_secret, "{name}");
    }
}
