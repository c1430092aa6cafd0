//! Request a change of the email address, with the current password: emails a code to the new
//! address, and a token that refuses the change to the present one.

use secrecy::{ExposeSecret, SecretString};

use super::change_password::CurrentPassword;
use super::mail_quota::MailDecision;
use super::one_time_codes::{GeneratedCode, GeneratedUndo};
use super::{Accounts, Caller, Client, InternalError};
use crate::hashing::Permit;
use crate::model::{
    Account, Code, Email, EmailChanges, EmailKind, FieldCode, FieldError, FieldErrors,
    InvalidField, Password, PasswordHash, PendingEmail, SignInMethod, Timestamp, Wait,
};
use crate::rate_limit::RateLimit;
use crate::repository::StoreError;
use crate::token::Purpose;

/// A request for a change of the email address.
#[derive(Debug)]
pub struct RequestEmailChange {
    /// The new address, as typed.
    pub new_email: String,
    /// The current password, as typed.
    pub current_password: SecretString,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of a request for a change of the email address.
#[derive(Debug)]
pub enum RequestEmailChangeOutcome {
    /// A code was emailed to the new address, unless another account has it.
    CodeSent(Email),
    /// The current password is wrong.
    InvalidCredentials,
    /// The session is not fresh, and these proofs make it so.
    ReauthenticationRequired(Vec<SignInMethod>),
    /// The new address was refused.
    InvalidInput(Vec<InvalidField>),
    /// There were too many wrong passwords, emails or changes.
    TooManyAttempts(Wait),
}

/// A change that is requested: the password that allowed it, and what is emailed.
struct Requested<'a> {
    verified: Option<PasswordHash>,
    email: &'a Email,
    /// The code, if it is sent.
    code: Option<&'a GeneratedCode>,
    undo: &'a GeneratedUndo,
    client: &'a Client,
}

/// The result of the decision.
enum Decided {
    Requested,
    PasswordChanged,
    TooManyChanges(Wait),
}

impl Accounts {
    /// Emails a code to the new address. The present one stays until the code is entered, and gets a
    /// token that refuses the change. The response is the same if another account has the address.
    ///
    /// # Errors
    /// When the store fails, the hashing pool is full, or the caller's session has ended meanwhile.
    pub async fn request_email_change(
        &self,
        caller: Caller,
        command: RequestEmailChange,
    ) -> Result<RequestEmailChangeOutcome, InternalError> {
        let client = &command.client;
        let permit = self.hashing.try_acquire(&client.key())?;
        let email = match parse(&command.new_email, &caller.account.email) {
            Ok(email) => email,
            Err(refused) => return Ok(RequestEmailChangeOutcome::InvalidInput(refused)),
        };
        let verified = match self.allow_change(&caller, &permit, &command).await? {
            Ok(verified) => verified,
            Err(refused) => return Ok(refused),
        };
        let decision = self.limiter.reserve_mail(&email, client).await?;
        if let MailDecision::Refuse(wait) = decision {
            return Ok(RequestEmailChangeOutcome::TooManyAttempts(wait));
        }
        let is_sent = decision == MailDecision::Send
            && self.is_free(&email).await?
            && self
                .limiter
                .reserve_overall_mail(RateLimit::MailOverall)
                .await?;
        let code = self.codes.generate(Purpose::EmailChangeCode, &email);
        let undo = self.codes.generate_undo(caller.account.id);
        let requested = Requested {
            verified,
            email: &email,
            code: is_sent.then_some(&code),
            undo: &undo,
            client,
        };
        let updated = self
            .store
            .update_as(caller, |account, now| {
                self.apply_request(account, &requested, now)
            })
            .await?;
        Ok(match updated.outcome {
            Decided::Requested => RequestEmailChangeOutcome::CodeSent(email),
            Decided::PasswordChanged => RequestEmailChangeOutcome::InvalidCredentials,
            Decided::TooManyChanges(wait) => RequestEmailChangeOutcome::TooManyAttempts(wait),
        })
    }

    /// Returns whether the address has no account, or one that has never proven it and gives way.
    async fn is_free(&self, email: &Email) -> Result<bool, StoreError> {
        let found = self.store.by_email(email).await?;
        Ok(found.is_none_or(|account| account.is_unproven()))
    }

    /// Returns the password that allows the change, or the reason for which it is refused.
    async fn allow_change(
        &self,
        caller: &Caller,
        permit: &Permit,
        command: &RequestEmailChange,
    ) -> Result<Result<Option<PasswordHash>, RequestEmailChangeOutcome>, InternalError> {
        if let Some(methods) = self.missing_step_up(caller) {
            return Ok(Err(RequestEmailChangeOutcome::ReauthenticationRequired(
                methods,
            )));
        }
        let current = Password::unchecked(command.current_password.expose_secret());
        Ok(match self.verify_current(permit, caller, &current).await? {
            CurrentPassword::Valid(hash) => Ok(hash),
            CurrentPassword::Invalid => Err(RequestEmailChangeOutcome::InvalidCredentials),
            CurrentPassword::Stale(methods) => {
                Err(RequestEmailChangeOutcome::ReauthenticationRequired(methods))
            }
            CurrentPassword::TooManyAttempts(wait) => {
                Err(RequestEmailChangeOutcome::TooManyAttempts(wait))
            }
        })
    }

    fn apply_request(
        &self,
        account: &mut Account,
        requested: &Requested<'_>,
        now: Timestamp,
    ) -> Decided {
        let undo_until = now.plus(self.policy.email_undo);
        let undo = requested.undo.until(undo_until);
        let Some(user) = account
            .user_mut()
            .filter(|user| user.password == requested.verified)
        else {
            return Decided::PasswordChanged;
        };
        let identities = user.identity_ids();
        let changes = &mut user.email_changes;
        changes.prune_expired(now);
        if let Some(first) = changes.former.first()
            && changes.former.len() >= EmailChanges::FORMER
        {
            return Decided::TooManyChanges(Wait(now.until(first.until())));
        }
        let code = requested.code.map(|code| self.codes.issue(code, now));
        changes.pending = Some(PendingEmail {
            email: requested.email.clone(),
            code: newest(changes.pending.take(), requested.email, code, now),
            undo,
            factors: user.factors.clone(),
            identities,
        });
        // A code that was sent to an address that is not wanted any longer is of no use.
        account
            .outbox
            .retain(|email| !matches!(email.kind, EmailKind::EmailChangeCode(_)));
        if let Some(code) = requested.code {
            let kind = EmailKind::EmailChangeCode(code.sealed.clone());
            let message = requested.client.email(kind).to(requested.email.clone());
            account.post(message, self.codes.lifetime(), now, &self.rng);
        }
        let notice = EmailKind::EmailChangeRequested {
            undo_token: requested.undo.sealed.clone(),
            undo_until,
        };
        account.notify(requested.client.email(notice), now, &self.rng);
        Decided::Requested
    }
}

/// Returns the code that is valid from now on: the new one, or the one that was sent to the same
/// address before.
fn newest(
    earlier: Option<PendingEmail>,
    email: &Email,
    code: Option<Code>,
    now: Timestamp,
) -> Option<Code> {
    let earlier = earlier.filter(|it| it.email == *email);
    let mut slot = earlier.and_then(|it| it.code);
    if let Some(code) = code {
        Code::replace(&mut slot, code, now);
    }
    slot
}

fn parse(typed: &str, present: &Email) -> Result<Email, Vec<InvalidField>> {
    let mut errors = FieldErrors::default();
    let parsed = Email::parse(typed).and_then(|email| {
        if email == *present {
            let message = "The new email address is the present one.";
            Err(FieldError::new(FieldCode::Unchanged, message))
        } else {
            Ok(email)
        }
    });
    errors
        .check("newEmail", parsed)
        .ok_or_else(|| errors.into_vec())
}
