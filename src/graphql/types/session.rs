//! Sessions, as the user sees them.

use async_graphql::{ID, Object};

use super::DateTime;
use crate::model::{self, SessionId};

/// A session, and which one is the request's own.
pub(in crate::graphql) struct Session {
    pub(super) session: model::Session,
    pub(super) current: Option<SessionId>,
}

/// One signed-in device: it lives from login until logout, expiry or revocation, over any number of refreshes.
#[Object]
impl Session {
    /// `ses_…`, the `sid` of the session's access tokens.
    pub(super) async fn id(&self) -> ID {
        self.session.id.to_string().into()
    }

    /// Whether this is the session of the request's own access token.
    async fn current(&self) -> bool {
        self.current == Some(self.session.id)
    }

    /// The browser's `User-Agent` header at the last login or refresh.
    async fn user_agent(&self) -> Option<&str> {
        self.session.device.user_agent.as_deref()
    }

    /// The browser and the system that `userAgent` names, such as `Firefox on Linux`.
    async fn device_name(&self) -> Option<String> {
        self.session.device.name()
    }

    /// The client's address at the last login or refresh.
    async fn ip_address(&self) -> Option<String> {
        self.session
            .device
            .ip_address
            .map(|address| address.to_string())
    }

    /// When the user logged in.
    async fn created_at(&self) -> DateTime {
        DateTime(self.session.created_at)
    }

    /// When the session was last refreshed.
    async fn last_used_at(&self) -> DateTime {
        DateTime(self.session.last_used_at)
    }

    /// When the session ends unless it is refreshed before.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.session.expires_at)
    }
}
