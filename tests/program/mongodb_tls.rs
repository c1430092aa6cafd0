//! A MongoDB that wants TLS, with a certificate of a private authority.

use crate::mongod::Mongod;
use crate::support::certificates;
use crate::support::home::Home;

#[test]
fn authorities_of_the_machine_are_trusted_for_mongodb() {
    let folder = tempfile::tempdir().unwrap();
    certificates::create(folder.path(), "IP:127.0.0.1");
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
