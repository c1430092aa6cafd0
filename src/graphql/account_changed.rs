//! The `accountChanged` subscription.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Result, SimpleObject, Subscription, Union};
use futures_util::stream::{self, Stream};

use super::RequestContext;
use super::types::{Session, User};
use crate::accounts::{Accounts, LiveChange};
use crate::model::{self, SessionId};

/// The root of subscriptions.
pub struct Subscription;

/// The subscriptions: live changes, over WebSocket (`graphql-transport-ws`) and as server-sent
/// events.
#[Subscription]
impl Subscription {
    /// The changes of the signed-in user's account. The first event is `UserChanged` with the
    /// present state. The last one of a session that ends is `SessionEnded`; an access token that
    /// expires ends the stream without one: come back with a new token.
    async fn account_changed(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = AccountChange> + use<>> {
        let request = RequestContext::of(ctx);
        let caller = request.caller().await?;
        let (accounts, session) = (request.accounts.clone(), caller.session);
        let changes = accounts.live_changes(caller.account.id, session);
        Ok(stream::unfold(
            (changes, accounts),
            move |(mut changes, accounts)| async move {
                let change = changes.next().await?;
                let event = AccountChange::new(change, session, &accounts)?;
                Some((event, (changes, accounts)))
            },
        ))
    }
}

/// A change of an account.
#[derive(Union)]
enum AccountChange {
    UserChanged(UserChanged),
    SessionStarted(SessionStarted),
    SessionEnded(SessionEnded),
}

impl AccountChange {
    /// Makes the event of a change, for a session. `None` if there is no user to show.
    fn new(change: LiveChange, current: SessionId, accounts: &Arc<Accounts>) -> Option<Self> {
        Some(match change {
            LiveChange::User(account) => Self::UserChanged(UserChanged {
                user: Box::new(User::new(*account, current, accounts.now())?),
            }),
            LiveChange::SessionStarted(session) => Self::SessionStarted(SessionStarted {
                session: Session {
                    session: *session,
                    current: Some(current),
                },
            }),
            LiveChange::SessionEnded {
                session,
                current,
                reason,
            } => Self::SessionEnded(SessionEnded {
                session_id: session.to_string().into(),
                current,
                reason: reason.into(),
            }),
        })
    }
}

/// The user's profile, email address, role or credentials changed, or this is the first event.
#[derive(SimpleObject)]
struct UserChanged {
    /// The user after the change.
    user: Box<User>,
}

/// A session of the user began: a sign-in on another device.
#[derive(SimpleObject)]
struct SessionStarted {
    /// The new session.
    session: Session,
}

/// A session of the user ended.
#[derive(SimpleObject)]
struct SessionEnded {
    /// The session's id.
    session_id: ID,
    /// True if it is the session of the subscription: drop its tokens and show the login. No event
    /// follows.
    current: bool,
    /// The reason.
    reason: SessionEndReason,
}

/// The reasons for which a session ends.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::EndReason")]
enum SessionEndReason {
    /// The user logged out.
    LoggedOut,
    /// The user ended the session from another one.
    Revoked,
    /// The session was not used for too long, or reached its maximum age.
    Expired,
    /// The password was changed in another session.
    PasswordChanged,
    /// The password was reset by an emailed code.
    PasswordReset,
    /// A refresh token was used that had been replaced: there is a copy of it.
    RefreshTokenReused,
    /// The operator suspended the user.
    Suspended,
    /// The user's role changed.
    RoleChanged,
    /// The previous owner of the email address undid its change.
    EmailChangeUndone,
    /// The account was deleted.
    Deleted,
    /// An administrator ended the session.
    Administrator,
    /// The user has as many sessions as allowed, and a new one began.
    SessionLimit,
    /// The owner of the email address took over an account that was never verified.
    AddressClaimed,
    /// The second factors were removed.
    MfaReset,
    /// The account was restored from its deletion.
    Restored,
    /// Another reason.
    Unknown,
}
