//! Which keys sign, and which secret is behind the rest.

use std::path::Path;

use super::reader::Reader;
use super::{Config, table};
use crate::token::{KeyAlgorithm, KeyError, KeySource, Keyring, SecretSource};

/// The algorithm of keys that latchkey makes; none where a shared secret is asked for.
pub(super) fn algorithm(text: &str) -> Result<Option<KeyAlgorithm>, String> {
    let names = [
        KeyAlgorithm::Es256,
        KeyAlgorithm::EdDsa,
        KeyAlgorithm::Rs256,
    ]
    .map(|made| (made.name(), Some(made)));
    super::parse::one_of(text, &[&names[..], &[("HS256", None)]].concat())
}

/// Never shows anything of the text.
pub(super) fn keys(text: &str) -> Result<Option<SecretSource>, String> {
    given(text, SecretSource::check_keys)
}

/// Never shows anything of the text.
pub(super) fn secret(text: &str) -> Result<Option<SecretSource>, String> {
    given(text, SecretSource::check_bytes)
}

fn given(
    text: &str,
    check: fn(&SecretSource) -> Result<(), &'static str>,
) -> Result<Option<SecretSource>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let given = SecretSource::parse(text);
    check(&given)
        .map_err(|expected| format!("is neither {expected}, nor file: and a file of that"))?;
    Ok(Some(given))
}

fn read_keys(given: Option<SecretSource>) -> Result<Option<SecretSource>, KeyError> {
    read(given, |read| {
        Keyring::read(&KeySource::Pem(read.clone())).map(drop)
    })
}

pub(super) fn read_secret(given: Option<SecretSource>) -> Result<Option<SecretSource>, KeyError> {
    read(given, |read| read.bytes().map(drop))
}

fn read(
    given: Option<SecretSource>,
    check: fn(&SecretSource) -> Result<(), KeyError>,
) -> Result<Option<SecretSource>, KeyError> {
    let Some(read) = given.map(|given| given.read_once()).transpose()? else {
        return Ok(None);
    };
    check(&read)?;
    Ok(Some(read))
}

impl Config {
    /// Whether the secret of HS256, which whoever verifies tokens has, is the secret behind refresh tokens too.
    #[must_use]
    pub fn has_one_secret(&self) -> bool {
        is_one_secret(&self.keys, self.secret.as_ref(), &self.data)
    }
}

/// What cannot be read is told by whoever needs it.
fn is_one_secret(keys: &KeySource, secret: Option<&SecretSource>, data: &Path) -> bool {
    let KeySource::Shared(shared) = keys else {
        return false;
    };
    let made = SecretSource::File(data.join("secret"));
    shared.is_same(secret.unwrap_or(&made)).unwrap_or(false)
}

/// Holds the secret of HS256 to be another one than that behind refresh tokens, where files are looked at.
pub(super) fn keep_apart(
    reader: &mut Reader,
    keys: &KeySource,
    secret: Option<&SecretSource>,
    data: &Path,
) {
    if reader.files && is_one_secret(keys, secret, data) {
        let wrong =
            "it is the secret behind refresh tokens too, and whoever verifies tokens has it"
                .to_owned();
        reader.error(
            &table::SIGNING_SECRET.row,
            wrong,
            table::SIGNING_SECRET.row.example,
        );
    }
}

/// Takes the three settings that say which keys sign. They are one family: nothing is guessed where two are set.
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
