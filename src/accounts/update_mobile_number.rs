//! Set, change or remove one's mobile number.

use super::{Accounts, Caller, Conflict, Fault};
use crate::model::{Account, FieldCode, Form, InvalidField, MobileNumber, Refusal, Wait};
use crate::throttle::Budget;

/// The number as typed, or `Some(None)` to remove it; `None` is a form that forgot to say.
#[derive(Debug)]
pub struct UpdateMobileNumber {
    /// The number.
    pub mobile_number: Option<Option<String>>,
}

/// What became of it.
#[derive(Debug)]
pub enum UpdateMobileNumberOutcome {
    /// The number is as asked.
    Updated(Box<Account>),
    /// It was refused. Nothing was changed.
    InvalidInput(Vec<InvalidField>),
    /// Another account has it.
    MobileNumberTaken,
    /// Too many changes.
    TooManyAttempts(Wait),
}

impl Accounts {
    /// Sets or removes the caller's number; the store sees to it that no two accounts have the same.
    ///
    /// # Errors
    /// When the store fails, or the caller's session was ended meanwhile.
    pub async fn update_mobile_number(
        &self,
        caller: Caller,
        command: UpdateMobileNumber,
    ) -> Result<UpdateMobileNumberOutcome, Fault> {
        let mut form = Form::default();
        let parsed = match command.mobile_number {
            Some(Some(typed)) => MobileNumber::parse(&typed).map(Some),
            Some(None) => Ok(None),
            None => Err(Refusal::new(FieldCode::Required, "Give a mobile number, or null to remove it.")),
        };
        let Some(number) = form.take("mobileNumber", parsed) else {
            return Ok(UpdateMobileNumberOutcome::InvalidInput(form.into_refused()));
        };
        let account = caller.account.id.to_string();
        if let Some(wait) = self.spend(&[(Budget::MobileNumberByAccount, vec![&account])]).await? {
            return Ok(UpdateMobileNumberOutcome::TooManyAttempts(wait));
        }
        let changed = self.change_as(caller, |account, now| {
            if let Some(user) = account.user_mut().filter(|user| user.mobile_number != number) {
                user.mobile_number.clone_from(&number);
                user.updated_at = now;
            }
        });
        Ok(match changed.await? {
            Ok(((), account)) => UpdateMobileNumberOutcome::Updated(Box::new(account)),
            Err(Conflict::MobileNumberTaken) => UpdateMobileNumberOutcome::MobileNumberTaken,
            Err(Conflict::Gone) => return Err(Fault::SignedOut),
        })
    }
}
