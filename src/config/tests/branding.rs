//! The settings of the content of emails.

use super::{errors, good, refused};

/// The settings of DKIM, which need each other.
pub(super) const DKIM: [(&str, &str); 3] = [
    ("LATCHKEY_DKIM_DOMAIN", "x.test"),
    ("LATCHKEY_DKIM_SELECTOR", "a"),
    ("LATCHKEY_DKIM_KEY", "file:key.pem"),
];

#[test]
fn service_is_named_by_setting_sender_or_domain() {
    let service = |vars: &[(&str, &str)]| good(vars).emails.brand.service;
    assert_eq!(service(&[]), "latchkey");
    let sender = ("MAIL_FROM", "Example <a@x.test>");
    assert_eq!(service(&[sender]), "Example");
    assert_eq!(service(&[sender, ("SERVICE_NAME", "Shop")]), "Shop");
    assert_eq!(service(&[("MAIL_FROM", "a@x.test")]), "x.test");
}

#[test]
fn paths_need_an_application_and_make_urls_with_it() {
    assert!(good(&[]).emails.brand.pages.home.is_none());
    refused("APP_URL_RESET", &["/reset"], "LATCHKEY_APP_URL");
    let pages = good(&[
        ("APP_URL", "https://app.x.test/"),
        ("APP_URL_RESET", "/reset#code={code}"),
    ])
    .emails
    .brand
    .pages;
    assert_eq!(pages.home.as_deref(), Some("https://app.x.test"));
    let reset = "https://app.x.test/reset#code={code}";
    assert_eq!(pages.reset.as_deref(), Some(reset));
    assert!(pages.verify.is_none() && pages.sessions.is_none());
}

#[test]
fn code_outside_the_fragment_of_a_path_is_refused() {
    let outside = ["/reset?code={code}", "/{code}", "/a#{code}{code}", "/a#{x}"];
    refused("APP_URL_RESET", &outside, "{code}");
    refused("APP_URL_RESET", &["reset", "//evil.test", "/a b"], "path");
}

#[test]
fn dkim_settings_are_refused_without_each_other() {
    for left_out in 0..DKIM.len() {
        let names = DKIM.map(|(name, value)| (name.trim_start_matches("LATCHKEY_"), value));
        let mut vars = names.to_vec();
        let (missing, _) = vars.remove(left_out);
        let errors = errors(&vars);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!(errors[0].place, format!("LATCHKEY_{missing}"));
    }
    refused("DKIM_KEY", &["secret-text"], "PEM");
    assert!(
        !errors(&[("DKIM_KEY", "secret-text")])[0]
            .to_string()
            .contains("secret-text")
    );
}

#[test]
fn values_that_could_harm_an_email_are_refused() {
    refused("MAIL_COLOR", &["red", "#12345", "#1f4e79;x"], "hexadecimal");
    refused("MAIL_LOGO", &["http://x.test/a.png", "logo.png"], "https");
    refused("SUPPORT", &["call us", "javascript:x"], "email address");
    refused("LOCALE", &["english", "*"], "language");
    let long = "x".repeat(61);
    refused("SERVICE_NAME", &[&long, "a\u{1}b"], "60 characters");
}

#[test]
fn local_application_is_refused_with_remote_mail_server() {
    let errors = errors(&[
        ("MAIL", "smtp://mail.x.test"),
        ("MAIL_FROM", "a@x.test"),
        ("PUBLIC_URL", "https://accounts.x.test"),
        ("APP_URL", "http://localhost:5173"),
    ]);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].place, "LATCHKEY_APP_URL");
}
