//! Tokens that are bound to an account: opaque to clients; inside, the account and 16 bytes that
//! the account knows, authenticated by an HMAC.

use super::{Purpose, Secret};
use crate::model::AccountId;

/// Issues and verifies the tokens of one purpose.
#[derive(Clone, Debug)]
pub struct BoundTokens {
    secret: Secret,
    purpose: Purpose,
    prefix: &'static str,
}

impl BoundTokens {
    /// Creates the issuer of the challenges of sign-ins that wait for their next proof.
    #[must_use]
    pub const fn of_challenges(secret: Secret) -> Self {
        Self {
            secret,
            purpose: Purpose::Challenge,
            prefix: "lkc_",
        }
    }

    /// Creates the issuer of the cookies of browsers that skip the second factor.
    #[must_use]
    pub const fn of_trusted_browsers(secret: Secret) -> Self {
        Self {
            secret,
            purpose: Purpose::TrustedBrowser,
            prefix: "lkt_",
        }
    }

    /// Returns the token of an account and an id, which depends only on the two.
    #[must_use]
    pub fn issue(&self, account: AccountId, id: [u8; 16]) -> String {
        let body = [*account.as_bytes(), id].concat();
        self.secret.sign_token(self.purpose, self.prefix, &body)
    }

    /// Returns the account and the id of a token, if it is authentic.
    #[must_use]
    pub fn verify(&self, text: &str) -> Option<(AccountId, [u8; 16])> {
        let body: [u8; 32] = self.secret.open_token(self.purpose, self.prefix, text)?;
        let (account, id) = body.split_first_chunk()?;
        Some((AccountId::from_bytes(*account), id.try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Rng, Timestamp};

    #[test]
    fn bound_token_names_its_account_for_one_purpose() {
        let rng = Rng::system();
        let folder = tempfile::tempdir().unwrap();
        let secret = Secret::open(folder.path(), &rng).unwrap();
        let challenges = BoundTokens::of_challenges(secret.clone());
        let browsers = BoundTokens::of_trusted_browsers(secret);
        let account = AccountId::new(Timestamp::from_millis(1_790_000_000_000), &rng);
        let text = challenges.issue(account, [7; 16]);
        assert_eq!(challenges.verify(&text), Some((account, [7; 16])));
        assert_eq!(browsers.verify(&text.replace("lkc_", "lkt_")), None);
        for garbage in ["", "lkc_", &text[..text.len() - 1], &format!("{text}A")] {
            assert_eq!(challenges.verify(garbage), None, "{garbage}");
        }
    }
}
