//! Take a change of the email address back, with the token that was emailed to the old one.

use secrecy::SecretString;

use super::one_time_codes::GeneratedCode;
use super::timing::with_min_duration;
use super::{Accounts, Client, InternalError, UpdateError};
use crate::model::{Account, Code, Digest, Email, EmailKind, EndReason, Timestamp, Wait};
use crate::rate_limit::{Key, RateLimit};
use crate::token::Purpose;

/// The token that takes a change of the email address back.
#[derive(Debug)]
pub struct UndoEmailChange {
    /// The token, as sent.
    pub token: SecretString,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of an attempt to take a change of the email address back.
#[derive(Debug)]
pub enum UndoEmailChangeOutcome {
    /// The account has this address again, and a reset code was emailed to it.
    EmailChangeUndone(Email),
    /// The token is wrong, used or expired. The outcome does not say which.
    InvalidCode,
    /// Too many codes were tried.
    TooManyAttempts(Wait),
}

/// A token as sent, and the reset code for the restored address.
struct Undoing<'a> {
    given: Digest,
    code: &'a GeneratedCode,
    client: &'a Client,
}

impl Accounts {
    /// Restores the address that a token names, or drops the change that waits for its code. Ends
    /// every session, voids the password and the second factors, and emails a reset code: the
    /// account may have been a stranger's meanwhile.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn undo_email_change(
        &self,
        command: UndoEmailChange,
    ) -> Result<UndoEmailChangeOutcome, InternalError> {
        with_min_duration(self.try_undo(command)).await
    }

    async fn try_undo(
        &self,
        command: UndoEmailChange,
    ) -> Result<UndoEmailChangeOutcome, InternalError> {
        let client = command.client.key();
        let keys = [Key::new(RateLimit::CodeByClient, &[&client])];
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(UndoEmailChangeOutcome::TooManyAttempts(wait));
        }
        let Some((id, given)) = self.codes.parse_undo(&command.token) else {
            return Ok(UndoEmailChangeOutcome::InvalidCode);
        };
        let Some(account) = self.store.by_id(id).await? else {
            return Ok(UndoEmailChangeOutcome::InvalidCode);
        };
        // The code is for the address that the token restores.
        let restored = account.user().and_then(|user| {
            let mut changes = user.email_changes.clone();
            changes.undo(&account.email, &given, self.clock.now())
        });
        let Some(restored) = restored else {
            return Ok(UndoEmailChangeOutcome::InvalidCode);
        };
        let code = self
            .codes
            .generate(Purpose::PasswordResetCode, &restored.email);
        let undoing = Undoing {
            given,
            code: &code,
            client: &command.client,
        };
        let undo = |account: &mut Account, now| self.apply_undo(account, &undoing, now);
        match self.store.update(account, undo).await {
            Err(UpdateError::Deleted) => Ok(UndoEmailChangeOutcome::InvalidCode),
            updated => Ok(match updated?.outcome {
                Some(email) => UndoEmailChangeOutcome::EmailChangeUndone(email),
                None => UndoEmailChangeOutcome::InvalidCode,
            }),
        }
    }

    fn apply_undo(
        &self,
        account: &mut Account,
        undoing: &Undoing<'_>,
        now: Timestamp,
    ) -> Option<Email> {
        let (code, client) = (undoing.code, undoing.client);
        let present = account.email.clone();
        let user = account.user_mut()?;
        let restored = user.email_changes.undo(&present, &undoing.given, now)?;
        user.email_verified = true;
        user.void_password(now);
        user.factors = restored.factors.without_browsers();
        user.identities
            .retain(|it| restored.identities.contains(&it.id));
        user.known_devices.clear();
        user.end_sessions(EndReason::EmailChangeUndone, now, |_| true);
        account.void_codes();
        if restored.email != present {
            account.move_to(restored.email.clone());
        }
        if let Some(user) = account.user_mut() {
            Code::replace(&mut user.reset_code, self.codes.issue(code, now), now);
        }
        account.notify(client.email(EmailKind::EmailChangeUndone), now, &self.rng);
        let reset = EmailKind::PasswordResetCode(code.sealed.clone());
        account.post(client.email(reset), self.codes.lifetime(), now, &self.rng);
        Some(restored.email)
    }
}
