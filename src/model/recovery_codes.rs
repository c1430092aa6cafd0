//! Recovery codes: the second factor of a user who has lost the authenticator app.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::{Digest, Rng, Sealed};

/// The characters of a code: 32, without those that people confuse.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// The number of characters in a code: 50 bits.
const LENGTH: usize = 10;

/// Recovery codes, each of which is good once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryCodes {
    /// The key of the digests. It is sealed, so that a new server secret does not void the codes.
    pub key: Sealed,
    /// The keyed digests of the codes that are left.
    digests: Vec<Digest>,
}

impl RecoveryCodes {
    /// The number of codes in a set.
    pub const COUNT: usize = 10;

    /// Draws the codes of a set, as they are shown: two groups of five characters.
    #[must_use]
    pub fn draw(rng: &Rng) -> Vec<String> {
        let code = || {
            let mut code: String = rng
                .bytes::<LENGTH>()
                .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
                .iter()
                .collect();
            code.insert(LENGTH / 2, '-');
            code
        };
        (0..Self::COUNT).map(|_| code()).collect()
    }

    /// Creates the stored form of a set.
    #[must_use]
    pub fn new(codes: &[String], key: &[u8], sealed_key: Sealed) -> Self {
        let digests = codes.iter().filter_map(|code| digest(key, code)).collect();
        Self {
            key: sealed_key,
            digests,
        }
    }

    /// Returns the number of codes that are left.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.digests.len()
    }

    /// Spends a code as typed. Returns false if the set does not have it, or has it no longer.
    pub fn spend(&mut self, key: &[u8], typed: &str) -> bool {
        let Some(typed) = digest(key, typed) else {
            return false;
        };
        let before = self.digests.len();
        self.digests.retain(|digest| *digest != typed);
        self.digests.len() < before
    }
}

/// Computes the keyed digest of a code as typed, in which case, spaces and hyphens do not count and
/// look-alikes are the same. Returns `None` for a text that cannot be a code.
fn digest(key: &[u8], typed: &str) -> Option<Digest> {
    let plain: String = typed
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '-')
        .map(|character| match character.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    let is_code = plain.len() == LENGTH && plain.bytes().all(|byte| ALPHABET.contains(&byte));
    is_code.then(|| {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), plain.as_bytes());
        Digest::new(URL_SAFE_NO_PAD.encode(tag))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = &[7; 32];

    fn set() -> (Vec<String>, RecoveryCodes) {
        let codes = RecoveryCodes::draw(&Rng::system());
        let stored = RecoveryCodes::new(&codes, KEY, Sealed::new(String::new()));
        (codes, stored)
    }

    #[test]
    fn each_of_ten_codes_is_good_once() {
        let (codes, mut stored) = set();
        assert_eq!((codes.len(), stored.left()), (10, 10));
        for (spent, code) in codes.iter().enumerate() {
            assert!(stored.spend(KEY, code), "{code}");
            assert!(!stored.spend(KEY, code), "{code}");
            assert_eq!(stored.left(), 9 - spent);
        }
    }

    #[test]
    fn case_spaces_hyphens_and_look_alikes_do_not_count() {
        let codes = ["01abc-defgh".to_owned()];
        for typed in ["01ABCDEFGH", " 01abc defgh ", "oIabc-defgh", "Olabc-DEFGH"] {
            let mut stored = RecoveryCodes::new(&codes, KEY, Sealed::new(String::new()));
            assert!(stored.spend(KEY, typed), "{typed}");
        }
        let mut stored = RecoveryCodes::new(&codes, KEY, Sealed::new(String::new()));
        for typed in [
            "",
            "01abc-defg",
            "01abc-defghj",
            "01abc-defgu",
            "01abc-defgj",
        ] {
            assert!(!stored.spend(KEY, typed), "{typed}");
        }
    }

    #[test]
    fn stored_form_holds_no_code_and_needs_its_key() {
        let (codes, mut stored) = set();
        let text = serde_json::to_string(&stored).unwrap();
        assert!(codes.iter().all(|code| !text.contains(&code[..5])));
        assert!(!stored.spend(&[8; 32], &codes[0]));
    }
}
