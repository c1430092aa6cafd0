//! Confirm a change of the email address, with the code that was emailed to the new one.

use secrecy::SecretString;

use super::one_time_codes::{GeneratedUndo, TypedCode};
use super::{Accounts, Caller, Client, InternalError, UpdateError};
use crate::model::{Account, Code, Digest, Email, EmailKind, Spend, Timestamp, Wait};
use crate::rate_limit::{Key, RateLimit};
use crate::token::Purpose;

/// The code that confirms a change of the email address.
#[derive(Debug)]
pub struct ConfirmEmailChange {
    /// The code, as typed.
    pub code: SecretString,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of an attempt to confirm a change of the email address.
#[derive(Debug)]
pub enum ConfirmEmailChangeOutcome {
    /// The account has the new address, which is proven.
    EmailChanged(Box<Account>),
    /// The code is wrong, used, expired, or was tried too often. The outcome does not say which.
    InvalidCode,
    /// Another account has the address.
    EmailTaken,
    /// Too many codes were tried.
    TooManyAttempts(Wait),
}

/// A code as entered, and what the old address gets if it is right.
struct Confirmation<'a> {
    email: Email,
    given: Digest,
    undo: &'a GeneratedUndo,
    client: &'a Client,
}

impl Accounts {
    /// Moves the account to the new address, in one write, and emails a token to the old one that
    /// takes the change back. Codes that were sent before are void.
    ///
    /// # Errors
    /// When the store fails, or the caller's session has ended meanwhile.
    pub async fn confirm_email_change(
        &self,
        caller: Caller,
        command: ConfirmEmailChange,
    ) -> Result<ConfirmEmailChangeOutcome, InternalError> {
        let Some(code) = TypedCode::parse(&command.code) else {
            return Ok(ConfirmEmailChangeOutcome::InvalidCode);
        };
        let client = command.client.key();
        let keys = [Key::new(RateLimit::CodeByClient, &[&client])];
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(ConfirmEmailChangeOutcome::TooManyAttempts(wait));
        }
        let pending = caller
            .user()
            .and_then(|user| user.email_changes.pending.as_ref());
        let Some(email) = pending.map(|pending| pending.email.clone()) else {
            return Ok(ConfirmEmailChangeOutcome::InvalidCode);
        };
        let undo = self.codes.generate_undo(caller.account.id);
        let confirmation = Confirmation {
            given: self.codes.digest(Purpose::EmailChangeCode, &email, &code),
            email,
            undo: &undo,
            client: &command.client,
        };
        let confirm = |account: &mut Account, now| self.apply_change(account, &confirmation, now);
        let mut updated = self.store.update_as(caller.clone(), confirm).await;
        // The code is right: this is the owner of the address.
        if matches!(updated, Err(UpdateError::EmailTaken)) && self.make_way(&confirmation).await? {
            updated = self.store.update_as(caller, confirm).await;
        }
        let updated = match updated {
            Err(UpdateError::EmailTaken) => return Ok(ConfirmEmailChangeOutcome::EmailTaken),
            updated => updated?,
        };
        Ok(match updated.outcome {
            Spend::Right => ConfirmEmailChangeOutcome::EmailChanged(Box::new(updated.account)),
            Spend::Wrong => ConfirmEmailChangeOutcome::InvalidCode,
        })
    }

    /// Deletes an account that has the address and has never proven it: it does not keep the address
    /// from its owner. Returns whether there was one.
    async fn make_way(&self, confirmation: &Confirmation<'_>) -> Result<bool, InternalError> {
        let email = &confirmation.email;
        let Some(holder) = self.store.by_email(email).await? else {
            return Ok(false);
        };
        let is_unproven = |it: &Account, _| it.email == *email && it.is_unproven();
        let deleted = self.store.delete_if(holder.id, is_unproven).await?;
        Ok(deleted.is_some())
    }

    fn apply_change(
        &self,
        account: &mut Account,
        confirmation: &Confirmation<'_>,
        now: Timestamp,
    ) -> Spend {
        let old = account.email.clone();
        let undo_until = now.plus(self.policy.email_undo);
        let Some(user) = account.user_mut() else {
            return Spend::Wrong;
        };
        let changes = &mut user.email_changes;
        let Some(pending) = changes
            .pending
            .as_mut()
            .filter(|pending| pending.email == confirmation.email)
        else {
            return Spend::Wrong;
        };
        if Code::spend(&mut pending.code, &confirmation.given, now) == Spend::Wrong {
            return Spend::Wrong;
        }
        let token = confirmation.undo.until(undo_until);
        let Some(new) = changes.apply(&old, token) else {
            return Spend::Wrong;
        };
        user.email_verified = true;
        user.updated_at = now;
        account.void_codes();
        account.move_to(new);
        let notice = EmailKind::EmailChanged {
            undo_token: confirmation.undo.sealed.clone(),
            undo_until,
        };
        // Always sent: the token is the old address's only way back.
        let message = confirmation.client.email(notice).to(old);
        account.post(message, self.policy.email_undo, now, &self.rng);
        Spend::Right
    }
}
