//! Checks the keys and the secret, and shows what other nodes must have in common.

use std::fs;
use std::path::Path;

use super::{Finding, creatable, text, writable};
use crate::config::{Config, Store};
use crate::model::{Clock, Rng};
use crate::token::{
    KeyInfo, KeySource, KeyState, Keyring, Secret, is_private, is_shared_with_group,
    probe_key_folder,
};

/// Describes the signing key and the secret in use: nodes that accept each other's tokens show the
/// same.
pub(super) fn check(config: &Config) -> Finding {
    let keys_are_files = matches!(config.keys, KeySource::Folder { .. });
    if (keys_are_files || config.secret.is_none()) && config.data.exists() {
        private_folder(&config.data)?;
    }
    let key = Keyring::read(&config.keys).map_err(text)?;
    let secret = secret(config)?;
    let key_text = key.as_ref().and_then(signing).map(|key| {
        let algorithm = key.algorithm.unwrap_or_default();
        format!("signs with {algorithm} {}", key.kid)
    });
    let secret_text = secret
        .as_ref()
        .map(|secret| format!("secret {}", secret.fingerprint()));
    let mut parts: Vec<_> = key_text.into_iter().chain(secret_text).collect();
    if key.is_none() || secret.is_none() {
        let data = &config.data;
        if !data.exists() {
            return creatable(data, "LATCHKEY_DATA");
        }
        let shown = writable(data, "LATCHKEY_DATA")?;
        probe_key_folder(data).map_err(text)?;
        parts.push(format!(
            "{shown}: what is missing will be created at the next start"
        ));
    }
    Ok(parts.join(", "))
}

/// Returns warnings about settings that do not keep a server from starting but may surprise an
/// operator later.
pub(super) fn warnings(config: &Config) -> Vec<String> {
    let mut warnings = Vec::new();
    let files = match (&config.keys, &config.secret) {
        (KeySource::Folder { .. }, None) => Some((
            "keys and secret are files",
            "LATCHKEY_SIGNING_KEYS and LATCHKEY_SECRET",
        )),
        (KeySource::Folder { .. }, Some(_)) => Some(("keys are files", "LATCHKEY_SIGNING_KEYS")),
        (_, None) => Some(("the secret is a file", "LATCHKEY_SECRET")),
        (_, Some(_)) => None,
    };
    if let (Store::Mongodb(_), Some((what, settings))) = (&config.store, files) {
        let data = config.data.display();
        warnings.push(format!(
            "{what} in {data}, and MongoDB can serve several nodes, which must all have the same. With more than one node, \
             mount one folder as LATCHKEY_DATA on each, or set {settings} alike; this command then shows the same key and \
             secret on all of them"
        ));
    }
    if files.is_some()
        && fs::metadata(&config.data).is_ok_and(|it| is_private(&it) && is_shared_with_group(&it))
    {
        let data = config.data.display();
        warnings.push(format!(
            "a group can enter {data}. That is right for a volume of Kubernetes (fsGroup); elsewhere, run chmod 700 {data}"
        ));
    }
    let keyring = Keyring::read(&config.keys).ok().flatten();
    if let (KeySource::Folder { algorithm, .. }, Some(key)) =
        (&config.keys, keyring.as_ref().and_then(newest))
        && key.algorithm.is_some_and(|name| name != algorithm.name())
    {
        warnings.push(format!(
            "the newest key is an {} key, and LATCHKEY_SIGNING_ALGORITHM is {}: run latchkey keys rotate to switch",
            key.algorithm.unwrap_or_default(),
            algorithm.name()
        ));
    }
    warnings
}

fn signing(keyring: &Keyring) -> Option<KeyInfo> {
    keyring
        .list(Clock::system().now())
        .into_iter()
        .find(|key| key.state == KeyState::Signing)
}

fn newest(keyring: &Keyring) -> Option<KeyInfo> {
    keyring
        .list(Clock::system().now())
        .into_iter()
        .find(|key| key.algorithm.is_some())
}

pub(super) fn secret(config: &Config) -> Result<Option<Secret>, String> {
    match &config.secret {
        Some(source) => Secret::read(source)
            .map(Some)
            .map_err(|error| format!("{error} (LATCHKEY_SECRET)")),
        // Opening would create a missing secret.
        None if config.data.join("secret").exists() => Secret::open(&config.data, &Rng::system())
            .map(Some)
            .map_err(text),
        None => Ok(None),
    }
}

fn private_folder(folder: &Path) -> Result<(), String> {
    let shown = folder.display();
    let metadata = fs::metadata(folder).map_err(|error| format!("{shown}: {error}"))?;
    if !metadata.is_dir() {
        return Err(format!("{shown} is not a folder: set LATCHKEY_DATA to one"));
    }
    if !is_private(&metadata) {
        return Err(format!(
            "other users can enter {shown}: run chmod 700 {shown}, or set LATCHKEY_SECRET and LATCHKEY_SIGNING_KEYS, \
             which need no files"
        ));
    }
    Ok(())
}
