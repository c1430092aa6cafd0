//! Certificates of mail servers: which are trusted, and what `check` says of the others.

use crate::support::home::Home;
use crate::support::mail_server::{self, MailServer, Tls};

/// Creates a home that trusts the server's authority by a setting, and no other.
fn home(mail: &MailServer) -> Home {
    mail.used_by(Home::new(), mail_server::PASSWORD)
        .with("SSL_CERT_FILE", "")
        .with("LATCHKEY_MAIL_CA", mail.certificates())
}

#[test]
fn private_authority_is_trusted_by_a_setting() {
    for tls in [Tls::Starttls, Tls::FromTheStart] {
        let mail = MailServer::start(tls, &[]);
        let ran = home(&mail).run(&["check"], "");
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:#?}");
        let ran = home(&mail).with("LATCHKEY_MAIL_CA", "").run(&["check"], "");
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains("Set LATCHKEY_MAIL_CA"), "{ran:#?}");
    }
}

#[test]
fn authorities_of_the_setting_replace_those_of_the_system() {
    let (mail, stranger) = (
        MailServer::start(Tls::Starttls, &[]),
        MailServer::start(Tls::Starttls, &[]),
    );
    let home = mail
        .used_by(Home::new(), mail_server::PASSWORD)
        .with("LATCHKEY_MAIL_CA", stranger.certificates());
    let ran = home.run(&["check"], "");
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(
        ran.stderr.contains("authority that is not trusted"),
        "{ran:#?}"
    );
}

#[test]
fn check_says_what_is_wrong_with_a_certificate() {
    let kinds = [
        (
            "other-name",
            "set the host in LATCHKEY_MAIL to a name on the certificate",
        ),
        ("expired", "have the certificate renewed"),
        ("authority", "basicConstraints CA:FALSE"),
    ];
    for (kind, hint) in kinds {
        for tls in [Tls::Starttls, Tls::FromTheStart] {
            let mail = MailServer::start(tls, &["--certificate", kind]);
            let ran = home(&mail).run(&["check"], "");
            assert_eq!(ran.code, Some(2), "{ran:#?}");
            assert!(ran.stderr.contains(hint), "{kind}: {ran:#?}");
            assert!(!ran.stderr.contains("user and password"), "{ran:#?}");
        }
    }
}

#[test]
fn check_says_which_scheme_fits_the_port() {
    let implicit = MailServer::start(Tls::FromTheStart, &[]);
    let plain = format!("smtp://localhost:{}", implicit.port());
    let ran = home(&implicit)
        .with("LATCHKEY_MAIL", plain)
        .run(&["check"], "");
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("needs smtps://"), "{ran:#?}");

    let starttls = MailServer::start(Tls::Starttls, &[]);
    let wrapped = format!("smtps://localhost:{}", starttls.port());
    let ran = home(&starttls)
        .with("LATCHKEY_MAIL", wrapped)
        .run(&["check"], "");
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("needs smtp://"), "{ran:#?}");
}

#[test]
fn file_without_certificates_is_refused_at_the_start() {
    let mail = MailServer::start(Tls::Starttls, &[]);
    for file in ["absent.pem", "."] {
        let ran = home(&mail)
            .with("LATCHKEY_MAIL_CA", file)
            .run(&["check"], "");
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains("LATCHKEY_MAIL_CA"), "{ran:#?}");
    }
}
