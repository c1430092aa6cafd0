//! The resource servers that may ask about tokens, each with an id and a secret.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use secrecy::ExposeSecret;

use super::{KeyError, SecretSource};

/// The largest length of an id.
const MAX_ID: usize = 64;
/// The lengths of a secret: 32 characters that are drawn at random cannot be guessed.
const SECRET: std::ops::RangeInclusive<usize> = 32..=256;

/// A description of the expected text, for the operator.
const EXPECTED: &str = "pairs of id:secret, separated by commas or in lines, with an id of up to 64 and a secret of 32 to 256 characters, \
     all of them ASCII alphanumeric or `-`, `_` or `.`, and each id once";

/// The registered resource servers. Clones share them.
#[derive(Clone)]
pub struct ResourceServers(Arc<[Entry]>);

/// The digests of an id and its secret.
struct Entry {
    id: [u8; 32],
    secret: [u8; 32],
}

impl ResourceServers {
    /// Reads the pairs.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or a pair is malformed.
    pub fn read(source: &SecretSource) -> Result<Self, KeyError> {
        let text = source.text()?;
        Self::parse(text.expose_secret()).ok_or_else(|| source.malformed(EXPECTED))
    }

    /// Checks that an inline text consists of pairs; a file is only read later.
    ///
    /// # Errors
    /// Returns a description of the expected text.
    pub fn check(source: &SecretSource) -> Result<(), &'static str> {
        match source {
            SecretSource::Inline(text) if Self::parse(text.expose_secret()).is_none() => {
                Err(EXPECTED)
            }
            _ => Ok(()),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut entries: Vec<Entry> = Vec::new();
        let parts = text.split([',', '\n']).map(str::trim);
        for part in parts.filter(|part| !part.is_empty()) {
            let (id, secret) = part.split_once(':')?;
            let is_good = (1..=MAX_ID).contains(&id.len()) && SECRET.contains(&secret.len());
            let entry = Entry {
                id: digest_of(id),
                secret: digest_of(secret),
            };
            let is_new = entries.iter().all(|other| other.id != entry.id);
            if !(is_good && is_new && is_plain(id) && is_plain(secret)) {
                return None;
            }
            entries.push(entry);
        }
        (!entries.is_empty()).then(|| Self(entries.into()))
    }

    /// Returns whether the secret is that of the resource server with the id. The time does not
    /// depend on which of them is wrong, or where.
    #[must_use]
    pub fn authenticate(&self, id: &str, secret: &str) -> bool {
        let (id, secret) = (digest_of(id), digest_of(secret));
        let matches = |entry: &Entry| {
            let id = verify_slices_are_equal(&entry.id, &id).is_ok();
            let secret = verify_slices_are_equal(&entry.secret, &secret).is_ok();
            id & secret
        };
        self.0
            .iter()
            .fold(false, |found, entry| found | matches(entry))
    }
}

impl fmt::Debug for ResourceServers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResourceServers({})", self.0.len())
    }
}

/// Returns whether a text has only characters that no form of encoding changes in meaning.
fn is_plain(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.bytes().all(is_plain)
}

fn digest_of(text: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    #[test]
    fn only_the_own_secret_of_an_id_authenticates() {
        for separator in [",", "\n", ", ", "\n\n"] {
            let servers = ResourceServers::parse(&format!("api:{A}{separator}shop:{B}\n")).unwrap();
            assert!(servers.authenticate("api", A) && servers.authenticate("shop", B));
            for (id, secret) in [("api", B), ("shop", A), ("other", A), ("", ""), ("api", "")] {
                assert!(!servers.authenticate(id, secret), "{id}");
            }
        }
    }

    #[test]
    fn malformed_pairs_are_refused_and_not_shown() {
        for text in [
            "",
            "api",
            "api:short",
            &format!(":{A}"),
            &format!("api:{A},api:{B}"),
            &format!("a b:{A}"),
            &format!("api:{A}é"),
            &format!("{}:{A}", "x".repeat(65)),
            &format!("api:{}", "x".repeat(257)),
        ] {
            let source = SecretSource::Inline(text.to_owned().into());
            let error = ResourceServers::read(&source).unwrap_err().to_string();
            assert!(!error.contains(A) && !error.contains("short"), "{error}");
            assert_eq!(ResourceServers::check(&source), Err(EXPECTED), "{text}");
        }
        let servers = ResourceServers::parse(&format!("api:{A}")).unwrap();
        assert_eq!(format!("{servers:?}"), "ResourceServers(1)");
    }
}
