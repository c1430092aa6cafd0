//! Update the profile: changes the user's name or gender.

use super::{Accounts, Caller, InternalError};
use crate::model::{
    Account, FieldCode, FieldError, FieldErrors, Gender, InvalidField, Locale, Name,
};

/// A change of some fields. `None` leaves a field as it is; `Some(None)` is a null, which no field
/// accepts.
#[derive(Debug, Default)]
pub struct UpdateProfile {
    /// The first name, as typed.
    pub first_name: Option<Option<String>>,
    /// The last name, as typed.
    pub last_name: Option<Option<String>>,
    /// The gender.
    pub gender: Option<Option<Gender>>,
    /// The language of messages, as sent.
    pub locale: Option<Option<String>>,
}

/// The outcome of a change of the profile.
#[derive(Debug)]
pub enum UpdateProfileOutcome {
    /// The profile is as requested.
    Updated(Box<Account>),
    /// Some inputs were refused. Nothing was changed.
    InvalidInput(Vec<InvalidField>),
}

impl Accounts {
    /// Changes the fields that were given, all or none.
    ///
    /// # Errors
    /// When the store fails, or the caller's session has ended meanwhile.
    pub async fn update_profile(
        &self,
        caller: Caller,
        command: UpdateProfile,
    ) -> Result<UpdateProfileOutcome, InternalError> {
        let mut errors = FieldErrors::default();
        let name = |given: Option<String>| Name::parse(&given.unwrap_or_default());
        let first_name = command
            .first_name
            .and_then(|given| errors.check("firstName", name(given)));
        let last_name = command
            .last_name
            .and_then(|given| errors.check("lastName", last_name_of(given)));
        let gender = command
            .gender
            .and_then(|given| errors.check("gender", given.ok_or_else(no_gender)));
        let locale = command
            .locale
            .and_then(|given| errors.check("locale", locale_of(given)));
        let refused = errors.into_vec();
        if !refused.is_empty() {
            return Ok(UpdateProfileOutcome::InvalidInput(refused));
        }
        let updated = self.store.update_as(caller, |account, now| {
            let Some(user) = account.user_mut() else {
                return;
            };
            let mut profile = user.profile.clone();
            if let Some(first_name) = &first_name {
                profile.first_name = first_name.clone();
            }
            if let Some(last_name) = &last_name {
                profile.last_name = last_name.clone();
            }
            if let Some(gender) = gender {
                profile.gender = gender;
            }
            let locale = locale.clone().or_else(|| user.locale.clone());
            if profile != user.profile || locale != user.locale {
                user.profile = profile;
                user.locale = locale;
                user.updated_at = now;
            }
        });
        let account = updated.await?.account;
        Ok(UpdateProfileOutcome::Updated(Box::new(account)))
    }
}

/// Parses a last name, which may be empty and not null.
fn last_name_of(given: Option<String>) -> Result<Name, FieldError> {
    match given {
        Some(text) => Name::parse_optional(&text),
        None => Name::parse(""),
    }
}

/// Parses a locale, which may be neither empty nor null.
fn locale_of(given: Option<String>) -> Result<Locale, FieldError> {
    match given {
        Some(text) => Locale::parse(&text),
        None => Err(FieldError::new(
            FieldCode::Required,
            "A locale cannot be removed; choose another instead.",
        )),
    }
}

fn no_gender() -> FieldError {
    let message = "A gender cannot be removed; choose UNDISCLOSED instead.";
    FieldError::new(FieldCode::Required, message)
}
