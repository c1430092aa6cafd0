//! Changes of the email address: the one that waits for its code, and those that the owner of an
//! old address can take back.

use serde::{Deserialize, Serialize};

use super::{Code, Digest, Email, IdentityId, SecondFactors, Timestamp};

/// The changes of an account's email address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EmailChanges {
    /// The change that waits for its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<PendingEmail>,
    /// The addresses that the account had, the latest last. They stay reserved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerEmail>,
}

/// A change that waits for its code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingEmail {
    /// The new address.
    pub email: Email,
    /// The code that was emailed to it.
    pub code: Option<Code>,
    /// The token that was emailed to the present address.
    pub undo: UndoToken,
    /// The second factors that the account had.
    #[serde(default)]
    pub factors: SecondFactors,
    /// The accounts at providers that were linked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<IdentityId>,
}

/// A token that takes a change back, as stored. No number of tries uses it up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UndoToken {
    /// The keyed digest of the token.
    pub digest: Digest,
    /// The time from which the token is void.
    pub until: Timestamp,
}

/// An address that the account had.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FormerEmail {
    /// The address.
    pub email: Email,
    /// The tokens that restore it: one from the request, one from the change.
    pub undo: Vec<UndoToken>,
    /// The second factors that the account had when it left the address.
    #[serde(default)]
    pub factors: SecondFactors,
    /// The accounts at providers that were linked then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<IdentityId>,
}

/// The state before a change that was taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Restored {
    /// The address.
    pub email: Email,
    /// The second factors: those added since are void, and those removed since are back.
    pub factors: SecondFactors,
    /// The accounts at providers that stay linked: those linked since are void.
    pub identities: Vec<IdentityId>,
}

impl UndoToken {
    fn matches(&self, given: &Digest, now: Timestamp) -> bool {
        self.digest == *given && now < self.until
    }
}

impl FormerEmail {
    /// Returns the time until which the address is reserved.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        let ends = self.undo.iter().map(|token| token.until);
        ends.max().unwrap_or(Timestamp::from_millis(0))
    }
}

impl EmailChanges {
    /// The largest number of former addresses. A further change waits until one is free, so that no
    /// number of changes makes the account forget its owner's address.
    pub const FORMER: usize = 10;

    /// Returns whether there is nothing to remember.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.pending.is_none() && self.former.is_empty()
    }

    /// Returns the address that waits for its code.
    #[must_use]
    pub fn pending_email(&self, now: Timestamp) -> Option<&Email> {
        let pending = self.pending.as_ref()?;
        let is_over = |code: &Code| code.is_over(now);
        let is_live = pending.code.as_ref().is_some_and(|code| !is_over(code));
        is_live.then_some(&pending.email)
    }

    /// Replaces `old` by the pending address, whose code was right, and returns the new address. The
    /// old one stays reserved for as long as a token restores it.
    pub fn apply(&mut self, old: &Email, token: UndoToken) -> Option<Email> {
        let pending = self.pending.take()?;
        // An address that comes back is the account's own again.
        self.former.retain(|former| former.email != pending.email);
        let undo = vec![pending.undo, token];
        let email = old.clone();
        match self.former.iter_mut().find(|it| it.email == email) {
            Some(former) => former.undo.extend(undo),
            None => self.former.push(FormerEmail {
                email,
                undo,
                factors: pending.factors,
                identities: pending.identities,
            }),
        }
        Some(pending.email)
    }

    /// Takes the change back that a token names: drops the pending one, or returns the address to
    /// restore. Changes before it can still be taken back, those after it are gone with it.
    pub fn undo(&mut self, present: &Email, given: &Digest, now: Timestamp) -> Option<Restored> {
        let is_named = |token: &UndoToken| token.matches(given, now);
        let named = self
            .former
            .iter()
            .position(|former| former.undo.iter().any(is_named));
        if let Some(named) = named {
            self.pending = None;
            let former = self.former.drain(named..).next()?;
            return Some(Restored {
                email: former.email,
                factors: former.factors,
                identities: former.identities,
            });
        }
        let dropped = self.pending.take_if(|it| it.undo.matches(given, now))?;
        Some(Restored {
            email: present.clone(),
            factors: dropped.factors,
            identities: dropped.identities,
        })
    }

    /// Forgets what is over.
    pub fn prune_expired(&mut self, now: Timestamp) {
        self.former.retain(|former| now < former.until());
        self.pending.take_if(|pending| now >= pending.undo.until);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(0);

    fn email(text: &str) -> Email {
        Email::parse(text).unwrap()
    }

    fn token(name: &str, seconds: u64) -> UndoToken {
        UndoToken {
            digest: Digest::new(name.to_owned()),
            until: NOW.plus(Duration::from_secs(seconds)),
        }
    }

    /// Changes an address, with one token of the request and one of the change.
    fn change(changes: &mut EmailChanges, old: &str, new: &str) {
        changes.pending = Some(PendingEmail {
            email: email(new),
            code: None,
            undo: token(&format!("request {old}"), 10),
            factors: SecondFactors::default(),
            identities: Vec::new(),
        });
        let applied = changes.apply(&email(old), token(&format!("change {old}"), 20));
        assert_eq!(applied, Some(email(new)));
    }

    fn undo(changes: &mut EmailChanges, name: &str, seconds: u64) -> Option<Email> {
        let now = NOW.plus(Duration::from_secs(seconds));
        let restored = changes.undo(&email("now@x.test"), &Digest::new(name.to_owned()), now);
        restored.map(|restored| restored.email)
    }

    #[test]
    fn token_restores_its_address_after_further_changes() {
        let mut changes = EmailChanges::default();
        change(&mut changes, "a@x.test", "b@x.test");
        change(&mut changes, "b@x.test", "c@x.test");
        let mut later = changes.clone();
        assert_eq!(
            undo(&mut later, "change b@x.test", 15),
            Some(email("b@x.test"))
        );
        assert_eq!(later.former.len(), 1, "the first can still be taken back");
        assert_eq!(
            undo(&mut changes, "change a@x.test", 15),
            Some(email("a@x.test"))
        );
        assert!(changes.is_empty());
    }

    #[test]
    fn token_is_void_after_its_time_or_use() {
        let mut changes = EmailChanges::default();
        change(&mut changes, "a@x.test", "b@x.test");
        assert_eq!(undo(&mut changes, "request a@x.test", 10), None);
        assert_eq!(undo(&mut changes, "change a@x.test", 20), None);
        assert_eq!(undo(&mut changes, "other", 0), None);
        assert!(undo(&mut changes, "request a@x.test", 9).is_some());
        assert_eq!(undo(&mut changes, "request a@x.test", 9), None);
    }

    #[test]
    fn address_is_reserved_while_a_token_restores_it() {
        let mut changes = EmailChanges::default();
        change(&mut changes, "a@x.test", "b@x.test");
        assert_eq!(changes.former[0].until(), NOW.plus(Duration::from_secs(20)));
        changes.prune_expired(NOW.plus(Duration::from_secs(19)));
        assert_eq!(changes.former.len(), 1);
        changes.prune_expired(NOW.plus(Duration::from_secs(20)));
        assert!(changes.is_empty());
    }

    #[test]
    fn address_that_comes_back_is_not_a_former_one() {
        let mut changes = EmailChanges::default();
        change(&mut changes, "a@x.test", "b@x.test");
        change(&mut changes, "b@x.test", "a@x.test");
        let former: Vec<_> = changes.former.iter().map(|it| it.email.as_str()).collect();
        assert_eq!(former, ["b@x.test"]);
    }
}
