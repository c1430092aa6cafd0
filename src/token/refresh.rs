//! Refresh tokens: opaque to clients; inside, the account, the session and the generation,
//! authenticated by an HMAC.
//!
//! The store keeps only the session's generation: a copy of the store yields no token, and the
//! current token can be issued again at any time.

use super::{Purpose, Secret};
use crate::model::{AccountId, SessionId};

/// A prefix that identifies the token to people and secret scanners.
const PREFIX: &str = "lkr_";
const BODY: usize = 16 + 16 + 4;

/// The content of an authentic refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// The account it belongs to.
    pub account: AccountId,
    /// The session it belongs to.
    pub session: SessionId,
    /// The number of the token among the session's tokens.
    pub generation: u32,
}

/// Issues and verifies refresh tokens.
#[derive(Clone, Debug)]
pub struct RefreshTokens(pub Secret);

impl RefreshTokens {
    /// Returns the text of a token, which depends only on the three values.
    #[must_use]
    pub fn issue(&self, token: RefreshToken) -> String {
        self.0
            .sign_token(Purpose::RefreshToken, PREFIX, &body(token))
    }

    /// Returns the content of a token, if it is authentic.
    #[must_use]
    pub fn verify(&self, text: &str) -> Option<RefreshToken> {
        let body: [u8; BODY] = self.0.open_token(Purpose::RefreshToken, PREFIX, text)?;
        let (account, rest) = body.split_first_chunk()?;
        let (session, generation) = rest.split_first_chunk()?;
        Some(RefreshToken {
            account: AccountId::from_bytes(*account),
            session: SessionId::from_bytes(*session),
            generation: u32::from_be_bytes(generation.try_into().ok()?),
        })
    }
}

fn body(token: RefreshToken) -> [u8; BODY] {
    let mut body = [0; BODY];
    body[..16].copy_from_slice(token.account.as_bytes());
    body[16..32].copy_from_slice(token.session.as_bytes());
    body[32..].copy_from_slice(&token.generation.to_be_bytes());
    body
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;
    use crate::model::{Rng, Timestamp};

    fn tokens() -> RefreshTokens {
        RefreshTokens(Secret::open(tempfile::tempdir().unwrap().path(), &Rng::system()).unwrap())
    }

    fn token() -> RefreshToken {
        let (now, rng) = (Timestamp::from_millis(1_790_000_000_000), Rng::system());
        RefreshToken {
            account: AccountId::new(now, &rng),
            session: SessionId::new(now, &rng),
            generation: 7,
        }
    }

    #[test]
    fn refresh_token_names_what_it_was_issued_for() {
        let (tokens, token) = (tokens(), token());
        let text = tokens.issue(token);
        assert_eq!(tokens.verify(&text), Some(token));
        assert_eq!(tokens.issue(token), text);
    }

    #[test]
    fn garbage_and_tokens_of_other_keys_are_refused() {
        let (ours, theirs) = (tokens(), tokens());
        let text = ours.issue(token());
        assert_eq!(theirs.verify(&text), None);
        for garbage in [
            "",
            "lkr_",
            "lkr_AAAA",
            &text[4..],
            &text[..text.len() - 1],
            &format!("{text}A"),
            &text.replace('_', "*"),
        ] {
            assert_eq!(ours.verify(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn token_with_any_bit_flipped_is_refused() {
        let tokens = tokens();
        let bytes = URL_SAFE_NO_PAD.decode(&tokens.issue(token())[4..]).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut turned = bytes.clone();
            turned[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                tokens.verify(&format!("lkr_{}", URL_SAFE_NO_PAD.encode(turned))),
                None,
                "bit {bit}"
            );
        }
    }
}
