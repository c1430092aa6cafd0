//! The `updateProfile` operation.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Union};

use super::RequestContext;
use super::types::{Gender, InvalidInput, UserUpdated};
use crate::accounts::{InternalError, UpdateProfile, UpdateProfileOutcome};

/// A field left out stays as it is.
#[derive(InputObject)]
struct UpdateProfileInput {
    /// First name: 1 to 100 characters.
    first_name: MaybeUndefined<String>,
    /// Last name: at most 100 characters; "" for people with one name.
    last_name: MaybeUndefined<String>,
    /// Gender.
    gender: MaybeUndefined<Gender>,
}

/// What becomes of a change of profile.
#[derive(Union)]
enum UpdateProfileResult {
    UserUpdated(Box<UserUpdated>),
    InvalidInput(InvalidInput),
}

/// The operation.
#[derive(Default)]
pub(super) struct UpdateProfileMutation;

#[Object]
impl UpdateProfileMutation {
    /// Changes the fields that are given, all or none.
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
