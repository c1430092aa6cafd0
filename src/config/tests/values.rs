//! Values with a syntax of their own: URLs, addresses, filters.

use secrecy::ExposeSecret;

use super::{Mail, Store, good, refused};
use crate::mail::{Relay, Tls};

#[test]
fn listen_is_an_ip_address_and_a_port() {
    refused(
        "LISTEN",
        &[
            "localhost:4000",
            "4000",
            ":4000",
            "127.0.0.1",
            "127.0.0.1:70000",
        ],
        "is not an IP address",
    );
    good(&[("LISTEN", "[::1]:0")]);
}

#[test]
fn invalid_store_is_refused_without_showing_its_url() {
    refused(
        "STORE",
        &["hunter2", "postgres://u:p@h/d", "mongodb:h/d", "redis"],
        "the value starts neither",
    );
    refused(
        "STORE",
        &[
            "sqlite:",
            "sqlite::memory:",
            "sqlite:a.db?mode=ro",
            "sqlite:file:a.db",
        ],
        "does not name a file",
    );
    refused(
        "STORE",
        &[
            "mongodb://h",
            "mongodb://u:hunter2@h:1/",
            "mongodb+srv://h/?w=1",
        ],
        "no database in its path",
    );
    refused(
        "STORE",
        &[
            "mongodb:///db",
            "mongodb://u:hunter2@/db",
            "mongodb://a,,b/db",
        ],
        "names no host",
    );
}

#[test]
fn invalid_mongodb_options_are_refused_without_showing_them() {
    let options = [
        "mongodb://u:hunter2@h/db?hunter2=1",
        "mongodb://h/db?hunter2",
    ];
    refused("STORE", &options, "has an option after the ? that");
    let named = ["mongodb://h/db?tls=hunter2"];
    refused("STORE", &named, "has the option tls, which");
    let without_effect = ["mongodb://u:hunter2@h/db?socketTimeoutMS=1"];
    refused(
        "STORE",
        &without_effect,
        "socketTimeoutMS, which has no effect",
    );
    refused(
        "STORE",
        &["mongodb://h:hunter2/db", "mongodb://u%:hunter2@h/db?w=1"],
        "is not of the form mongodb://",
    );
    refused(
        "STORE",
        &["mongodb://u:hunt@er2@h/db", "mongodb://u:hunt/er2@h/db"],
        "percent-encoded",
    );
}

#[test]
fn mongodb_url_may_have_several_hosts_and_options() {
    for url in [
        "mongodb://a:1,b:2/db",
        "mongodb+srv://u:p%40x@h.test/db?w=majority",
        "mongodb://[::1]:27017/db",
    ] {
        assert!(
            matches!(good(&[("STORE", url)]).store, Store::Mongodb(_)),
            "{url}"
        );
    }
}

fn smtp(url: &str) -> Relay {
    let public = ("PUBLIC_URL", "https://accounts.x.test");
    match good(&[("MAIL", url), ("MAIL_FROM", "a@x.test"), public]).mail {
        Mail::Smtp(relay) => relay,
        Mail::File(path) => panic!("{}", path.display()),
    }
}

#[test]
fn mail_server_is_always_used_with_tls() {
    let start = smtp("smtp://mail.test");
    assert_eq!(
        (start.host.as_str(), start.port, start.tls),
        ("mail.test", 587, Tls::StartTls)
    );
    assert!(start.login.is_none());
    let implicit = smtp("smtps://mail.test/");
    assert_eq!((implicit.port, implicit.tls), (465, Tls::Implicit));
    assert_eq!(
        (
            smtp("smtp://[::1]:25").host.as_str(),
            smtp("smtp://h:25").port
        ),
        ("::1", 25)
    );
}

#[test]
fn mail_server_login_is_percent_decoded() {
    for (url, user, password) in [
        ("smtp://ada%40x.test:p%20%2F%C3%A4@h", "ada@x.test", "p /ä"),
        ("smtp://ada@x.test:p@h", "ada@x.test", "p"),
        ("smtp://a+b:p+q&r=s@h", "a+b", "p+q&r=s"),
    ] {
        let login = smtp(url).login.unwrap();
        assert_eq!(
            (login.0.as_str(), login.1.expose_secret()),
            (user, password),
            "{url}"
        );
    }
}

#[test]
fn invalid_mail_server_is_refused_without_showing_its_url() {
    let no_form = [
        "hunter2",
        "smtp:h",
        "smtp://",
        "smtp://u:hunter2@h/x",
        "smtp://u:12/x@h",
        "smtp://u:5%of@h",
        "ftp://h",
    ];
    refused("MAIL", &no_form, "the value is not of the form");
    refused(
        "MAIL",
        &[
            "smtp://u:hunter2@h?tls=no",
            "smtp://u:hunter#2@h",
            "smtp://u:p@h:0x",
        ],
        "is not of the form",
    );
    refused("MAIL", &["smtp://hunter2@h"], "has a user but no password");
    refused("MAIL", &["smtp://:hunter2@h"], "has a password but no user");
    refused("MAIL", &["file:"], "does not name a folder");
}

#[test]
fn sender_is_one_address_with_optional_name() {
    refused(
        "MAIL_FROM",
        &["me", "a@x.test, b@x.test", "a@x.test\r\nBcc: b@x.test"],
        "is not an email address",
    );
    assert_eq!(
        good(&[("MAIL_FROM", "no-reply@x.test")]).mail_from.name,
        None
    );
}

#[test]
fn public_url_is_a_plain_web_address() {
    refused("PUBLIC_URL", &["accounts.x.test", "/auth"], "is not a URL");
    let not_plain = [
        "ftp://x.test",
        "https://x.test?a",
        "https://x.test/#a",
        "https://u:p@x.test",
        "localhost:4000",
    ];
    refused("PUBLIC_URL", &not_plain, "is not a plain http");
}

#[test]
fn origins_are_accepted_only_as_browsers_write_them() {
    let origins = good(&[(
        "ORIGINS",
        "https://a.test, http://localhost:5173,capacitor://localhost,",
    )])
    .origins;
    assert_eq!(
        origins,
        [
            "https://a.test",
            "http://localhost:5173",
            "capacitor://localhost"
        ]
    );
    refused(
        "ORIGINS",
        &["*", "https://*.x.test", "https://a.test,*"],
        "is a wildcard",
    );
    refused(
        "ORIGINS",
        &["a.test", "null", "file:///x", "https://"],
        "is not of the form",
    );
    for other in [
        "https://a.test/",
        "https://a.test/x",
        "https://A.test",
        "https://a.test:443",
        "https://u@a.test",
    ] {
        refused(
            "ORIGINS",
            &[other],
            "which browsers write as https://a.test",
        );
    }
    refused(
        "ORIGINS",
        &["https://ä.test"],
        "which browsers write as https://xn--4ca.test",
    );
}

#[test]
fn log_filter_accepts_only_known_levels() {
    for filter in [
        "debug",
        "OFF",
        "warn,latchkey=debug",
        "info,latchkey[login]=trace",
    ] {
        good(&[("LOG", filter)]);
    }
    refused(
        "LOG",
        &["inof", "info,verbose"],
        "is neither a level nor module=level",
    );
    refused("LOG", &["latchkey=loud"], "is not a filter");
}

#[test]
fn issuer_and_audience_are_single_words() {
    refused("ISSUER", &["a b"], "`a b` holds white space");
    refused(
        "AUDIENCE",
        &["a\nb", "a\u{1b}[31mb"],
        "holds white space or control characters",
    );
}

#[test]
fn value_is_shown_without_its_control_characters() {
    refused("LISTEN", &["a\u{1b}[31mb"], "`a\\u{1b}[31mb`");
}

#[test]
fn proxy_networks_without_possible_peers_are_refused() {
    refused(
        "TRUSTED_PROXIES",
        &[
            "::ffff:127.0.0.0/104",
            "::ffff:10.0.0.1",
            "10.0.0.0/33",
            "proxy",
        ],
        "which is no address and no network",
    );
    assert_eq!(
        good(&[("TRUSTED_PROXIES", "10.0.0.0/8, 2001:db8::/32")])
            .trusted_proxies
            .len(),
        2
    );
}

#[test]
fn plain_proxy_address_is_a_network_of_one() {
    let proxies = good(&[("TRUSTED_PROXIES", "10.0.0.1,2001:db8::1")]).trusted_proxies;
    let networks: Vec<String> = proxies.iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["10.0.0.1/32", "2001:db8::1/128"]);
}
