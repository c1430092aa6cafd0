//! The `User` type, as the user sees their own account.

use async_graphql::{Context, Enum, ID, Object, Result};

use super::mfa::Mfa;
use super::passkey::PasskeySignal;
use super::{DateTime, Identity, Passkey, Session, TrustedBrowser};
use crate::graphql::RequestContext;
use crate::model::{self, Account, AccountId, SessionId, Timestamp};

/// The user of an active account.
pub(in crate::graphql) struct User {
    id: AccountId,
    email: String,
    account: model::User,
    current: SessionId,
    now: Timestamp,
}

impl User {
    /// Makes the user of an account, signed in with a session. `None` if the sign-up is still
    /// pending.
    pub(in crate::graphql) fn new(
        account: Account,
        current: SessionId,
        now: Timestamp,
    ) -> Option<Self> {
        let (id, email) = (account.id, account.email.as_str().to_owned());
        match account.state {
            model::AccountState::Active(user) => Some(Self {
                id,
                email,
                account: *user,
                current,
                now,
            }),
            model::AccountState::Pending(_) => None,
        }
    }

    /// Returns the user of the signed-in caller, or the error that says why the caller is not
    /// signed in.
    pub(in crate::graphql) async fn signed_in(request: &RequestContext) -> Option<Result<Self>> {
        match request.caller().await {
            Ok(caller) => Self::new(caller.account, caller.session, request.accounts.now()).map(Ok),
            Err(error) => Some(Err(error.into())),
        }
    }

    /// Returns true if this is the user's id.
    pub(in crate::graphql) fn has_id(&self, id: &ID) -> bool {
        self.id.to_string() == id.as_str()
    }

    /// Returns the session that the request was made in.
    pub(in crate::graphql) fn current_session(&self) -> Option<Session> {
        let session = self.account.session(self.current, self.now)?;
        Some(Session {
            session: session.clone(),
            current: Some(self.current),
        })
    }

    /// Returns the browsers that skip the second factor.
    pub(in crate::graphql) fn trusted_browsers(&self) -> Vec<TrustedBrowser> {
        TrustedBrowser::all_of(&self.account, self.now)
    }

    /// Returns the user's passkeys, the oldest first.
    pub(in crate::graphql) fn own_passkeys(&self) -> Vec<Passkey> {
        let passkeys = self.account.factors.passkeys.iter();
        passkeys.cloned().map(Passkey).collect()
    }

    /// Returns the linked accounts at providers, in the order of their links.
    pub(in crate::graphql) fn linked_identities(&self) -> impl Iterator<Item = Identity> {
        self.account.identities.iter().cloned().map(Identity)
    }

    /// Returns the user's live sessions, the most recently used first.
    pub(in crate::graphql) fn live_sessions(&self) -> impl Iterator<Item = Session> {
        let mut live: Vec<_> = self
            .account
            .sessions
            .iter()
            .filter(|session| session.is_live(self.now))
            .cloned()
            .collect();
        live.sort_by_key(|session| std::cmp::Reverse(session.last_used_at));
        let current = Some(self.current);
        live.into_iter()
            .map(move |session| Session { session, current })
    }
}

/// A user account, as its own user sees it.
#[Object]
impl User {
    /// The user's id, `usr_…`: the `sub` claim of the user's access tokens.
    pub(super) async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// The user's email address, in canonical form: lower case, the domain in A-labels.
    async fn email(&self) -> &str {
        &self.email
    }

    /// True if the user has proven that they own the email address.
    async fn email_verified(&self) -> bool {
        self.account.email_verified
    }

    /// The new email address that waits for `confirmEmailChange`; null if none does, or its code has
    /// expired.
    async fn pending_email(&self) -> Option<&str> {
        let pending = self.account.email_changes.pending_email(self.now);
        pending.map(model::Email::as_str)
    }

    /// The user's first name: 1 to 100 characters.
    async fn first_name(&self) -> &str {
        self.account.profile.first_name.as_str()
    }

    /// The user's last name: up to 100 characters, or "" for people with one name.
    async fn last_name(&self) -> &str {
        self.account.profile.last_name.as_str()
    }

    /// The user's gender, as stated by the user.
    async fn gender(&self) -> Gender {
        self.account.profile.gender.into()
    }

    /// The user's mobile number in E.164 format, such as +4915112345678.
    async fn mobile_number(&self) -> Option<&str> {
        self.account
            .mobile_number
            .as_ref()
            .map(model::MobileNumber::as_str)
    }

    /// The language of messages to the user, as chosen at the sign-up or in the profile: a BCP 47
    /// tag, such as `de` or `pt-BR`. Null if none was chosen: messages follow the browser then.
    async fn locale(&self) -> Option<&str> {
        self.account.locale.as_ref().map(model::Locale::as_str)
    }

    /// The user's role, which decides what the user may do.
    async fn role(&self) -> Role {
        self.account.role.into()
    }

    /// The permissions that the operator's role file gives the user's role; none without a role
    /// file. Access tokens state them if the operator's template says so.
    async fn permissions(&self, ctx: &Context<'_>) -> Vec<String> {
        let accounts = &RequestContext::of(ctx).accounts;
        accounts.permissions(self.account.role).to_vec()
    }

    /// The time of the sign-up.
    async fn created_at(&self) -> DateTime {
        DateTime(self.account.created_at)
    }

    /// The time of the last change to the profile, mobile number, password, role or verification of
    /// the email address.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.account.updated_at)
    }

    /// The time of the last login with the password; a refresh does not count.
    async fn last_login_at(&self) -> Option<DateTime> {
        self.account.last_login_at.map(DateTime)
    }

    /// True if the user has a password to log in with.
    async fn has_password(&self) -> bool {
        self.account.password.is_some()
    }

    /// The time at which the password was last set; that of the sign-up if there never was one.
    async fn password_changed_at(&self) -> DateTime {
        DateTime(self.account.password_changed_at)
    }

    /// The time at which the account will be deleted; null if it is kept. A request for the deletion
    /// ends every session, so that users read null here: a login answers `DeletionPending`.
    async fn deletes_at(&self) -> Option<DateTime> {
        self.account.deletes_at.map(DateTime)
    }

    /// The user's second factors.
    async fn mfa(&self, ctx: &Context<'_>) -> Mfa {
        let policy = RequestContext::of(ctx).accounts.policy().sign_in.mfa;
        Mfa::new(&self.account, policy, self.now)
    }

    /// The user's passkeys, the oldest first.
    async fn passkeys(&self) -> Vec<Passkey> {
        self.own_passkeys()
    }

    /// The passkeys that the server accepts, for the browser to pass on to the password manager after
    /// a login and after a change; null if the server does not offer passkeys.
    async fn passkey_signal(&self, ctx: &Context<'_>) -> Option<PasskeySignal> {
        let party = RequestContext::of(ctx).accounts.relying_party()?;
        Some(PasskeySignal::new(&party.id, self.id, &self.account))
    }

    /// The accounts at providers that the user can sign in with.
    async fn identities(&self) -> Vec<Identity> {
        self.linked_identities().collect()
    }

    /// The user's live sessions, the most recently used first.
    async fn sessions(&self) -> Vec<Session> {
        self.live_sessions().collect()
    }
}

/// The roles of users.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::Role")]
pub(in crate::graphql) enum Role {
    /// May manage their own account.
    User,
    /// May also use what is reserved for administrators. Granted on the server's command line only.
    Admin,
}

/// The genders that a user can state.
#[derive(Clone, Copy, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "model::Gender")]
pub(in crate::graphql) enum Gender {
    /// The user is female.
    Female,
    /// The user is male.
    Male,
    /// The user is non-binary.
    NonBinary,
    /// The user's gender is another one.
    Other,
    /// Prefers not to say.
    #[default]
    Undisclosed,
}
