//! Signs emails by DKIM (RFC 6376, RFC 8463), with relaxed canonicalization of headers and body.

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::model::Timestamp;

/// The headers that are signed. The first two are named once more than they occur, so that another
/// one cannot be added.
const SIGNED: [&str; 10] = [
    "from",
    "subject",
    "from",
    "subject",
    "to",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "auto-submitted",
];
/// The number of characters of the signature in each line of its header.
const LINE: usize = 70;

/// The key cannot sign emails.
#[derive(Debug, thiserror::Error)]
pub enum DkimError {
    /// The text is no private key.
    #[error("is not a private key in PEM: RSA of 2048 or more bits, or Ed25519")]
    Key,
    /// Signing failed.
    #[error("the email could not be signed")]
    Sign,
}

/// The signature of a domain.
pub struct Dkim {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl std::fmt::Debug for Dkim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dkim({}._domainkey.{})", self.selector, self.domain)
    }
}

impl Dkim {
    /// Creates the signature of a domain from a private key in PEM.
    ///
    /// # Errors
    /// Returns an error if the text is no key that DKIM has.
    pub fn new(domain: String, selector: String, pem: &str) -> Result<Self, DkimError> {
        let pem = pem::parse(pem).map_err(|_| DkimError::Key)?;
        let key = match pem.tag() {
            "RSA PRIVATE KEY" => RsaKeyPair::from_der(pem.contents()).ok().map(Key::Rsa),
            "PRIVATE KEY" => {
                let rsa = RsaKeyPair::from_pkcs8(pem.contents()).ok().map(Key::Rsa);
                rsa.or_else(|| {
                    let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pem.contents());
                    pair.ok().map(Key::Ed25519)
                })
            }
            _ => None,
        };
        Ok(Self {
            domain,
            selector,
            key: key.ok_or(DkimError::Key)?,
        })
    }

    /// Returns the DNS record that the operator publishes: its name and its text.
    #[must_use]
    pub fn record(&self) -> (String, String) {
        let (kind, key) = match &self.key {
            Key::Rsa(pair) => {
                let der = pair.public_key().as_der();
                (
                    "rsa",
                    der.map(|der| der.as_ref().to_vec()).unwrap_or_default(),
                )
            }
            Key::Ed25519(pair) => ("ed25519", pair.public_key().as_ref().to_vec()),
        };
        let name = format!("{}._domainkey.{}", self.selector, self.domain);
        let text = format!("v=DKIM1; k={kind}; p={}", STANDARD.encode(key));
        (name, text)
    }

    /// Returns a message with its signature in front.
    pub(super) fn sign(&self, message: &[u8], now: Timestamp) -> Result<Vec<u8>, DkimError> {
        let text = std::str::from_utf8(message).map_err(|_| DkimError::Sign)?;
        let (head, body) = text.split_once("\r\n\r\n").ok_or(DkimError::Sign)?;
        let headers = headers(head);
        let algorithm = match &self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        };
        let body_hash = STANDARD.encode(digest(&SHA256, relaxed_body(body).as_bytes()));
        let mut signature = format!(
            "DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed;\r\n d={};\r\n s={}; t={};\r\n h={};\r\n bh={body_hash};\r\n b=",
            self.domain,
            self.selector,
            now.millis() / 1000,
            SIGNED.join(":"),
        );
        let mut signed = String::new();
        // The last of several headers of a name comes first; one that does not exist is empty.
        let mut left = headers;
        for name in SIGNED {
            if let Some(at) = left.iter().rposition(|(it, _)| it == name) {
                let (name, value) = left.remove(at);
                _ = write!(signed, "{name}:{value}\r\n");
            }
        }
        let own = signature.split_once(':').map_or("", |(_, value)| value);
        _ = write!(signed, "dkim-signature:{}", relaxed_value(own));
        let value = STANDARD.encode(self.signature(signed.as_bytes())?);
        for (index, part) in value.as_bytes().chunks(LINE).enumerate() {
            if index > 0 {
                signature.push_str("\r\n ");
            }
            signature.push_str(&String::from_utf8_lossy(part));
        }
        signature.push_str("\r\n");
        Ok([signature.as_bytes(), message].concat())
    }

    fn signature(&self, data: &[u8]) -> Result<Vec<u8>, DkimError> {
        match &self.key {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let random = SystemRandom::new();
                pair.sign(&RSA_PKCS1_SHA256, &random, data, &mut signature)
                    .map_err(|_| DkimError::Sign)?;
                Ok(signature)
            }
            // RFC 8463, section 3: Ed25519 signs the hash.
            Key::Ed25519(pair) => Ok(pair.sign(digest(&SHA256, data).as_ref()).as_ref().to_vec()),
        }
    }
}

/// Returns the headers in relaxed form (RFC 6376, section 3.4.2).
fn headers(head: &str) -> Vec<(String, String)> {
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let parse = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim_end().to_ascii_lowercase(), relaxed_value(value)))
    };
    unfolded.split("\r\n").filter_map(parse).collect()
}

fn relaxed_value(value: &str) -> String {
    value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the body in relaxed form (RFC 6376, section 3.4.4).
fn relaxed_body(body: &str) -> String {
    let mut relaxed = String::new();
    for line in body.split("\r\n") {
        let mut is_blank = false;
        for character in line.trim_end_matches([' ', '\t']).chars() {
            let blank = matches!(character, ' ' | '\t');
            if !(blank && is_blank) {
                relaxed.push(if blank { ' ' } else { character });
            }
            is_blank = blank;
        }
        relaxed.push_str("\r\n");
    }
    relaxed.truncate(relaxed.trim_end_matches("\r\n").len());
    if !relaxed.is_empty() {
        relaxed.push_str("\r\n");
    }
    relaxed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relaxed_form_is_that_of_the_standard() {
        // RFC 6376, section 3.4.5.
        let head = "A: X\r\nB : Y\t\r\n\tZ  ";
        let expected = [("a", "X"), ("b", "Y Z")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(headers(head), expected);
        assert_eq!(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
        assert_eq!(relaxed_body("\r\n\r\n"), "");
    }

    #[test]
    fn text_that_is_no_private_key_is_refused() {
        let dkim = |pem: &str| Dkim::new("example.org".to_owned(), "a".to_owned(), pem);
        for pem in [
            "",
            "x",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        ] {
            assert!(dkim(pem).is_err());
        }
    }
}
