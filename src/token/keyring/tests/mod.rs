//! Keyrings over a folder, used by several nodes and an operator.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;

use super::*;

mod rotation;

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

fn made_by(data: &Path, algorithm: KeyAlgorithm) -> KeySource {
    KeySource::Folder {
        data: data.to_owned(),
        algorithm,
    }
}

fn open(data: &Path) -> Keyring {
    Keyring::open(&made_by(data, KeyAlgorithm::Es256), NOW).unwrap()
}

fn fresh() -> (TempDir, Keyring) {
    let data = tempfile::tempdir().unwrap();
    let keyring = open(data.path());
    (data, keyring)
}

/// Returns the key ids in the JWK set.
fn shown(keyring: &Keyring, now: Timestamp) -> Vec<String> {
    let jwks = keyring.jwks(now);
    jwks["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

fn error(data: &Path) -> String {
    Keyring::open(&made_by(data, KeyAlgorithm::Es256), NOW)
        .unwrap_err()
        .to_string()
}

/// Writes a key file as an operator would.
fn put(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
}

#[test]
fn first_start_creates_a_key_that_later_ones_reuse() {
    let (data, first) = fresh();
    assert_eq!(open(data.path()).jwks(NOW), first.jwks(NOW));
    assert_eq!(shown(&first, NOW), [first.signing(NOW).kid.clone()]);
    let mode = |path: &str| {
        fs::metadata(data.path().join(path))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!((mode("keys"), mode("keys/1.pem")), (0o700, 0o600));
}

#[test]
fn nodes_that_start_at_once_share_one_key() {
    let data = tempfile::tempdir().unwrap();
    let threads: Vec<_> = (0..8)
        .map(|_| data.path().to_owned())
        .map(|path| std::thread::spawn(move || open(&path)))
        .collect();
    let nodes: Vec<_> = threads
        .into_iter()
        .map(|thread| thread.join().unwrap().jwks(NOW))
        .collect();
    assert!(nodes.iter().all(|jwks| *jwks == nodes[0]), "{nodes:?}");
    assert_eq!(fs::read_dir(data.path().join("keys")).unwrap().count(), 1);
}

#[test]
fn malformed_key_file_is_refused_by_name_without_content() {
    let good = KeyAlgorithm::Es256.generate();
    for (name, text, says) in [
        ("1.pem", "hunter2".to_owned(), "PKCS #8"),
        (
            "1.pem",
            good.replace("PRIVATE KEY", "EC PRIVATE KEY"),
            "PKCS #8",
        ),
        ("1.pem", format!("{good}{good}"), "PKCS #8"),
        (
            "1.pem",
            format!("Signs-From: tomorrow\n{good}"),
            "Signs-From",
        ),
        ("my-key.pem", good.clone(), "2.pem"),
        ("1.retired", "hunter2".to_owned(), "retired key"),
    ] {
        let data = tempfile::tempdir().unwrap();
        fs::create_dir(data.path().join("keys")).unwrap();
        put(&data.path().join("keys").join(name), &text);
        let error = error(data.path());
        assert!(
            error.contains(name) && error.contains(says) && !error.contains("hunter2"),
            "{error}"
        );
    }
}

#[test]
fn second_key_needs_a_time_to_sign_from() {
    let (data, _) = fresh();
    let second = data.path().join("keys/2.pem");
    put(&second, &KeyAlgorithm::Rs256.generate());
    assert!(error(data.path()).contains("Signs-From"));
    put(
        &second,
        &format!(
            "Signs-From: 2026-09-21T14:00:00Z\n{}",
            KeyAlgorithm::Rs256.generate()
        ),
    );
    assert_eq!(open(data.path()).list(NOW).len(), 2);
}

#[test]
fn key_that_others_can_read_is_refused() {
    let (data, _) = fresh();
    fs::set_permissions(
        data.path().join("keys/1.pem"),
        PermissionsExt::from_mode(0o644),
    )
    .unwrap();
    assert!(error(data.path()).contains("chmod 600"));
}

#[test]
fn running_server_keeps_its_keys_when_the_folder_fails() {
    let (data, keyring) = fresh();
    let kid = keyring.signing(NOW).kid.clone();
    let file = data.path().join("keys/1.pem");
    let text = fs::read_to_string(&file).unwrap();
    for broken in ["", "half of it"] {
        put(&file, broken);
        assert!(!keyring.refresh());
        assert_eq!(keyring.signing(NOW).kid, kid);
    }
    fs::remove_dir_all(data.path()).unwrap();
    assert!(!keyring.refresh() && keyring.verifying(&kid, NOW).is_some());
    fs::create_dir_all(data.path().join("keys")).unwrap();
    put(&file, &text);
    assert!(keyring.refresh() && keyring.verifying(&kid, NOW).is_some());
}

#[test]
fn first_of_the_operators_keys_signs_and_all_verify() {
    let texts = [KeyAlgorithm::EdDsa, KeyAlgorithm::Es256]
        .map(KeyAlgorithm::generate)
        .concat();
    let keyring = Keyring::open(&KeySource::Pem(SecretSource::parse(&texts)), NOW).unwrap();
    let set = shown(&keyring, NOW);
    assert_eq!((set.len(), &set[0]), (2, &keyring.signing(NOW).kid));
    assert_eq!(
        keyring.signing(NOW).algorithm,
        jsonwebtoken::Algorithm::EdDSA
    );
    assert!(keyring.verifying(&set[1], later(1_000_000_000)).is_some());
    assert!(matches!(
        keyring.rotate(LEAD, NOW),
        Err(RotateError::NotFiles)
    ));
    assert!(matches!(
        keyring.retire(&set[1], NOW),
        Err(RetireError::NotFiles)
    ));
}

#[test]
fn shared_secret_is_in_no_jwk_set() {
    let source = KeySource::Shared(SecretSource::parse(
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    ));
    let keyring = Keyring::open(&source, NOW).unwrap();
    assert_eq!(keyring.jwks(NOW), json!({ "keys": [] }));
    assert_eq!(
        keyring.signing(NOW).algorithm,
        jsonwebtoken::Algorithm::HS256
    );
}
