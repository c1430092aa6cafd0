//! Device tokens, by which the service recognises a browser that has logged in before, with or
//! without a session.
//!
//! A device token grants no access. It keeps the wrong guesses of strangers from being counted
//! against the owner's own device.

use super::{Purpose, Secret};
use crate::model::{AccountId, DeviceId, Rng, Timestamp};

const PREFIX: &str = "lkd_";

/// The content of an authentic device token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceToken {
    /// The account that was logged in to.
    pub account: AccountId,
    /// The device, whose id holds the time of its first login.
    pub device: DeviceId,
}

/// Issues and verifies device tokens.
#[derive(Clone, Debug)]
pub struct DeviceTokens(pub Secret);

impl DeviceTokens {
    /// Issues a token for a device that was not known before.
    #[must_use]
    pub fn issue(&self, account: AccountId, now: Timestamp, rng: &Rng) -> String {
        let body = [*account.as_bytes(), *DeviceId::new(now, rng).as_bytes()].concat();
        self.0.sign_token(Purpose::DeviceToken, PREFIX, &body)
    }

    /// Returns the content of a token, if it is authentic.
    #[must_use]
    pub fn verify(&self, text: &str) -> Option<DeviceToken> {
        let body: [u8; 32] = self.0.open_token(Purpose::DeviceToken, PREFIX, text)?;
        let (account, device) = body.split_first_chunk()?;
        let device = DeviceId::from_bytes(device.try_into().ok()?);
        Some(DeviceToken {
            account: AccountId::from_bytes(*account),
            device,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_token_names_its_account_and_a_new_device() {
        let rng = Rng::system();
        let tokens = DeviceTokens(Secret::open(tempfile::tempdir().unwrap().path(), &rng).unwrap());
        let now = Timestamp::from_millis(1_790_000_000_000);
        let account = AccountId::new(now, &rng);
        let (first, second) = (
            tokens.issue(account, now, &rng),
            tokens.issue(account, now, &rng),
        );
        assert_eq!(
            tokens.verify(&first).map(|token| token.device.created_at()),
            Some(now)
        );
        assert_eq!(
            tokens.verify(&first).map(|token| token.account),
            Some(account)
        );
        assert_ne!(tokens.verify(&first), tokens.verify(&second));
        assert_eq!(tokens.verify(&first.replace("lkd_", "lkr_")), None);
        assert_eq!(tokens.verify(&first[..first.len() - 1]), None);
    }
}
