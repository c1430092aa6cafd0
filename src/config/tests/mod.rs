//! Variables parsed into settings, and every error in them.

use std::path::Path;

use secrecy::ExposeSecret;

use super::*;

mod branding;
mod files;
mod keys;
mod passkeys;
mod rules;
mod values;

fn config(vars: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    Config::from_vars(
        vars.iter()
            .map(|(name, value)| (format!("LATCHKEY_{name}"), (*value).to_owned())),
    )
}

fn good(vars: &[(&str, &str)]) -> Config {
    config(vars).unwrap_or_else(|errors| panic!("{errors}"))
}

fn errors(vars: &[(&str, &str)]) -> Vec<ConfigError> {
    config(vars).map_or_else(|ConfigErrors(errors)| errors, |config| panic!("{config:?}"))
}

/// Asserts that each value is refused with one error, under the setting's name, that contains the
/// text and ends with the example.
fn refused(name: &str, values: &[&str], says: &str) {
    for value in values {
        let errors = errors(&[(name, value)]);
        assert_eq!(errors.len(), 1, "{value}: {errors:?}");
        assert_eq!(errors[0].place, format!("LATCHKEY_{name}"), "{value}");
        assert!(errors[0].wrong.contains(says), "{value}: {}", errors[0]);
        assert!(
            errors[0].example.starts_with(&format!("LATCHKEY_{name}=")),
            "{value}: {}",
            errors[0]
        );
    }
}

#[test]
fn defaults_make_a_server_on_this_machine() {
    let config = good(&[]);
    assert_eq!(config.listen, "127.0.0.1:4000".parse().unwrap());
    assert!(
        matches!(&config.store, Store::Sqlite(path) if path == Path::new("latchkey-data/latchkey.db"))
    );
    assert!(matches!(&config.mail, Mail::File(path) if path == Path::new("latchkey-data/mail")));
    assert_eq!(
        config.mail_from.to_string(),
        "latchkey <no-reply@localhost>"
    );
    assert_eq!(config.public_url.as_str(), "http://127.0.0.1:4000/");
    assert_eq!(
        (
            config.issuer.as_str(),
            config.audience.as_str(),
            config.client_id.as_str()
        ),
        ("http://127.0.0.1:4000", "latchkey", "latchkey")
    );
    assert!(config.origins.is_empty());
}

#[test]
fn default_lifetimes_and_rules_are_the_documented_ones() {
    let config = good(&[]);
    assert!(config.limits && !config.sign_in.verify_email_first);
    assert_eq!(config.access_token_lifetime, Duration::from_hours(4));
    assert_eq!(config.session.idle, Duration::from_hours(30 * 24));
    assert_eq!(
        (config.code_lifetime, config.session.grace),
        (Duration::from_mins(10), Duration::from_secs(10))
    );
    assert_eq!((config.bcrypt_cost, config.password_min_length), (12, 8));
    assert_eq!(
        (config.log.as_str(), config.log_format),
        ("info", LogFormat::Auto)
    );
}

#[test]
fn shown_default_of_each_setting_is_real() {
    let shown = SETTINGS
        .iter()
        .map(|setting| (setting.name.to_owned(), setting.default.to_owned()));
    assert_eq!(
        format!("{:?}", Config::from_vars(shown).unwrap()),
        format!("{:?}", good(&[]))
    );
}

#[test]
fn example_of_each_setting_is_accepted() {
    for setting in SETTINGS {
        // Some of them are accepted only with others.
        let with: &[_] = match setting.name {
            "LATCHKEY_SIGNING_SECRET" => &[("LATCHKEY_SIGNING_ALGORITHM", "HS256")],
            "LATCHKEY_MAIL" => &[
                ("LATCHKEY_MAIL_FROM", "a@x.test"),
                ("LATCHKEY_PUBLIC_URL", "https://accounts.x.test"),
            ],
            name if name.starts_with("LATCHKEY_APP_URL_") => {
                &[("LATCHKEY_APP_URL", "https://app.x.test")]
            }
            "LATCHKEY_TERMS_VERSION" => &[("LATCHKEY_TERMS_URL", "https://x.test/terms")],
            "LATCHKEY_PROVIDERS" => &[("LATCHKEY_PROVIDER_REDIRECTS", "https://x.test/in")],
            "LATCHKEY_TERMS_URL" => &[("LATCHKEY_TERMS_VERSION", "1")],
            name if name.starts_with("LATCHKEY_DKIM_") => &branding::DKIM,
            "LATCHKEY_PASSKEYS" => &[("LATCHKEY_PUBLIC_URL", "https://accounts.x.test")],
            _ => &[],
        };
        let own = [(setting.name, setting.example)];
        let vars = with
            .iter()
            .chain(&own)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        assert!(Config::from_vars(vars).is_ok(), "{}", setting.name);
    }
}

#[test]
fn public_url_follows_listen_and_issuer_follows_public_url() {
    let config = good(&[("LISTEN", "0.0.0.0:8080")]);
    assert_eq!(
        (config.public_url.as_str(), config.issuer.as_str()),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080")
    );
    let config = good(&[("PUBLIC_URL", "https://x.test/auth/")]);
    assert_eq!(config.issuer, "https://x.test/auth");
    assert_eq!(
        good(&[("PUBLIC_URL", "https://x.test"), ("ISSUER", "me")]).issuer,
        "me"
    );
}

#[test]
fn chosen_port_is_in_public_url_and_issuer() {
    let address = "127.0.0.1:41234".parse().unwrap();
    let config = good(&[("LISTEN", "127.0.0.1:0")]).listening_on(address);
    assert_eq!(
        (
            config.listen,
            config.public_url.as_str(),
            config.issuer.as_str()
        ),
        (address, "http://127.0.0.1:41234/", "http://127.0.0.1:41234")
    );
    let issuer = good(&[("LISTEN", "127.0.0.1:0"), ("ISSUER", "https://x.test")]);
    assert_eq!(issuer.listening_on(address).issuer, "https://x.test");
    let public = [("LISTEN", "127.0.0.1:0"), ("PUBLIC_URL", "https://x.test")];
    assert_eq!(
        good(&public).listening_on(address).public_url.as_str(),
        "https://x.test/"
    );
}

#[test]
fn blank_value_counts_as_not_set() {
    let config = good(&[("LISTEN", ""), ("CODE_SECONDS", "  ")]);
    assert_eq!(config.code_lifetime, Duration::from_mins(10));
}

#[test]
fn all_errors_are_reported_at_once() {
    let errors = errors(&[
        ("LISTEN", "here"),
        ("STORE", "here"),
        ("LOG_FORMAT", "xml"),
        ("LIMIT", "off"),
    ]);
    let places: Vec<&str> = errors.iter().map(|error| error.place.as_str()).collect();
    assert_eq!(
        places,
        [
            "LATCHKEY_LISTEN",
            "LATCHKEY_STORE",
            "LATCHKEY_LOG_FORMAT",
            "LATCHKEY_LIMIT"
        ]
    );
    assert_eq!(
        ConfigErrors(errors).to_string().lines().next(),
        Some(
            "LATCHKEY_LISTEN: `here` is not an IP address and a port (for example: LATCHKEY_LISTEN=0.0.0.0:4000)"
        )
    );
}

#[test]
fn consequence_of_a_wrong_setting_is_not_reported_too() {
    refused("DATA", &["https://x.test"], "is a URL");
    refused("PUBLIC_URL", &["x"], "is not a URL");
}

#[test]
fn unknown_name_is_refused_with_the_nearest_one() {
    for (wrong, right) in [
        ("ACCES_TOKEN_SECONDS", "ACCESS_TOKEN_SECONDS"),
        ("MAILFROM", "MAIL_FROM"),
        ("ORIGIN", "ORIGINS"),
        ("PASSWORD_MINLENGTH", "PASSWORD_MIN_LENGTH"),
    ] {
        for value in ["hunter2", "", "  "] {
            let errors = errors(&[(wrong, value)]);
            assert!(
                errors[0]
                    .wrong
                    .ends_with(&format!("did you mean LATCHKEY_{right}?")),
                "{}",
                errors[0]
            );
            assert!(!errors[0].to_string().contains("hunter2"));
        }
    }
}

#[test]
fn variables_of_tests_and_builds_are_ignored() {
    good(&[("TEST_MONGODB", "mongodb://x"), ("GRAPHIQL", "cdn")]);
    assert!(Config::from_vars([("LATCH".to_owned(), "x".to_owned())]).is_ok());
}

#[test]
fn number_out_of_range_is_refused_with_the_range() {
    refused(
        "ACCESS_TOKEN_SECONDS",
        &["59", "86401", "-1", "1h", "1.5"],
        "is not a whole number from 60 to 86400",
    );
    refused("CODE_SECONDS", &["59", "3601"], "from 60 to 3600");
    refused("BCRYPT", &["on"], "interleaved or crate");
    refused("BCRYPT_COST", &["3", "32", "x"], "from 4 to 31");
    refused("PASSWORD_MIN_LENGTH", &["7", "65"], "from 8 to 64");
    refused("REFRESH_GRACE_SECONDS", &["61"], "from 0 to 60");
    assert_eq!(
        good(&[("REFRESH_GRACE_SECONDS", "0")]).session.grace,
        Duration::ZERO
    );
}

#[test]
fn trusted_documents_must_be_paths_of_files() {
    assert!(good(&[]).trusted_documents.is_none());
    assert!(matches!(
        good(&[("TRUSTED_DOCUMENTS", "a b.json, c.json,")]).trusted_documents,
        Some(DocumentSource::Files(paths)) if paths == [Path::new("a b.json"), Path::new("c.json")]
    ));
    refused(
        "TRUSTED_DOCUMENTS",
        &["https://x.test/a.json"],
        "holds a URL, not a file",
    );
}

#[test]
fn word_that_is_no_choice_is_refused_with_choices() {
    refused(
        "VERIFY_EMAIL_FIRST",
        &["yes", "1", "TRUE"],
        "is not true or false",
    );
    refused("LIMITS", &["on"], "is not default or off");
    refused("LOG_FORMAT", &["text"], "is not pretty or json or auto");
}

#[test]
fn debug_output_shows_no_secret() {
    let secrets = [
        ("STORE", "mongodb://ada:hunter2@h/db"),
        ("MAIL", "smtp://ada:hunter2@h"),
        ("MAIL_FROM", "a@x.test"),
        ("PUBLIC_URL", "https://accounts.x.test"),
    ];
    let shown = format!("{:?}", good(&secrets));
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(
        matches!(&good(&secrets).store, Store::Mongodb(url) if url.expose_secret() == secrets[0].1)
    );
}
