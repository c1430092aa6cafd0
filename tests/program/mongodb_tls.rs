//! A MongoDB that wants TLS, with a certificate of a private authority.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::mongod::Mongod;
use crate::support::home::Home;

/// Creates an authority (`ca.pem`), and a certificate for 127.0.0.1 with its key (`server.pem`).
fn create_certificates(folder: &Path) {
    let openssl = |arguments: &str| {
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt"])
            .args(["ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
            .args(arguments.split(' '))
            .current_dir(folder)
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
    };
    openssl("-keyout ca.key -out ca.pem -subj /CN=authority");
    openssl(
        "-CA ca.pem -CAkey ca.key -keyout key.pem -out cert.pem -subj /CN=server \
         -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE",
    );
    let read = |name| fs::read_to_string(folder.join(name)).unwrap();
    fs::write(
        folder.join("server.pem"),
        read("cert.pem") + &read("key.pem"),
    )
    .unwrap();
}

#[test]
fn authorities_of_the_machine_are_trusted_for_mongodb() {
    let folder = tempfile::tempdir().unwrap();
    create_certificates(folder.path());
    let file = |name| folder.path().join(name).to_str().unwrap().to_owned();
    let (ca, server) = (file("ca.pem"), file("server.pem"));
    let mongod = Mongod::started(&[
        "--tlsMode",
        "requireTLS",
        "--tlsCertificateKeyFile",
        &server,
        "--tlsCAFile",
        &ca,
        "--tlsAllowConnectionsWithoutCertificates",
    ]);
    let url = mongod.url("latchkey?tls=true");
    let home = Home::new().with("LATCHKEY_STORE", &url);
    let refused = home.run(&["check"], "");
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    assert!(refused.stderr.contains("certificate"), "{refused:#?}");

    let trusting = home.clone().with("SSL_CERT_FILE", &ca);
    let checked = trusting.run(&["check"], "");
    assert_eq!(checked.code, Some(0), "{checked:#?}");
    let named = home.with("LATCHKEY_STORE", format!("{url}&tlsCAFile={ca}"));
    assert_eq!(named.run(&["check"], "").code, Some(0));
}
