//! The user, as themselves.

use async_graphql::{Enum, ID, Object};

use super::{DateTime, Session};
use crate::accounts::Caller;
use crate::model::{self, Account, SessionId, Timestamp};

/// An account that has a user.
pub(in crate::graphql) struct User {
    id: String,
    email: String,
    account: model::User,
    current: SessionId,
    now: Timestamp,
}

impl User {
    /// The user of an account, who is signed in with a session; none while the address has no owner.
    pub(in crate::graphql) fn new(
        account: Account,
        current: SessionId,
        now: Timestamp,
    ) -> Option<Self> {
        let (id, email) = (account.id.to_string(), account.email.as_str().to_owned());
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

    /// The user who asks.
    pub(in crate::graphql) fn of(caller: Caller, now: Timestamp) -> Option<Self> {
        Self::new(caller.account, caller.session, now)
    }
}

/// A person with an account.
#[Object]
impl User {
    /// `usr_…`, the `sub` of the user's access tokens.
    pub(super) async fn id(&self) -> ID {
        self.id.clone().into()
    }

    /// The address in its canonical form: lower-case, the domain in A-labels.
    async fn email(&self) -> &str {
        &self.email
    }

    /// Whether the user has proven that the address is theirs.
    async fn email_verified(&self) -> bool {
        self.account.email_verified
    }

    /// First name.
    async fn first_name(&self) -> &str {
        self.account.profile.first_name.as_str()
    }

    /// Last name.
    async fn last_name(&self) -> &str {
        self.account.profile.last_name.as_str()
    }

    /// Gender.
    async fn gender(&self) -> Gender {
        self.account.profile.gender.into()
    }

    /// E.164, such as +4915112345678.
    async fn mobile_number(&self) -> Option<&str> {
        self.account
            .mobile_number
            .as_ref()
            .map(model::MobileNumber::as_str)
    }

    /// What the user may do.
    async fn role(&self) -> Role {
        self.account.role.into()
    }

    /// When the user signed up.
    async fn created_at(&self) -> DateTime {
        DateTime(self.account.created_at)
    }

    /// When the profile, the mobile number, the password, the role or the proof of the address last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.account.updated_at)
    }

    /// When the user last logged in with the password; a refresh does not count.
    async fn last_login_at(&self) -> Option<DateTime> {
        self.account.last_login_at.map(DateTime)
    }

    /// When the password was last set.
    async fn password_changed_at(&self) -> DateTime {
        DateTime(self.account.password_changed_at)
    }

    /// Where the user is signed in now, the latest used first.
    async fn sessions(&self) -> Vec<Session> {
        let mut live: Vec<_> = self
            .account
            .sessions
            .iter()
            .filter(|session| session.is_live(self.now))
            .cloned()
            .collect();
        live.sort_by_key(|session| std::cmp::Reverse(session.last_used_at));
        live.into_iter()
            .map(|session| Session {
                session,
                current: Some(self.current),
            })
            .collect()
    }
}

/// What a user may do.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::Role")]
pub(in crate::graphql) enum Role {
    /// Their own account.
    User,
    /// Also what is reserved for administrators. Granted on the server's command line only.
    Admin,
}

/// How a user wishes to be addressed.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::Gender")]
pub(in crate::graphql) enum Gender {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Non-binary.
    NonBinary,
    /// Something else.
    Other,
    /// Not told.
    Undisclosed,
}
