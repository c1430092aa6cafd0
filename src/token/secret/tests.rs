use super::*;
use crate::model::Sealed;

fn secret() -> Secret {
    Secret::open(tempfile::tempdir().unwrap().path(), &Rng::system()).unwrap()
}

#[test]
fn same_folder_gives_the_same_secret_and_another_differs() {
    let folder = tempfile::tempdir().unwrap();
    let digest = |secret: &Secret| secret.digest(Purpose::Ticket, &[b"x"]);
    let first = Secret::open(folder.path(), &Rng::system()).unwrap();
    let second = Secret::open(folder.path(), &Rng::system()).unwrap();
    assert_eq!(digest(&first), digest(&second));
    assert_ne!(digest(&first), digest(&secret()));
}

#[test]
fn operators_secret_equals_the_one_in_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let ours = Secret::open(folder.path(), &Rng::system()).unwrap();
    let file = SecretSource::parse(&format!("file:{}", folder.path().join("secret").display()));
    let read = Secret::read(&file).unwrap();
    assert_eq!(
        read.digest(Purpose::Ticket, &[b"x"]),
        ours.digest(Purpose::Ticket, &[b"x"])
    );
    assert_eq!(
        (read.fingerprint().len(), read.fingerprint()),
        (8, ours.fingerprint())
    );
    assert_ne!(secret().fingerprint(), ours.fingerprint());
}

#[test]
fn purposes_and_part_boundaries_keep_digests_apart() {
    let secret = secret();
    assert_ne!(
        secret.digest(Purpose::Ticket, &[b"ab", b"c"]),
        secret.digest(Purpose::Ticket, &[b"a", b"bc"])
    );
    assert_ne!(
        secret.digest(Purpose::Ticket, &[b"x"]),
        secret.digest(Purpose::Counter, &[b"x"])
    );
}

#[test]
fn sealed_code_opens_with_its_own_secret_only() {
    let (ours, theirs) = (secret(), secret());
    let sealed = ours.seal("123456", &Rng::system());
    assert!(!sealed.as_str().contains("123456"));
    assert_eq!(ours.unseal(&sealed).as_deref(), Some("123456"));
    assert_eq!(theirs.unseal(&sealed), None);
    assert_eq!(ours.unseal(&Sealed::new("AAAA".to_owned())), None);
}

#[test]
fn secret_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    drop(Secret::open(folder.path(), &Rng::system()).unwrap());
    let path = folder.path().join("secret");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let error = Secret::open(folder.path(), &Rng::system()).unwrap_err();
    assert!(matches!(error, KeyError::Exposed { .. }), "{error}");
}
