//! Sign-ins that wait for their next proof, as an account stores them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Digest, Identity, SignInMethod, Timestamp};

/// The maximum number of challenges per account: one more displaces the oldest.
const MAX_CHALLENGES: usize = 10;

/// The step that a challenge waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChallengePurpose {
    /// The proof of a second factor.
    SecondFactor,
    /// The setting up of a first second factor.
    SecondFactorSetup,
    /// The decision to keep an account that is to be deleted.
    CancelDeletion,
}

/// A sign-in that waits for its next step. It can be finished once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Challenge {
    digest: Digest,
    purpose: ChallengePurpose,
    methods: Vec<SignInMethod>,
    known_device: Option<String>,
    #[serde(default)]
    is_sign_up: bool,
    /// The account at a provider that is linked once nothing is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity: Option<Identity>,
    expires_at: Timestamp,
    tries: u8,
}

/// The proofs of a sign-in so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Proven {
    /// The methods.
    pub methods: Vec<SignInMethod>,
    /// The name of the device, if it has signed in to the account before.
    pub known_device: Option<String>,
    /// A flag: the sign-in is the first one of a new account.
    pub is_sign_up: bool,
    /// The account at a provider that is linked once nothing is missing.
    pub identity: Option<Identity>,
}

/// The challenges of an account, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Challenges(Vec<Challenge>);

impl Challenge {
    /// The number of tries a challenge allows: the fifth uses it up, right or wrong.
    pub const TRIES: u8 = 5;
    /// The lifetime of a challenge.
    pub const LIFETIME: Duration = Duration::from_mins(10);

    /// Creates a challenge that is valid from now on.
    #[must_use]
    pub fn new(digest: Digest, purpose: ChallengePurpose, proven: Proven, now: Timestamp) -> Self {
        Self {
            digest,
            purpose,
            methods: proven.methods,
            known_device: proven.known_device,
            is_sign_up: proven.is_sign_up,
            identity: proven.identity,
            expires_at: now.plus(Self::LIFETIME),
            tries: 0,
        }
    }

    fn is_over(&self, now: Timestamp) -> bool {
        now >= self.expires_at || self.tries >= Self::TRIES
    }
}

impl Challenges {
    /// Adds a challenge. Where there are too many, the oldest gives way.
    pub fn add(&mut self, challenge: Challenge) {
        let surplus = (self.0.len() + 1).saturating_sub(MAX_CHALLENGES);
        self.0.drain(..surplus);
        self.0.push(challenge);
    }

    /// Returns the proofs so far of the sign-in that waits for this step.
    #[must_use]
    pub fn proven(
        &self,
        digest: &Digest,
        purpose: ChallengePurpose,
        now: Timestamp,
    ) -> Option<Proven> {
        let place = self.position(digest, purpose, now)?;
        let challenge = &self.0[place];
        Some(Proven {
            methods: challenge.methods.clone(),
            known_device: challenge.known_device.clone(),
            is_sign_up: challenge.is_sign_up,
            identity: challenge.identity.clone(),
        })
    }

    /// Counts a try, before its proof is looked at and in the same write. Returns the proofs so
    /// far, or `None` if the challenge is over.
    pub fn count_try(
        &mut self,
        digest: &Digest,
        purpose: ChallengePurpose,
        now: Timestamp,
    ) -> Option<Proven> {
        let proven = self.proven(digest, purpose, now)?;
        let place = self.position(digest, purpose, now)?;
        self.0[place].tries += 1;
        Some(proven)
    }

    /// Removes a challenge that was finished.
    pub fn finish(&mut self, digest: &Digest) {
        self.0.retain(|challenge| challenge.digest != *digest);
    }

    /// Removes every challenge.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Drops challenges that are over.
    pub fn prune_expired(&mut self, now: Timestamp) {
        self.0.retain(|challenge| !challenge.is_over(now));
    }

    fn position(
        &self,
        digest: &Digest,
        purpose: ChallengePurpose,
        now: Timestamp,
    ) -> Option<usize> {
        self.0.iter().position(|challenge| {
            challenge.digest == *digest && challenge.purpose == purpose && !challenge.is_over(now)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(0);
    const PURPOSE: ChallengePurpose = ChallengePurpose::SecondFactor;

    fn digest(text: &str) -> Digest {
        Digest::new(text.to_owned())
    }

    fn challenges(names: &[&str]) -> Challenges {
        let mut challenges = Challenges::default();
        for name in names {
            let proven = Proven {
                methods: vec![SignInMethod::Password],
                known_device: None,
                is_sign_up: false,
                identity: None,
            };
            challenges.add(Challenge::new(digest(name), PURPOSE, proven, NOW));
        }
        challenges
    }

    #[test]
    fn challenge_allows_five_tries_and_no_sixth() {
        let mut challenges = challenges(&["a"]);
        for _ in 0..Challenge::TRIES {
            assert!(challenges.count_try(&digest("a"), PURPOSE, NOW).is_some());
        }
        assert_eq!(challenges.count_try(&digest("a"), PURPOSE, NOW), None);
    }

    #[test]
    fn challenge_is_for_one_purpose_until_it_expires() {
        let challenges = challenges(&["a"]);
        let setup = ChallengePurpose::SecondFactorSetup;
        assert_eq!(challenges.proven(&digest("a"), setup, NOW), None);
        assert!(challenges.proven(&digest("a"), PURPOSE, NOW).is_some());
        let over = NOW.plus(Challenge::LIFETIME);
        assert_eq!(challenges.proven(&digest("a"), PURPOSE, over), None);
    }

    #[test]
    fn eleventh_challenge_displaces_the_oldest() {
        let names: Vec<_> = (0..=MAX_CHALLENGES).map(|it| it.to_string()).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let challenges = challenges(&names);
        assert_eq!(challenges.proven(&digest("0"), PURPOSE, NOW), None);
        assert!(challenges.proven(&digest("1"), PURPOSE, NOW).is_some());
    }
}
