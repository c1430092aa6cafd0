//! Certificates of a private authority.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Creates an authority (`ca.pem`), and a certificate for a name such as `IP:127.0.0.1` with its key:
/// each in a file of its own (`cert.pem`, `key.pem`) and both in one (`server.pem`).
pub fn create(folder: &Path, name: &str) {
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
    openssl(&format!(
        "-CA ca.pem -CAkey ca.key -keyout key.pem -out cert.pem -subj /CN=server \
         -addext subjectAltName={name} -addext basicConstraints=critical,CA:FALSE",
    ));
    let read = |name| fs::read_to_string(folder.join(name)).unwrap();
    fs::write(
        folder.join("server.pem"),
        read("cert.pem") + &read("key.pem"),
    )
    .unwrap();
}
