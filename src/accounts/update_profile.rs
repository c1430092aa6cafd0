//! Change one's name or gender.

use super::{Accounts, Caller, Fault};
use crate::model::{Account, FieldCode, Form, Gender, InvalidField, Name, Refusal};

/// A change of some fields: `None` leaves a field as it is, `Some(None)` would remove what cannot be removed.
#[derive(Debug, Default)]
pub struct UpdateProfile {
    /// First name, as typed.
    pub first_name: Option<Option<String>>,
    /// Last name, as typed.
    pub last_name: Option<Option<String>>,
    /// Gender.
    pub gender: Option<Option<Gender>>,
}

/// What became of it.
#[derive(Debug)]
pub enum UpdateProfileOutcome {
    /// The profile is as asked.
    Updated(Box<Account>),
    /// Inputs were refused. Nothing was changed.
    InvalidInput(Vec<InvalidField>),
}

impl Accounts {
    /// Changes the fields that were given, all or none.
    ///
    /// # Errors
    /// When the store fails, or the caller's session was ended meanwhile.
    pub async fn update_profile(&self, caller: Caller, command: UpdateProfile) -> Result<UpdateProfileOutcome, Fault> {
        let mut form = Form::default();
        let name = |given: Option<String>| Name::parse(&given.unwrap_or_default());
        let first_name = command.first_name.map(|given| form.take("firstName", name(given)));
        let last_name = command.last_name.map(|given| form.take("lastName", name(given)));
        let gender = command.gender.map(|given| form.take("gender", given.ok_or_else(no_gender)));
        let refused = form.into_refused();
        if !refused.is_empty() {
            return Ok(UpdateProfileOutcome::InvalidInput(refused));
        }
        let ((), account) = self
            .change_as(caller, |account, now| {
                let Some(user) = account.user_mut() else { return };
                let mut profile = user.profile.clone();
                first_name.iter().flatten().for_each(|name| profile.first_name = name.clone());
                last_name.iter().flatten().for_each(|name| profile.last_name = name.clone());
                gender.iter().flatten().for_each(|gender| profile.gender = *gender);
                if profile != user.profile {
                    user.profile = profile;
                    user.updated_at = now;
                }
            })
            .await??;
        Ok(UpdateProfileOutcome::Updated(Box::new(account)))
    }
}

fn no_gender() -> Refusal {
    Refusal::new(FieldCode::Required, "A gender cannot be removed; choose UNDISCLOSED instead.")
}
