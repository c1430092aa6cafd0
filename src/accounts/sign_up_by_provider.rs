//! Sign up by an account at a provider: the operator's rules for sign-ups hold.

use super::account_store::log_account;
use super::gate::{Entry, NotAdmitted};
use super::{Accounts, Client, InternalError, SignIn};
use crate::model::{
    Account, AccountId, AccountState, Email, Gender, Profile, ProviderProfile, SignInMethod,
    SignUpRule, Timestamp, User,
};
use crate::repository::WriteOutcome;

/// A sign-up that was decided: the user is signed in, or not admitted. `None` if an account came or
/// went meanwhile.
pub(super) type SignedUp = Option<Result<SignIn, NotAdmitted>>;

impl Accounts {
    /// Returns whether the operator's rules let an address sign up, with the terms that its user has
    /// accepted.
    pub(super) fn may_sign_up(&self, email: &Email, terms: Option<&str>, now: Timestamp) -> bool {
        self.sign_up.rule != SignUpRule::Closed
            && self.sign_up.check_email(email).is_ok()
            && self.sign_up.check_terms(terms, now).is_ok()
    }

    /// Creates the account of an address that has none. Sign-ups that wait for their code give way:
    /// the address is proven.
    pub(super) async fn sign_up_by_provider(
        &self,
        pending: Option<Account>,
        (profile, email): (&ProviderProfile, &Email),
        terms: Option<&str>,
        client: &Client,
    ) -> Result<SignedUp, InternalError> {
        let now = self.clock.now();
        if !self.may_sign_up(email, terms, now) {
            return Ok(Some(Err(NotAdmitted::Suspended)));
        }
        let user = self.new_user(profile, terms, now);
        let state = AccountState::Active(Box::new(user));
        let mut account = Account::new(AccountId::new(now, &self.rng), email.clone(), state);
        if let Some(pending) = &pending {
            account.id = pending.id;
            account.version = pending.version;
        }
        let entry = Entry::new(SignInMethod::Provider, client).of_sign_up();
        let admission = self.sessions.admit(&mut account, &entry, now);
        let written = match &pending {
            None => self.store.insert(&account).await,
            Some(_) => self.store.save(&account).await,
        };
        match written? {
            WriteOutcome::Done => {
                account.version += i64::from(pending.is_some());
                log_account(&account);
                self.sessions.conclude(account, admission).map(Some)
            }
            // The address stays with the account that had it.
            WriteOutcome::EmailReserved => Ok(Some(Err(NotAdmitted::Suspended))),
            WriteOutcome::VersionConflict
            | WriteOutcome::EmailTaken
            | WriteOutcome::IdentityTaken
            | WriteOutcome::MobileNumberTaken => Ok(None),
        }
    }

    /// Creates a user as the provider describes it, without a password.
    fn new_user(&self, profile: &ProviderProfile, terms: Option<&str>, now: Timestamp) -> User {
        let names = Profile {
            first_name: profile.first_name.clone(),
            last_name: profile.last_name.clone(),
            gender: Gender::Undisclosed,
        };
        let mut user = User::new(None, names, None, now);
        user.locale.clone_from(&profile.locale);
        user.email_verified = true;
        user.accepted_terms = self.sign_up.check_terms(terms, now).ok().flatten();
        user.link(self.identity_of(profile, now));
        user
    }
}
