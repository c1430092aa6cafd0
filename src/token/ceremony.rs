//! The handles of passkey ceremonies: opaque to clients; inside, the purpose and the time,
//! authenticated by an HMAC. The challenge is the hash of the handle, so the server keeps neither.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{Purpose, Secret};
use crate::model::{AccountId, Rng, SessionId, Timestamp};

const PREFIX: &str = "lkp_";
/// Kind, time, account, session or challenge, and randomness.
const LENGTH: usize = 1 + 8 + 16 + 16 + 16;

/// The purpose that a ceremony is good for, and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CeremonyPurpose {
    /// Signs in, or proves the second factor of a sign-in.
    SignIn,
    /// Makes a session fresh, besides.
    Reauthenticate(AccountId, SessionId),
    /// Adds a passkey in a session.
    AddInSession(AccountId, SessionId),
    /// Adds a passkey in a sign-in that waits for its first second factor: the account and the id
    /// of the challenge.
    AddInSignIn(AccountId, [u8; 16]),
}

/// A passkey ceremony.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ceremony {
    /// The purpose.
    pub purpose: CeremonyPurpose,
    /// The time at which it began.
    pub began_at: Timestamp,
}

/// Issues and verifies the handles of passkey ceremonies.
#[derive(Clone, Debug)]
pub struct CeremonyHandles(Secret);

impl Ceremony {
    /// The lifetime of a ceremony.
    pub const LIFETIME: Duration = Duration::from_mins(5);

    /// Returns the time from which the ceremony is over.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.began_at.plus(Self::LIFETIME)
    }
}

impl CeremonyPurpose {
    fn parts(self) -> (u8, [u8; 16], [u8; 16]) {
        match self {
            Self::SignIn => (0, [0; 16], [0; 16]),
            Self::Reauthenticate(account, session) => (1, *account.as_bytes(), *session.as_bytes()),
            Self::AddInSession(account, session) => (2, *account.as_bytes(), *session.as_bytes()),
            Self::AddInSignIn(account, challenge) => (3, *account.as_bytes(), challenge),
        }
    }

    const fn of(kind: u8, account: [u8; 16], id: [u8; 16]) -> Option<Self> {
        let account = AccountId::from_bytes(account);
        match kind {
            0 => Some(Self::SignIn),
            1 => Some(Self::Reauthenticate(account, SessionId::from_bytes(id))),
            2 => Some(Self::AddInSession(account, SessionId::from_bytes(id))),
            3 => Some(Self::AddInSignIn(account, id)),
            _ => None,
        }
    }
}

impl CeremonyHandles {
    /// Creates the issuer of handles.
    #[must_use]
    pub const fn new(secret: Secret) -> Self {
        Self(secret)
    }

    /// Returns a new handle of a ceremony.
    #[must_use]
    pub fn issue(&self, ceremony: Ceremony, rng: &Rng) -> String {
        let (kind, account, id) = ceremony.purpose.parts();
        let time = ceremony.began_at.millis().to_be_bytes();
        let random: [u8; 16] = rng.bytes();
        let body = [&[kind][..], &time, &account, &id, &random].concat();
        self.0.sign_token(Purpose::PasskeyHandle, PREFIX, &body)
    }

    /// Returns the ceremony of a handle, if the handle is authentic and the ceremony is not over.
    #[must_use]
    pub fn verify(&self, handle: &str, now: Timestamp) -> Option<Ceremony> {
        let purpose = Purpose::PasskeyHandle;
        let body: [u8; LENGTH] = self.0.open_token(purpose, PREFIX, handle)?;
        let ([kind], rest) = body.split_first_chunk()?;
        let (time, rest) = rest.split_first_chunk()?;
        let (account, rest) = rest.split_first_chunk()?;
        let (id, _) = rest.split_first_chunk()?;
        let ceremony = Ceremony {
            purpose: CeremonyPurpose::of(*kind, *account, *id)?,
            began_at: Timestamp::from_millis(i64::from_be_bytes(*time)),
        };
        (now < ceremony.expires_at()).then_some(ceremony)
    }

    /// Returns the challenge of a handle, in base64url: another secret does not change it.
    #[must_use]
    pub fn challenge(handle: &str) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, handle.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn handles() -> CeremonyHandles {
        let folder = tempfile::tempdir().unwrap();
        CeremonyHandles::new(Secret::open(folder.path(), &Rng::system()).unwrap())
    }

    #[test]
    fn handle_names_its_purpose_for_five_minutes() {
        let (handles, rng) = (handles(), Rng::system());
        let account = AccountId::new(NOW, &rng);
        let session = SessionId::new(NOW, &rng);
        for purpose in [
            CeremonyPurpose::SignIn,
            CeremonyPurpose::Reauthenticate(account, session),
            CeremonyPurpose::AddInSession(account, session),
            CeremonyPurpose::AddInSignIn(account, [7; 16]),
        ] {
            let ceremony = Ceremony {
                purpose,
                began_at: NOW,
            };
            let handle = handles.issue(ceremony, &rng);
            let verify = |seconds| handles.verify(&handle, NOW.plus(Duration::from_secs(seconds)));
            assert_eq!((verify(0), verify(299)), (Some(ceremony), Some(ceremony)));
            assert_eq!(verify(300), None);
            assert_ne!(handles.issue(ceremony, &rng), handle);
        }
    }

    #[test]
    fn altered_handle_is_refused_and_has_another_challenge() {
        let (handles, rng) = (handles(), Rng::system());
        let ceremony = Ceremony {
            purpose: CeremonyPurpose::SignIn,
            began_at: NOW,
        };
        let handle = handles.issue(ceremony, &rng);
        for other in [
            "",
            "lkp_",
            &handle[..handle.len() - 2],
            &format!("{handle}AA"),
        ] {
            assert_eq!(handles.verify(other, NOW), None, "{other}");
            assert_ne!(
                CeremonyHandles::challenge(other),
                CeremonyHandles::challenge(&handle)
            );
        }
        assert_eq!(CeremonyHandles::challenge(&handle).len(), 43);
        assert_eq!(super::tests::handles().verify(&handle, NOW), None);
    }
}
