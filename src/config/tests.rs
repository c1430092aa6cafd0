//! From variables to settings, and to everything that can be wrong with them.

use std::path::Path;

use secrecy::ExposeSecret;

use super::*;

mod files;
mod keys;
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

/// Holds each of the values to be refused by one error, under its own name, that says so and ends with the example.
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
fn nothing_set_is_a_server_of_this_machine() {
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
        (config.issuer.as_str(), config.audience.as_str()),
        ("http://127.0.0.1:4000", "latchkey")
    );
    assert!(config.origins.is_empty() && config.limits && !config.verify_email_first);
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
fn the_shown_default_of_each_setting_is_the_real_one() {
    let shown = SETTINGS
        .iter()
        .map(|setting| (setting.name.to_owned(), setting.default.to_owned()));
    assert_eq!(
        format!("{:?}", Config::from_vars(shown).unwrap()),
        format!("{:?}", good(&[]))
    );
}

#[test]
fn the_example_of_each_setting_is_taken() {
    for setting in SETTINGS {
        // One of them is taken with that algorithm alone.
        let shared = setting.name == "LATCHKEY_SIGNING_SECRET";
        let with = shared.then(|| ("LATCHKEY_SIGNING_ALGORITHM".to_owned(), "HS256".to_owned()));
        let vars = [(setting.name.to_owned(), setting.example.to_owned())]
            .into_iter()
            .chain(with);
        assert!(Config::from_vars(vars).is_ok(), "{}", setting.name);
    }
}

#[test]
fn what_is_not_set_lives_in_the_data_folder() {
    let config = good(&[("DATA", "/var/lib/latchkey")]);
    assert!(
        matches!(config.store, Store::Sqlite(path) if path == Path::new("/var/lib/latchkey/latchkey.db"))
    );
    assert!(matches!(config.mail, Mail::File(path) if path == Path::new("/var/lib/latchkey/mail")));
    let config = good(&[
        ("DATA", "/var/lib/latchkey"),
        ("STORE", "sqlite:///srv/l.db"),
        ("MAIL", "file:m"),
    ]);
    assert!(matches!(config.store, Store::Sqlite(path) if path == Path::new("/srv/l.db")));
    assert!(matches!(config.mail, Mail::File(path) if path == Path::new("m")));
}

#[test]
fn the_public_url_follows_the_address_and_the_issuer_follows_the_public_url() {
    let config = good(&[("LISTEN", "0.0.0.0:8080")]);
    assert_eq!(
        (config.public_url.as_str(), config.issuer.as_str()),
        ("http://0.0.0.0:8080/", "http://0.0.0.0:8080")
    );
    let config = good(&[("PUBLIC_URL", "https://x.test/auth/")]);
    assert_eq!(config.issuer, "https://x.test/auth");
    assert_eq!(
        good(&[("PUBLIC_URL", "https://x.test"), ("ISSUER", "me")]).issuer,
        "me"
    );
}

#[test]
fn a_port_that_the_system_chose_is_named_by_the_public_url() {
    let address = "127.0.0.1:41234".parse().unwrap();
    let config = good(&[("LISTEN", "127.0.0.1:0")]).listening_on(address);
    assert_eq!(
        (config.listen, config.public_url.as_str()),
        (address, "http://127.0.0.1:41234/")
    );
    let public = [("LISTEN", "127.0.0.1:0"), ("PUBLIC_URL", "https://x.test")];
    assert_eq!(
        good(&public).listening_on(address).public_url.as_str(),
        "https://x.test/"
    );
}

#[test]
fn a_blank_value_counts_as_not_set() {
    let config = good(&[("LISTEN", ""), ("CODE_SECONDS", "  ")]);
    assert_eq!(config.code_lifetime, Duration::from_mins(10));
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
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
fn what_follows_from_a_wrong_setting_is_not_told_on_top_of_it() {
    refused("DATA", &["https://x.test"], "is a URL");
    refused("PUBLIC_URL", &["x"], "is not a URL");
}

#[test]
fn an_unknown_name_is_refused_even_when_it_is_blank_and_the_nearest_is_named() {
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
fn names_of_the_tests_and_of_the_build_and_of_others_are_passed_over() {
    good(&[("TEST_MONGODB", "mongodb://x"), ("GRAPHIQL", "cdn")]);
    assert!(Config::from_vars([("LATCH".to_owned(), "x".to_owned())]).is_ok());
}

#[test]
fn a_number_out_of_its_range_is_refused_with_the_range() {
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
fn a_session_that_ends_before_its_access_token_is_refused() {
    for bound in ["REFRESH_TOKEN_SECONDS", "SESSION_SECONDS"] {
        refused(
            bound,
            &["14399"],
            "`14399` is less than LATCHKEY_ACCESS_TOKEN_SECONDS, which is 14400",
        );
        good(&[(bound, "60"), ("ACCESS_TOKEN_SECONDS", "60")]);
    }
}

#[test]
fn what_weakens_the_server_is_taken_on_a_loopback_address_alone() {
    for (name, value) in [
        ("LIMITS", "off"),
        ("BCRYPT_COST", "4"),
        ("BCRYPT_COST", "9"),
    ] {
        for loopback in ["127.0.0.1:0", "[::1]:0"] {
            good(&[(name, value), ("LISTEN", loopback)]);
        }
        for open in ["0.0.0.0:4000", "[::]:4000", "192.168.1.2:80"] {
            let errors = errors(&[(name, value), ("LISTEN", open)]);
            assert_eq!(errors[0].place, format!("LATCHKEY_{name}"));
            assert!(errors[0].wrong.contains("loopback"), "{}", errors[0]);
        }
    }
    good(&[("BCRYPT_COST", "10"), ("LISTEN", "0.0.0.0:4000")]);
}

#[test]
fn the_schema_is_told_where_only_this_machine_can_ask_unless_it_is_said() {
    // With no PUBLIC_URL it follows LISTEN. Behind a proxy on the same machine, LISTEN is a loopback address too.
    for (listen, public_url, said, told) in [
        ("127.0.0.1:0", "", "auto", true),
        ("[::1]:0", "", "auto", true),
        ("[::1]:0", "http://localhost:4000", "auto", true),
        ("127.0.0.1:0", "https://accounts.example.org", "auto", false),
        (
            "127.0.0.1:0",
            "https://localhost.example.org",
            "auto",
            false,
        ),
        ("127.0.0.1:0", "https://accounts.example.org", "on", true),
        ("0.0.0.0:4000", "", "auto", false),
        ("0.0.0.0:4000", "http://127.0.0.1:4000", "auto", false),
        ("192.168.1.2:80", "", "auto", false),
        ("0.0.0.0:4000", "", "on", true),
        ("127.0.0.1:0", "", "off", false),
    ] {
        let config = good(&[
            ("LISTEN", listen),
            ("PUBLIC_URL", public_url),
            ("INTROSPECTION", said),
        ]);
        assert_eq!(config.introspection, told, "{listen} {public_url} {said}");
    }
    assert!(!good(&[("LISTEN", "[::]:4000")]).introspection);
    refused(
        "INTROSPECTION",
        &["true", "ON", "1"],
        "is not on or off or auto",
    );
}

#[test]
fn a_cookie_that_browsers_would_drop_is_refused() {
    refused("COOKIE_SAME_SITE", &["none"], "unless it is `Secure`");
    for (url, is_taken) in [
        ("https://x.test", true),
        ("http://x.test", false),
        ("https://localhost", true),
        ("http://localhost:4000", false),
        ("http://[::1]:4000", false),
    ] {
        assert_eq!(
            config(&[("PUBLIC_URL", url), ("COOKIE_SAME_SITE", "none")]).is_ok(),
            is_taken,
            "{url}"
        );
        good(&[("PUBLIC_URL", url), ("COOKIE_SAME_SITE", "lax")]);
    }
}

#[test]
fn trusted_documents_are_a_file_where_there_are_any() {
    assert_eq!(good(&[]).trusted_documents, None);
    assert_eq!(
        good(&[("TRUSTED_DOCUMENTS", "a b.json")])
            .trusted_documents
            .as_deref(),
        Some(Path::new("a b.json"))
    );
    refused(
        "TRUSTED_DOCUMENTS",
        &["https://x.test/a.json"],
        "is a URL, not a file",
    );
}

#[test]
fn a_word_that_is_no_choice_is_refused_with_the_choices() {
    refused(
        "VERIFY_EMAIL_FIRST",
        &["yes", "1", "TRUE"],
        "is not true or false",
    );
    refused("LIMITS", &["on"], "is not default or off");
    refused("LOG_FORMAT", &["text"], "is not pretty or json or auto");
}

#[test]
fn debug_shows_no_secret() {
    let secrets = [
        ("STORE", "mongodb://ada:hunter2@h/db"),
        ("MAIL", "smtp://ada:hunter2@h"),
    ];
    let shown = format!("{:?}", good(&secrets));
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(
        matches!(&good(&secrets).store, Store::Mongodb(url) if url.expose_secret() == secrets[0].1)
    );
}

#[test]
fn the_place_of_a_store_is_told_without_its_login() {
    for (url, place) in [
        (
            "mongodb://ada:hunter2@a:1,b:2/db?w=majority",
            "mongodb://a:1,b:2/db",
        ),
        ("mongodb+srv://h.test/db", "mongodb+srv://h.test/db"),
        ("sqlite:a.db", "a.db"),
    ] {
        assert_eq!(good(&[("STORE", url)]).store.place(), place);
    }
}
