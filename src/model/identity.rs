//! Accounts at identity providers, by which a user signs in.

use serde::{Deserialize, Serialize};

use super::{Account, Email, IdentityId, Locale, Name, Timestamp, User};

/// The name of an account at a provider: never its email address, which may change hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdentityKey {
    /// The URL of the provider, without a slash at its end.
    issuer: String,
    /// The provider's own id of the account.
    subject: String,
}

/// An account at a provider that is linked to a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// The id.
    pub id: IdentityId,
    /// The name of the account, unique in the store.
    pub key: IdentityKey,
    /// The provider's id in the settings at the time of the link.
    pub provider: String,
    /// The email address that the provider named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// The time of the link.
    pub linked_at: Timestamp,
}

/// The account at a provider that a caller has signed in to there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderProfile {
    /// The name of the account.
    pub key: IdentityKey,
    /// The provider's id in the settings.
    pub provider: String,
    /// The email address.
    pub email: Option<Email>,
    /// A flag: the provider has verified the address, and the operator trusts it to do so.
    pub is_email_verified: bool,
    /// The first name, or "".
    pub first_name: Name,
    /// The last name, or "".
    pub last_name: Name,
    /// The user's language.
    pub locale: Option<Locale>,
}

/// The reason for which a sign-in at a provider came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProviderRefusal {
    /// The user has cancelled it.
    Cancelled,
    /// The provider did not answer.
    Unreachable,
    /// The provider's answer is not one that can be trusted.
    InvalidAnswer,
    /// The provider named no email address.
    AddressMissing,
    /// The email address is not verified.
    AddressUnverified,
}

impl IdentityKey {
    /// The longest id of an account (OpenID Connect Core, section 2), in bytes.
    const MAX_SUBJECT: usize = 255;

    /// Creates the name of an account at a provider. Returns `None` if the provider's id of it is
    /// empty or too long.
    #[must_use]
    pub fn new(issuer: &str, subject: &str) -> Option<Self> {
        let is_named = (1..=Self::MAX_SUBJECT).contains(&subject.len());
        is_named.then(|| Self {
            issuer: issuer.trim_end_matches('/').to_owned(),
            subject: subject.to_owned(),
        })
    }

    /// Returns the URL of the provider, without a slash at its end.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns the provider's own id of the account.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Returns the text that a store's unique index has. A URL has no space.
    #[must_use]
    pub fn indexed(&self) -> String {
        format!("{} {}", self.issuer, self.subject)
    }
}

impl Account {
    /// Returns the accounts at providers that are linked, in the form that an index has.
    #[must_use]
    pub fn indexed_identities(&self) -> Vec<String> {
        let identities = self.user().map(|user| &user.identities);
        let keys = identities.into_iter().flatten().map(|it| it.key.indexed());
        keys.collect()
    }
}

impl User {
    /// The largest number of accounts at providers that a user links.
    pub const MAX_IDENTITIES: usize = 20;

    /// Returns the link to an account at a provider.
    #[must_use]
    pub fn identity(&self, key: &IdentityKey) -> Option<&Identity> {
        self.identities.iter().find(|it| it.key == *key)
    }

    /// Links an account at a provider, unless it is linked already or there are too many. Returns
    /// whether it was linked.
    pub fn link(&mut self, identity: Identity) -> bool {
        let is_new = self.identity(&identity.key).is_none();
        let has_room = self.identities.len() < Self::MAX_IDENTITIES;
        if is_new && has_room {
            self.updated_at = identity.linked_at;
            self.identities.push(identity);
        }
        is_new && has_room
    }

    /// Removes the link to an account at a provider.
    pub fn unlink(&mut self, id: IdentityId, now: Timestamp) {
        self.identities.retain(|it| it.id != id);
        self.updated_at = now;
    }

    /// Returns the ids of the accounts at providers that the user has linked.
    #[must_use]
    pub fn identity_ids(&self) -> Vec<IdentityId> {
        self.identities.iter().map(|it| it.id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Gender, Profile, Rng};

    const NOW: Timestamp = Timestamp::from_millis(0);

    fn key(issuer: &str, subject: &str) -> IdentityKey {
        IdentityKey::new(issuer, subject).unwrap()
    }

    fn identity(subject: &str) -> Identity {
        Identity {
            id: IdentityId::new(NOW, &Rng::system()),
            key: key("https://a.test", subject),
            provider: "a".to_owned(),
            email: None,
            linked_at: NOW,
        }
    }

    fn user() -> User {
        let name = || Name::parse_optional("").unwrap();
        let profile = Profile {
            first_name: name(),
            last_name: name(),
            gender: Gender::Undisclosed,
        };
        User::new(None, profile, None, NOW)
    }

    #[test]
    fn slash_at_the_end_of_an_issuer_means_nothing() {
        let (with, without) = (key("https://a.test/", "1"), key("https://a.test", "1"));
        assert_eq!(with, without);
        assert_ne!(with.indexed(), key("https://a.test", "2").indexed());
        assert_ne!(with, key("https://a.test/x", "1"));
    }

    #[test]
    fn empty_or_too_long_subject_names_no_account() {
        assert_eq!(IdentityKey::new("https://a.test", ""), None);
        assert!(IdentityKey::new("https://a.test", &"x".repeat(255)).is_some());
        assert_eq!(IdentityKey::new("https://a.test", &"x".repeat(256)), None);
    }

    #[test]
    fn account_at_a_provider_is_linked_once() {
        let mut user = user();
        assert!(user.link(identity("1")));
        assert!(!user.link(identity("1")));
        for subject in 2..=User::MAX_IDENTITIES {
            assert!(user.link(identity(&subject.to_string())));
        }
        assert!(!user.link(identity("one more")));
        let first = user.identities[0].id;
        user.unlink(first, NOW);
        assert_eq!(user.identity(&key("https://a.test", "1")), None);
        assert!(user.link(identity("one more")));
    }
}
