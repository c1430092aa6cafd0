//! Rules across several settings.

use super::*;

#[test]
fn session_shorter_than_its_access_token_is_refused() {
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
fn settings_that_weaken_the_server_need_a_loopback_address() {
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
fn automatic_introspection_is_on_only_for_local_servers() {
    // Without PUBLIC_URL it follows LISTEN. Behind a proxy on the same machine, LISTEN is a
    // loopback address too.
    for (listen, public_url, setting, expected) in [
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
            ("INTROSPECTION", setting),
        ]);
        assert_eq!(
            config.introspection, expected,
            "{listen} {public_url} {setting}"
        );
    }
    assert!(!good(&[("LISTEN", "[::]:4000")]).introspection);
    refused(
        "INTROSPECTION",
        &["true", "ON", "1"],
        "is not on or off or auto",
    );
}

#[test]
fn cookie_that_browsers_would_drop_is_refused() {
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
fn place_of_a_store_is_shown_without_login() {
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
