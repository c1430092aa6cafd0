//! Keep an account that is to be deleted, with the ticket of a sign-in that lacked nothing else.

use secrecy::SecretString;

use super::gate::{Admission, Entry};
use super::{Accounts, Client, InternalError, SignIn, SignedIn, UpdateError};
use crate::model::{Account, ChallengePurpose, Digest, EmailKind, Timestamp};

/// The decision to keep an account.
#[derive(Debug)]
pub struct CancelAccountDeletion {
    /// The ticket of the sign-in, as sent.
    pub ticket: SecretString,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of the decision to keep an account.
#[derive(Debug)]
pub enum CancelAccountDeletionOutcome {
    /// The account is kept, and its user is signed in.
    Authenticated(Box<SignedIn>),
    /// The ticket has expired or was used, or the account is gone. The outcome does not say which.
    ChallengeExpired,
}

impl Accounts {
    /// Spends a ticket, takes the deletion back and signs the user in, in one write.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn cancel_account_deletion(
        &self,
        command: CancelAccountDeletion,
    ) -> Result<CancelAccountDeletionOutcome, InternalError> {
        let Some((account, digest)) = self.challenged(&command.ticket).await? else {
            return Ok(CancelAccountDeletionOutcome::ChallengeExpired);
        };
        let keep = |account: &mut Account, now| self.keep(account, &digest, &command.client, now);
        let updated = match self.store.update(account, keep).await {
            Err(UpdateError::Deleted) => return Ok(CancelAccountDeletionOutcome::ChallengeExpired),
            updated => updated?,
        };
        let Some(admission) = updated.outcome else {
            return Ok(CancelAccountDeletionOutcome::ChallengeExpired);
        };
        Ok(match self.sessions.conclude(updated.account, admission)? {
            Ok(SignIn::Authenticated(signed_in)) => {
                CancelAccountDeletionOutcome::Authenticated(signed_in)
            }
            _ => CancelAccountDeletionOutcome::ChallengeExpired,
        })
    }

    /// Keeps the account, if the gate lets its user in. Otherwise nothing is changed.
    fn keep(
        &self,
        account: &mut Account,
        ticket: &Digest,
        client: &Client,
        now: Timestamp,
    ) -> Option<Admission> {
        let purpose = ChallengePurpose::CancelDeletion;
        let mut kept = account.clone();
        let challenges = &mut kept.user_mut()?.challenges;
        let proven = challenges.proven(ticket, purpose, now)?;
        challenges.finish(ticket);
        // The gate issued the ticket when no other proof was missing, and is asked again: the user
        // may have been suspended since, or the time may have come.
        let entry = Entry::resumed(proven, client).with_every_proof();
        kept.user()?.deletes_at.filter(|at| now < *at)?;
        kept.cancel_deletion(now);
        let admission = self.sessions.admit(&mut kept, &entry, now);
        admission.session()?;
        kept.notify(client.email(EmailKind::DeletionCancelled), now, &self.rng);
        *account = kept;
        Some(admission)
    }
}
