//! Set, change or remove the user's mobile number.

use super::{Accounts, Caller, InternalError, UpdateError};
use crate::model::{
    Account, FieldCode, FieldError, FieldErrors, InvalidField, MobileNumber, SignInMethod, Wait,
};
use crate::rate_limit::{Key, RateLimit};

/// The mobile number as typed. `Some(None)` removes it; `None` is an input that left the field out.
#[derive(Debug)]
pub struct UpdateMobileNumber {
    /// The number.
    pub mobile_number: Option<Option<String>>,
}

/// The outcome of a change of the mobile number.
#[derive(Debug)]
pub enum UpdateMobileNumberOutcome {
    /// The number is as requested.
    Updated(Box<Account>),
    /// The number was refused. Nothing was changed.
    InvalidInput(Vec<InvalidField>),
    /// Another account has the number.
    MobileNumberTaken,
    /// The account has a second factor, and the session's last proof is too old.
    ReauthenticationRequired(Vec<SignInMethod>),
    /// There were too many changes.
    TooManyAttempts(Wait),
}

impl Accounts {
    /// Sets or removes the caller's number. The store ensures that no two accounts have the same
    /// one.
    ///
    /// # Errors
    /// When the store fails, or the caller's session has ended meanwhile.
    pub async fn update_mobile_number(
        &self,
        caller: Caller,
        command: UpdateMobileNumber,
    ) -> Result<UpdateMobileNumberOutcome, InternalError> {
        let mut errors = FieldErrors::default();
        let parsed = parse(command.mobile_number.as_ref());
        let Some(number) = errors.check("mobileNumber", parsed) else {
            return Ok(UpdateMobileNumberOutcome::InvalidInput(errors.into_vec()));
        };
        if let Some(methods) = self.missing_step_up(&caller) {
            return Ok(UpdateMobileNumberOutcome::ReauthenticationRequired(methods));
        }
        let account = caller.account.id.to_string();
        let keys = [Key::new(RateLimit::MobileNumberByAccount, &[&account])];
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(UpdateMobileNumberOutcome::TooManyAttempts(wait));
        }
        let updated = self.store.update_as(caller, |account, now| {
            let user = account
                .user_mut()
                .filter(|user| user.mobile_number != number);
            if let Some(user) = user {
                user.mobile_number.clone_from(&number);
                user.updated_at = now;
            }
        });
        match updated.await {
            Ok(updated) => Ok(UpdateMobileNumberOutcome::Updated(Box::new(
                updated.account,
            ))),
            Err(UpdateError::MobileNumberTaken) => Ok(UpdateMobileNumberOutcome::MobileNumberTaken),
            Err(error) => Err(error.into()),
        }
    }
}

fn parse(typed: Option<&Option<String>>) -> Result<Option<MobileNumber>, FieldError> {
    match typed {
        Some(Some(typed)) => MobileNumber::parse(typed).map(Some),
        Some(None) => Ok(None),
        None => {
            let message = "Give a mobile number, or null to remove it.";
            Err(FieldError::new(FieldCode::Required, message))
        }
    }
}
