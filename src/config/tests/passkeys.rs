//! The settings of passkeys: what browsers would refuse is refused here.

use crate::config::{Config, ConfigErrors};

const HTTPS: (&str, &str) = ("PUBLIC_URL", "https://accounts.example.org");
const ON: (&str, &str) = ("PASSKEYS", "on");

fn read(vars: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    let vars = vars
        .iter()
        .map(|(name, value)| (format!("LATCHKEY_{name}"), (*value).to_owned()));
    Config::from_vars(vars)
}

fn error(vars: &[(&str, &str)]) -> String {
    read(vars).unwrap_err().to_string()
}

#[test]
fn passkeys_are_off_unless_set() {
    assert!(read(&[]).unwrap().sign_in.passkeys.is_none());
    assert!(read(&[HTTPS]).unwrap().sign_in.passkeys.is_none());
}

#[test]
fn domain_and_origins_come_from_the_public_url() {
    let origins = (
        "ORIGINS",
        "https://app.accounts.example.org,https://app.example.org",
    );
    let config = read(&[HTTPS, ON, origins]).unwrap();
    let party = config.sign_in.passkeys.unwrap().party;
    assert_eq!(party.id, "accounts.example.org");
    let covered = [
        "https://accounts.example.org",
        "https://app.accounts.example.org",
    ];
    assert_eq!(party.origins, covered);
    assert!(
        config.warnings[0].contains("LATCHKEY_PASSKEY_RP_ID"),
        "{:?}",
        config.warnings
    );
    let id = ("PASSKEY_RP_ID", "example.org");
    let config = read(&[HTTPS, ON, origins, id]).unwrap();
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    assert_eq!(config.sign_in.passkeys.unwrap().party.origins.len(), 3);
    let local = ("PUBLIC_URL", "http://localhost:4000");
    assert!(read(&[local, ON]).unwrap().warnings.is_empty());
}

#[test]
fn domain_that_no_browser_accepts_is_refused() {
    for id in [
        "127.0.0.1",
        "[::1]",
        "::1",
        "example.org:8443",
        "https://example.org",
        "Example.org",
        "org",
        "co.uk",
        "münchen.example",
        "example.org.",
        "exa mple.org",
        "-.org",
    ] {
        let error = error(&[HTTPS, ON, ("PASSKEY_RP_ID", id)]);
        assert!(error.starts_with("LATCHKEY_PASSKEY_RP_ID"), "{id}: {error}");
    }
    for url in [
        "http://127.0.0.1:4000",
        "http://[::1]:4000",
        "https://intranet",
    ] {
        let error = error(&[("PUBLIC_URL", url), ON]);
        assert!(error.contains("LATCHKEY_PASSKEY_RP_ID"), "{url}: {error}");
    }
    for id in [
        "localhost",
        "app.localhost",
        "example.co.uk",
        "xn--mnchen-3ya.example",
    ] {
        let origins = format!("https://{id}");
        let vars = [
            HTTPS,
            ON,
            ("PASSKEY_RP_ID", id),
            ("PASSKEY_ORIGINS", origins.as_str()),
        ];
        assert!(read(&vars).is_ok(), "{id}");
    }
}

#[test]
fn origin_that_no_browser_accepts_is_refused() {
    for origins in [
        "http://app.example.org",
        "https://192.0.2.1",
        "https://app.example.org/",
        "app.example.org",
        "http://localhost:5173",
    ] {
        let error = error(&[HTTPS, ON, ("PASSKEY_ORIGINS", origins)]);
        assert!(
            error.starts_with("LATCHKEY_PASSKEY_ORIGINS"),
            "{origins}: {error}"
        );
    }
    let id = ("PASSKEY_RP_ID", "example.com");
    assert!(error(&[HTTPS, ON, id]).contains("LATCHKEY_PASSKEY_ORIGINS: is not set"));
    let app = (
        "PASSKEY_ORIGINS",
        "https://accounts.example.org,android:apk-key-hash:AAAA",
    );
    assert!(read(&[HTTPS, ON, app]).is_ok());
}

#[test]
fn related_origins_have_five_names_at_most() {
    let names = [
        "a.com",
        "b.com",
        "c.co.uk",
        "d.org",
        "e.net",
        "shop.a.com",
        "a.co.uk",
    ];
    let origins = |count: usize| {
        let origins = names[..count].iter().map(|name| format!("https://{name}"));
        origins.collect::<Vec<_>>().join(",")
    };
    let five = origins(7);
    let id = ("PASSKEY_RP_ID", "accounts.example.org");
    assert!(read(&[HTTPS, ON, id, ("PASSKEY_ORIGINS", &five)]).is_ok());
    let sixth = format!("{five},https://f.test");
    let error = error(&[HTTPS, ON, id, ("PASSKEY_ORIGINS", &sixth)]);
    assert!(error.contains("6 names"), "{error}");
}

#[test]
fn related_origin_of_a_domain_above_is_warned_of() {
    let vars = [
        HTTPS,
        ON,
        ("PASSKEY_RP_ID", "example.org"),
        (
            "PASSKEY_ORIGINS",
            "https://app.example.org,https://shop.example.com",
        ),
    ];
    let warnings = read(&vars).unwrap().warnings;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].contains("https://example.org/.well-known/webauthn"),
        "{warnings:?}"
    );
}
