//! The `Session` type.

use async_graphql::{Enum, ID, Object};

use super::DateTime;
use crate::model::{self, SessionId};

/// A session of the user, and the id of the session that the request was made in.
pub(in crate::graphql) struct Session {
    pub(in crate::graphql) session: model::Session,
    pub(in crate::graphql) current: Option<SessionId>,
}

impl Session {
    /// Returns true if this is the session's id.
    pub(in crate::graphql) fn has_id(&self, id: &ID) -> bool {
        self.session.id.to_string() == id.as_str()
    }
}

/// A sign-in on one device. It lasts from login until logout, expiry or revocation, over any number
/// of refreshes.
#[Object]
impl Session {
    /// The session's id, `ses_…`: the `sid` claim of its access tokens.
    pub(super) async fn id(&self) -> ID {
        self.session.id.to_string().into()
    }

    /// True for the session of the access token that the request was made with.
    async fn current(&self) -> bool {
        self.current == Some(self.session.id)
    }

    /// The client's `User-Agent` header at the last login or refresh.
    async fn user_agent(&self) -> Option<&str> {
        self.session.device.user_agent.as_deref()
    }

    /// The browser and operating system that `userAgent` names, such as `Firefox on Linux`.
    async fn device_name(&self) -> Option<String> {
        self.session.device.name()
    }

    /// The client's IP address at the last login or refresh.
    async fn ip_address(&self) -> Option<String> {
        self.session
            .device
            .ip_address
            .map(|address| address.to_string())
    }

    /// The time of the login.
    async fn created_at(&self) -> DateTime {
        DateTime(self.session.created_at)
    }

    /// The time of the user's last proof of identity in this session: the login, or
    /// `reauthenticate`. A refresh leaves it as it is.
    async fn authenticated_at(&self) -> DateTime {
        DateTime(self.session.authenticated_at)
    }

    /// The proofs of identity that the user gave in this session.
    async fn methods(&self) -> Vec<SignInMethod> {
        let methods = self.session.methods.iter();
        methods.map(|method| (*method).into()).collect()
    }

    /// The time of the last refresh, or of the login if there was none.
    async fn last_used_at(&self) -> DateTime {
        DateTime(self.session.last_used_at)
    }

    /// The time at which the session ends unless it is refreshed.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.session.expires_at)
    }
}

/// The ways to prove one's identity.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::SignInMethod")]
pub(in crate::graphql) enum SignInMethod {
    /// The password.
    Password,
    /// A code that was emailed to the user.
    EmailCode,
    /// An account at an identity provider.
    Provider,
    /// A passkey, which counts as two factors.
    Passkey,
    /// A code from an authenticator app.
    Totp,
    /// A recovery code.
    RecoveryCode,
}
