//! The `updateProfile` operation.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{Gender, InvalidInput, UserUpdated};
use crate::accounts::{InternalError, UpdateProfile, UpdateProfileOutcome};

/// The fields to change: a field that is left out keeps its value, and null is refused.
#[derive(InputObject)]
struct UpdateProfileInput {
    /// The user's first name: 1 to 100 characters.
    first_name: MaybeUndefined<String>,
    /// The user's last name: up to 100 characters, or "" for people with one name.
    last_name: MaybeUndefined<String>,
    /// The user's gender.
    gender: MaybeUndefined<Gender>,
    /// The language of messages to the user: a BCP 47 tag, such as `de` or `pt-BR`.
    locale: MaybeUndefined<String>,
}

/// The possible results of `updateProfile`.
#[derive(Union)]
enum UpdateProfileResult {
    UserUpdated(Box<UserUpdated>),
    InvalidInput(InvalidInput),
}

/// The resolver of `updateProfile`.
#[derive(Default)]
pub(super) struct UpdateProfileMutation;

impl Operation for UpdateProfileMutation {
    const FIELD: &'static str = "updateProfile";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl UpdateProfileMutation {
    /// Changes the given fields of the signed-in user's profile: all of them, or none if one is
    /// invalid.
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The fields to change.")] input: UpdateProfileInput,
    ) -> Result<UpdateProfileResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        let session = caller.session;
        let command = UpdateProfile {
            first_name: input.first_name.as_opt_ref().map(Option::<&String>::cloned),
            last_name: input.last_name.as_opt_ref().map(Option::<&String>::cloned),
            gender: input
                .gender
                .as_opt_ref()
                .map(|given| given.copied().map(Into::into)),
            locale: input.locale.as_opt_ref().map(Option::<&String>::cloned),
        };
        let result = match request.accounts.update_profile(caller, command).await? {
            UpdateProfileOutcome::Updated(account) => UpdateProfileResult::UserUpdated(Box::new(
                UserUpdated::new(request, *account, session)?,
            )),
            UpdateProfileOutcome::InvalidInput(fields) => {
                UpdateProfileResult::InvalidInput(fields.into())
            }
        };
        Ok(request.record_outcome(result))
    }
}
