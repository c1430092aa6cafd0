//! Request the deletion of one's own account, in a fresh session.

use super::{Accounts, Caller, Client, InternalError, SignedOutReason};
use crate::model::{Account, EmailKind, SessionId, SignInMethod, Timestamp};

/// The outcome of requesting the deletion of one's own account.
#[derive(Debug, PartialEq, Eq)]
pub enum RequestAccountDeletionOutcome {
    /// Every session has ended, and the account will be deleted at this time.
    Scheduled(Timestamp),
    /// The session's last proof is too old.
    ReauthenticationRequired(Vec<SignInMethod>),
    /// The user is the last administrator.
    NotAvailable,
}

/// The decision on a session that is still live.
type Decision = Result<Timestamp, Vec<SignInMethod>>;

impl Accounts {
    /// Schedules the deletion of the caller's account, ends every session and code, and notifies
    /// the user, in one write. A login leads to the decision to keep the account until then.
    ///
    /// # Errors
    /// When the store fails, or the caller's session has ended meanwhile.
    pub async fn request_account_deletion(
        &self,
        caller: Caller,
        client: &Client,
    ) -> Result<RequestAccountDeletionOutcome, InternalError> {
        let session = caller.session;
        if let Some(methods) = self.stale_caller(&caller) {
            return Ok(RequestAccountDeletionOutcome::ReauthenticationRequired(
                methods,
            ));
        }
        let request = |account: &mut Account, now| self.schedule(account, session, client, now);
        let updated = self.store.update_unless_last(caller.account, request);
        let Some(updated) = updated.await? else {
            return Ok(RequestAccountDeletionOutcome::NotAvailable);
        };
        match updated.outcome {
            Some(Ok(deletes_at)) => Ok(RequestAccountDeletionOutcome::Scheduled(deletes_at)),
            Some(Err(methods)) => Ok(RequestAccountDeletionOutcome::ReauthenticationRequired(
                methods,
            )),
            None => Err(InternalError::SignedOut(SignedOutReason::Ended)),
        }
    }

    /// Schedules the deletion, unless the session has ended meanwhile.
    fn schedule(
        &self,
        account: &mut Account,
        session: SessionId,
        client: &Client,
        now: Timestamp,
    ) -> Option<Decision> {
        let user = account.user()?;
        user.session(session, now)?;
        if let Some(methods) = self.stale_methods(user, session, now) {
            return Some(Err(methods));
        }
        let deletes_at = Account::deletion_time(self.policy.deletion_grace, now);
        account.schedule_deletion(deletes_at, now);
        let email = client.email(EmailKind::DeletionScheduled { deletes_at });
        account.notify(email, now, &self.rng);
        Some(Ok(deletes_at))
    }
}
