//! The client's own name for one request, by which it repeats the request.

use secrecy::{ExposeSecret, SecretString};

/// The lengths that an attempt may have: 128 bits of base64url at least.
const LENGTHS: std::ops::RangeInclusive<usize> = 22..=128;

/// A random value that a client draws for one sign-up or one exchange of a refresh token, and keeps
/// until it has the response. It proves that a retry comes from the client that sent the first
/// request, so it is as secret as a token.
#[derive(Clone, Debug)]
pub struct RequestAttempt(SecretString);

/// The text is not an attempt. Holds nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`attempt` has 22 to 128 characters of base64url")]
pub struct InvalidAttempt;

impl RequestAttempt {
    /// Parses an attempt as sent.
    ///
    /// # Errors
    /// When it is shorter, longer, or holds other characters.
    pub fn parse(text: String) -> Result<Self, InvalidAttempt> {
        let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if LENGTHS.contains(&text.len()) && text.bytes().all(is_base64url) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidAttempt)
        }
    }

    /// Returns the text, to be digested.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempt_of_another_form_is_refused() {
        let parse = |text: &str| RequestAttempt::parse(text.to_owned()).map(drop);
        for good in ["a".repeat(22), "Z-_0".repeat(32)] {
            assert_eq!(parse(&good), Ok(()), "{good}");
        }
        for bad in [
            String::new(),
            "a".repeat(21),
            "a".repeat(129),
            format!("{}=", "a".repeat(22)),
            format!("{}+", "a".repeat(22)),
            format!(" {}", "a".repeat(22)),
            "é".repeat(22),
        ] {
            assert_eq!(parse(&bad), Err(InvalidAttempt), "{bad}");
        }
    }

    #[test]
    fn debug_output_of_an_attempt_shows_nothing() {
        let attempt = RequestAttempt::parse("secretsecretsecretsecret".to_owned()).unwrap();
        assert!(!format!("{attempt:?}").contains("secretsecret"));
    }
}
