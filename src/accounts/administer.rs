//! The common part of the command line's operations: each changes the user of an email address.

use super::{Accounts, InternalError, UpdateError};
use crate::model::{Account, EndReason, Timestamp, User};

/// The outcome of an operator's change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminOutcome {
    /// The user is as requested.
    Done,
    /// The email address has no account.
    NoSuchUser,
    /// The user is the last administrator, and stays one.
    LastAdministrator,
}

/// The sessions and codes that a change revokes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Revocation {
    /// Nothing.
    Nothing,
    /// Every session, for a reason.
    Sessions(EndReason),
    /// Every session, for a reason, and every emailed code.
    SessionsAndCodes(EndReason),
}

impl Accounts {
    /// Applies a change to the user of an email address as typed, and revokes what the change asks
    /// for.
    pub(super) async fn administer(
        &self,
        email: &str,
        change: impl Fn(&mut User, Timestamp) -> Revocation + Send + Sync,
    ) -> Result<AdminOutcome, InternalError> {
        let Some(account) = self.store.by_typed_email(email).await? else {
            return Ok(AdminOutcome::NoSuchUser);
        };
        let operation = |account: &mut Account, now| apply(account, &change, now);
        match self.store.update(account, operation).await {
            Err(UpdateError::Deleted) => Ok(AdminOutcome::NoSuchUser),
            updated => Ok(updated?.outcome),
        }
    }
}

/// Applies a change to a user, and revokes what it asks for.
pub(super) fn apply(
    account: &mut Account,
    change: impl Fn(&mut User, Timestamp) -> Revocation,
    now: Timestamp,
) -> AdminOutcome {
    let Some(user) = account.user_mut() else {
        return AdminOutcome::NoSuchUser;
    };
    let revocation = change(user, now);
    match revocation {
        Revocation::Nothing => {}
        Revocation::Sessions(reason) => {
            user.end_sessions(reason, now, |_| true);
        }
        Revocation::SessionsAndCodes(reason) => {
            user.end_sessions(reason, now, |_| true);
            account.void_codes();
        }
    }
    AdminOutcome::Done
}
