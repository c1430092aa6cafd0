//! New and ended keys beside running servers.

use std::fs;
use std::path::Path;
use std::time::Instant;

use super::*;

/// The time at which the last token of the old key has expired: lead, longest lifetime, leeway.
const END: u64 = 600 + 86_400 + 5;

#[test]
fn rotation_publishes_then_signs_then_drops_on_every_node() {
    let (data, node) = fresh();
    let old = node.signing(NOW).kid.clone();
    let new = open(data.path())
        .rotate(Duration::from_mins(10), NOW)
        .unwrap();
    assert!(node.refresh() && !node.refresh());
    for (seconds, signs, set) in [
        (0, &old, vec![&old, &new.kid]),
        (599, &old, vec![&old, &new.kid]),
        (600, &new.kid, vec![&new.kid, &old]),
        (END - 1, &new.kid, vec![&new.kid, &old]),
        (END, &new.kid, vec![&new.kid]),
    ] {
        let now = later(seconds);
        assert_eq!(
            (&node.signing(now).kid, shown(&node, now).iter().collect()),
            (signs, set),
            "after {seconds} s"
        );
        assert_eq!(
            node.verifying(&old, now).is_some(),
            seconds < END,
            "after {seconds} s"
        );
        assert!(node.verifying(&new.kid, now).is_some());
    }
}

#[test]
fn unknown_kid_triggers_one_check_at_a_time() {
    let (data, node) = fresh();
    let operator = open(data.path());
    let second = operator.rotate(Duration::ZERO, NOW).unwrap().kid;
    assert!(node.verifying(&second, NOW).is_some());
    let third = operator.rotate(Duration::ZERO, later(1)).unwrap().kid;
    // However slow the machine is, the node has checked just now.
    node.0.folder_state.lock().unwrap().checked_for_unknown =
        Some(Instant::now() + Duration::from_mins(1));
    assert!(node.verifying(&third, later(1)).is_none());
    assert!(node.refresh() && node.verifying(&third, later(1)).is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn running_server_follows_changes_of_the_folder() {
    let (data, node) = fresh();
    let following = tokio::spawn(node.clone().watch());
    let new = open(data.path()).rotate(Duration::ZERO, NOW).unwrap().kid;
    let seen = async {
        while node.signing(later(1)).kid != new {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), seen)
        .await
        .unwrap();
    following.abort();
}

#[test]
fn only_one_next_key_can_exist() {
    let (_data, keyring) = fresh();
    let next = keyring.rotate(LEAD, NOW).unwrap().kid;
    let refused = keyring.rotate(LEAD, NOW).unwrap_err();
    assert!(
        matches!(&refused, RotateError::Waiting { kid, .. } if *kid == next),
        "{refused}"
    );
    keyring.retire(&next, NOW).unwrap();
    keyring.rotate(LEAD, NOW).unwrap();
}

#[test]
fn one_of_two_concurrent_rotations_wins() {
    let (data, _) = fresh();
    let rotate = |path: &Path| open(path).rotate(LEAD, NOW).map(|rotated| rotated.kid);
    let paths = (0..4).map(|_| data.path().to_owned());
    let threads: Vec<_> = paths
        .map(|path| std::thread::spawn(move || rotate(&path)))
        .collect();
    let rotated: Vec<_> = threads
        .into_iter()
        .filter_map(|thread| thread.join().unwrap().ok())
        .collect();
    assert_eq!((rotated.len(), open(data.path()).list(NOW).len()), (1, 2));
}

#[test]
fn new_algorithm_starts_with_the_next_key() {
    let (data, first) = fresh();
    let source = made_by(data.path(), KeyAlgorithm::EdDsa);
    let keyring = Keyring::open(&source, NOW).unwrap();
    assert_eq!(keyring.jwks(NOW), first.jwks(NOW));
    let new = keyring.rotate(LEAD, NOW).unwrap().kid;
    let algorithm = |kid: &str| keyring.verifying(kid, NOW).unwrap().algorithm;
    assert_eq!(algorithm(&new), jsonwebtoken::Algorithm::EdDSA);
    assert_eq!(
        algorithm(&first.signing(NOW).kid),
        jsonwebtoken::Algorithm::ES256
    );
}

#[test]
fn retired_key_is_refused_and_the_next_signs_early() {
    let (data, keyring) = fresh();
    let old = keyring.signing(NOW).kid.clone();
    let new = keyring.rotate(LEAD, NOW).unwrap().kid;
    assert_eq!(keyring.retire(&old, NOW).unwrap(), KeyState::Signing);
    assert_eq!(
        (keyring.signing(NOW).kid.clone(), shown(&keyring, NOW)),
        (new.clone(), vec![new])
    );
    assert!(keyring.verifying(&old, NOW).is_none());
    assert!(!data.path().join("keys/1.pem").exists());
    assert!(matches!(
        keyring.retire(&old, NOW),
        Err(RetireError::Unknown(_))
    ));
}

#[test]
fn only_key_that_can_sign_is_not_retired() {
    let (_data, keyring) = fresh();
    let only = keyring.signing(NOW).kid.clone();
    assert!(matches!(
        keyring.retire(&only, NOW),
        Err(RetireError::Last(_))
    ));
    let new = keyring.rotate(Duration::ZERO, NOW).unwrap().kid;
    // The older one still verifies, but does not sign again.
    assert!(matches!(
        keyring.retire(&new, later(1)),
        Err(RetireError::Last(_))
    ));
    keyring.retire(&only, later(1)).unwrap();
}

#[test]
fn retired_key_restored_from_a_backup_stays_retired() {
    let (data, keyring) = fresh();
    let (file, old) = (
        data.path().join("keys/1.pem"),
        keyring.signing(NOW).kid.clone(),
    );
    let backup = fs::read_to_string(&file).unwrap();
    keyring.rotate(Duration::ZERO, NOW).unwrap();
    keyring.retire(&old, later(1)).unwrap();
    put(&file, &backup);
    put(&data.path().join("keys/3.pem"), &backup);
    keyring.refresh();
    assert!(keyring.verifying(&old, later(1)).is_none() && shown(&keyring, later(1)).len() == 1);
}

#[test]
fn files_of_ended_keys_go_with_the_next_rotation() {
    let (data, keyring) = fresh();
    let first = keyring.signing(NOW).kid.clone();
    keyring.rotate(Duration::ZERO, NOW).unwrap();
    assert_eq!(
        keyring
            .rotate(Duration::ZERO, later(86_400))
            .unwrap()
            .removed,
        Vec::<String>::new()
    );
    assert_eq!(
        keyring
            .rotate(Duration::ZERO, later(90_001))
            .unwrap()
            .removed,
        [first]
    );
    assert!(!data.path().join("keys/1.pem").exists() && data.path().join("keys/2.pem").exists());
}
