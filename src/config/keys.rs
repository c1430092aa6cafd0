//! The signing keys, and the secret behind everything else.

use std::path::Path;

use super::reader::Reader;
use super::{Config, table};
use crate::token::{KeyAlgorithm, KeyError, KeySource, Keyring, ResourceServers, SecretSource};

/// Parses the algorithm of keys that latchkey creates; `None` for a shared secret.
pub(super) fn algorithm(text: &str) -> Result<Option<KeyAlgorithm>, String> {
    let names = [
        KeyAlgorithm::Es256,
        KeyAlgorithm::EdDsa,
        KeyAlgorithm::Rs256,
    ]
    .map(|algorithm| (algorithm.name(), Some(algorithm)));
    super::parse::one_of(text, &[&names[..], &[("HS256", None)]].concat())
}

/// Parses private keys. Never shows anything of the text.
pub(super) fn keys(text: &str) -> Result<Option<SecretSource>, String> {
    source_of(text, SecretSource::check_keys)
}

/// Parses a secret. Never shows anything of the text.
pub(super) fn secret(text: &str) -> Result<Option<SecretSource>, String> {
    source_of(text, SecretSource::check_bytes)
}

/// Parses a secret and those that it replaces. Never shows anything of the text.
pub(super) fn secrets(text: &str) -> Result<Option<SecretSource>, String> {
    source_of(text, SecretSource::check_secrets)
}

pub(super) fn read_secrets(source: Option<SecretSource>) -> Result<Option<SecretSource>, KeyError> {
    read(source, |source| source.secrets().map(drop))
}

/// Parses the resource servers with their secrets. Never shows anything of the text.
pub(super) fn resource_servers(text: &str) -> Result<Option<SecretSource>, String> {
    source_of(text, ResourceServers::check)
}

pub(super) fn read_resource_servers(
    source: Option<SecretSource>,
) -> Result<Option<SecretSource>, KeyError> {
    read(source, |source| ResourceServers::read(source).map(drop))
}

fn source_of(
    text: &str,
    check: fn(&SecretSource) -> Result<(), &'static str>,
) -> Result<Option<SecretSource>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let source = SecretSource::parse(text);
    check(&source)
        .map_err(|expected| format!("is neither {expected}, nor file: and a file of that"))?;
    Ok(Some(source))
}

fn read_keys(source: Option<SecretSource>) -> Result<Option<SecretSource>, KeyError> {
    read(source, |source| {
        Keyring::read(&KeySource::Pem(source.clone())).map(drop)
    })
}

pub(super) fn read_secret(source: Option<SecretSource>) -> Result<Option<SecretSource>, KeyError> {
    read(source, |source| source.bytes().map(drop))
}

fn read(
    source: Option<SecretSource>,
    check: fn(&SecretSource) -> Result<(), KeyError>,
) -> Result<Option<SecretSource>, KeyError> {
    let Some(loaded) = source.map(|source| source.read_once()).transpose()? else {
        return Ok(None);
    };
    check(&loaded)?;
    Ok(Some(loaded))
}

impl Config {
    /// Returns whether the HS256 secret, which every resource server has, is also the secret behind
    /// refresh tokens.
    #[must_use]
    pub fn has_one_secret(&self) -> bool {
        is_one_secret(&self.keys, self.secret.as_ref(), &self.data)
    }
}

/// Compares the two secrets. A read error is reported by the code that needs the secret.
fn is_one_secret(keys: &KeySource, secret: Option<&SecretSource>, data: &Path) -> bool {
    let KeySource::Shared(shared) = keys else {
        return false;
    };
    let generated = SecretSource::File(data.join("secret"));
    shared
        .is_one_of(secret.unwrap_or(&generated))
        .unwrap_or(false)
}

/// Requires the HS256 secret to differ from the one behind refresh tokens, if files are enabled.
pub(super) fn keep_apart(
    reader: &mut Reader,
    keys: &KeySource,
    secret: Option<&SecretSource>,
    data: &Path,
) {
    if reader.files && is_one_secret(keys, secret, data) {
        let wrong = "it is the secret behind refresh tokens too, and every resource server has it"
            .to_owned();
        reader.error(
            &table::SIGNING_SECRET.row,
            wrong,
            table::SIGNING_SECRET.row.example,
        );
    }
}

/// Reads the three settings of the signing keys. They exclude each other: a combination is an
/// error, never a guess.
pub(super) fn source(reader: &mut Reader, data: Option<&Path>) -> Option<KeySource> {
    let algorithm = reader.take(&table::SIGNING_ALGORITHM);
    let keys = reader.take_and_read(&table::SIGNING_KEYS, read_keys);
    let secret = reader.take_and_read(&table::SIGNING_SECRET, read_secret);
    match (algorithm?, keys?, secret?) {
        (Some(algorithm), None, None) => data.map(|data| KeySource::Folder {
            data: data.to_owned(),
            algorithm,
        }),
        (Some(_), Some(keys), None) => Some(KeySource::Pem(keys)),
        (None, None, Some(secret)) => Some(KeySource::Shared(secret)),
        (None, Some(_), _) => {
            let wrong = "private keys are set, and LATCHKEY_SIGNING_ALGORITHM=HS256 uses none";
            reader.error(&table::SIGNING_ALGORITHM.row, wrong.to_owned(), "ES256");
            None
        }
        (None, None, None) => {
            let wrong = "`HS256` needs a secret of 32 or more bytes in LATCHKEY_SIGNING_SECRET";
            reader.error(&table::SIGNING_ALGORITHM.row, wrong.to_owned(), "ES256");
            None
        }
        (Some(_), _, Some(_)) => {
            let wrong = "a secret is set, and only LATCHKEY_SIGNING_ALGORITHM=HS256 uses one";
            reader.error(&table::SIGNING_SECRET.row, wrong.to_owned(), "");
            None
        }
    }
}
