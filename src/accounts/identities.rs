//! Accounts at providers that are linked to an account.

use super::{Accounts, Caller, Client, InternalError, UpdateError};
use crate::model::{
    Account, EmailKind, Factor, Identity, IdentityId, ProviderProfile, Timestamp, User,
};

/// The result of linking an account at a provider in a session.
pub(super) enum Linked {
    /// It is linked.
    Done(Box<Account>, IdentityId),
    /// Another user has linked it.
    Taken,
    /// The user has linked as many as possible.
    TooMany,
}

impl Accounts {
    /// Links an account at a provider to the caller's account.
    pub(super) async fn link_in_session(
        &self,
        caller: Caller,
        profile: &ProviderProfile,
        client: &Client,
    ) -> Result<Linked, InternalError> {
        let link = |account: &mut Account, now| {
            let user = account.user_mut()?;
            if let Some(linked) = user.identity(&profile.key) {
                return Some(linked.id);
            }
            let identity = self.identity_of(profile, now);
            let id = identity.id;
            if !user.link(identity) {
                return None;
            }
            let factor = Factor::Provider;
            let email = client.email(EmailKind::FactorAdded { factor });
            account.notify(email, now, &self.rng);
            Some(id)
        };
        let updated = match self.store.update_as(caller, link).await {
            Err(UpdateError::IdentityTaken) => return Ok(Linked::Taken),
            updated => updated?,
        };
        Ok(match updated.outcome {
            Some(id) => Linked::Done(Box::new(updated.account), id),
            None => Linked::TooMany,
        })
    }

    /// Returns the link to an account at a provider, which is not stored yet.
    pub(super) fn identity_of(&self, profile: &ProviderProfile, now: Timestamp) -> Identity {
        Identity {
            id: IdentityId::new(now, &self.rng),
            key: profile.key.clone(),
            provider: profile.provider.clone(),
            email: profile.email.clone(),
            linked_at: now,
        }
    }

    /// Returns whether a user has a way to sign in. A reset by email does not count: it makes one.
    pub(super) fn has_way_in(&self, user: &User) -> bool {
        let policy = self.policy.sign_in;
        let mut identities = user.identities.iter();
        user.password.is_some()
            || policy.login_by_code
            || (policy.passkeys && !user.factors.passkeys.is_empty())
            || identities.any(|it| self.flows.providers().of(&it.key).is_some())
    }
}
