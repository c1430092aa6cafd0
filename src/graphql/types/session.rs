//! The `Session` type.

use async_graphql::{ID, Object};

use super::DateTime;
use crate::model::{self, SessionId};

/// A session of the user, and the id of the session that the request was made in.
pub(in crate::graphql) struct Session {
    pub(super) session: model::Session,
    pub(super) current: Option<SessionId>,
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

    /// The time of the last refresh, or of the login if there was none.
    async fn last_used_at(&self) -> DateTime {
        DateTime(self.session.last_used_at)
    }

    /// The time at which the session ends unless it is refreshed.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.session.expires_at)
    }
}
