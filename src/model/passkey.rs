//! Passkeys, as an account stores them.

use serde::{Deserialize, Serialize};

use super::{Name, PasskeyId, Timestamp};

/// A passkey of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Passkey {
    /// The id.
    pub id: PasskeyId,
    /// The id that the authenticator has drawn, in base64url.
    pub credential_id: String,
    /// The public key as a COSE map, in base64url.
    pub public_key: String,
    /// The authenticator's counter of signatures; 0 for one that does not count.
    pub counter: u32,
    /// A flag: the passkey can be backed up. Never changes.
    pub is_backup_eligible: bool,
    /// A flag: the passkey was backed up at its last use.
    pub is_backed_up: bool,
    /// The ways in which the browser reached the authenticator.
    pub transports: Vec<Transport>,
    /// The model of the authenticator, as a UUID; `None` for one that says none.
    pub aaguid: Option<String>,
    /// The name that the user has chosen.
    pub name: Name,
    /// The time at which the passkey was added.
    pub created_at: Timestamp,
    /// The time of the last use; `None` before the first.
    pub last_used_at: Option<Timestamp>,
}

/// A way in which a browser reaches an authenticator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// A cable.
    Usb,
    /// Near-field communication.
    Nfc,
    /// Bluetooth.
    Ble,
    /// A smart card.
    SmartCard,
    /// A telephone beside the computer.
    Hybrid,
    /// The device itself.
    Internal,
}

impl Transport {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Usb,
        Self::Nfc,
        Self::Ble,
        Self::SmartCard,
        Self::Hybrid,
        Self::Internal,
    ];

    /// Returns the name that browsers use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Usb => "usb",
            Self::Nfc => "nfc",
            Self::Ble => "ble",
            Self::SmartCard => "smart-card",
            Self::Hybrid => "hybrid",
            Self::Internal => "internal",
        }
    }

    /// Returns the ways that are known among these names.
    #[must_use]
    pub fn known(names: &[String]) -> Vec<Self> {
        let is_named = |way: &Self| names.iter().any(|name| name == way.name());
        Self::ALL.into_iter().filter(is_named).collect()
    }
}

/// The passkeys of an account, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Passkeys(Vec<Passkey>);

impl Passkeys {
    /// The maximum number per account: browsers refuse longer lists.
    pub const MAX: usize = 20;

    /// Returns whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether no further passkey can be added.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.0.len() >= Self::MAX
    }

    /// Returns them, the oldest first.
    pub fn iter(&self) -> std::slice::Iter<'_, Passkey> {
        self.0.iter()
    }

    /// Returns the one that an authenticator names.
    #[must_use]
    pub fn by_credential(&self, credential_id: &str) -> Option<&Passkey> {
        self.iter().find(|it| it.credential_id == credential_id)
    }

    /// Returns the one with this id, for modification.
    #[must_use]
    pub fn get_mut(&mut self, id: PasskeyId) -> Option<&mut Passkey> {
        self.0.iter_mut().find(|it| it.id == id)
    }

    /// Adds a passkey. Returns false if there are too many, or if the authenticator's id is known.
    pub fn add(&mut self, passkey: Passkey) -> bool {
        let is_known = self.by_credential(&passkey.credential_id).is_some();
        let is_added = !is_known && !self.is_full();
        if is_added {
            self.0.push(passkey);
        }
        is_added
    }

    /// Removes a passkey. Returns false if no passkey has this id.
    pub fn remove(&mut self, id: PasskeyId) -> bool {
        let before = self.0.len();
        self.0.retain(|it| it.id != id);
        self.0.len() < before
    }
}

impl<'a> IntoIterator for &'a Passkeys {
    type Item = &'a Passkey;
    type IntoIter = std::slice::Iter<'a, Passkey>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rng;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn passkey(credential_id: &str) -> Passkey {
        Passkey {
            id: PasskeyId::new(NOW, &Rng::system()),
            credential_id: credential_id.to_owned(),
            public_key: String::new(),
            counter: 0,
            is_backup_eligible: false,
            is_backed_up: false,
            transports: Transport::known(&["internal".to_owned(), "smoke".to_owned()]),
            aaguid: None,
            name: Name::parse("Phone").unwrap(),
            created_at: NOW,
            last_used_at: None,
        }
    }

    #[test]
    fn account_holds_twenty_passkeys_and_no_more() {
        let mut passkeys = Passkeys::default();
        for index in 0..Passkeys::MAX {
            assert!(!passkeys.is_full() && passkeys.add(passkey(&index.to_string())));
        }
        assert!(passkeys.is_full() && !passkeys.add(passkey("one more")));
        let first = passkeys.iter().next().unwrap().id;
        assert!(passkeys.remove(first) && !passkeys.remove(first));
        assert!(passkeys.add(passkey("one more")));
    }

    #[test]
    fn known_credential_is_not_added_again() {
        let mut passkeys = Passkeys::default();
        assert!(passkeys.add(passkey("a")) && !passkeys.add(passkey("a")));
        assert_eq!(passkeys.iter().count(), 1);
    }

    #[test]
    fn transports_are_stored_under_the_names_of_browsers() {
        let stored = serde_json::to_value(Transport::ALL).unwrap();
        assert_eq!(
            stored,
            serde_json::json!(Transport::ALL.map(Transport::name))
        );
    }
}
