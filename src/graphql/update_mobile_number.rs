//! The `updateMobileNumber` operation.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{
    InvalidInput, MobileNumberTaken, ReauthenticationRequired, TooManyAttempts, UserUpdated,
};
use crate::accounts::{InternalError, UpdateMobileNumber, UpdateMobileNumberOutcome};

/// The new mobile number.
#[derive(InputObject)]
struct UpdateMobileNumberInput {
    /// The mobile number with its country code, such as +49 151 12345678. Null removes it.
    mobile_number: MaybeUndefined<String>,
}

/// The possible results of `updateMobileNumber`.
#[derive(Union)]
enum UpdateMobileNumberResult {
    UserUpdated(Box<UserUpdated>),
    InvalidInput(InvalidInput),
    MobileNumberTaken(MobileNumberTaken),
    TooManyAttempts(TooManyAttempts),
    ReauthenticationRequired(ReauthenticationRequired),
}

/// The resolver of `updateMobileNumber`.
#[derive(Default)]
pub(super) struct UpdateMobileNumberMutation;

impl Operation for UpdateMobileNumberMutation {
    const FIELD: &'static str = "updateMobileNumber";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl UpdateMobileNumberMutation {
    /// Sets, changes or removes the signed-in user's mobile number. A user with a second factor needs
    /// a recent proof for it.
    async fn update_mobile_number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new mobile number, or null to remove it.")]
        input: UpdateMobileNumberInput,
    ) -> Result<UpdateMobileNumberResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        let session = caller.session;
        let command = UpdateMobileNumber {
            mobile_number: input
                .mobile_number
                .as_opt_ref()
                .map(Option::<&String>::cloned),
        };
        let result = match request
            .accounts
            .update_mobile_number(caller, command)
            .await?
        {
            UpdateMobileNumberOutcome::Updated(account) => UpdateMobileNumberResult::UserUpdated(
                Box::new(UserUpdated::new(request, *account, session)?),
            ),
            UpdateMobileNumberOutcome::InvalidInput(fields) => {
                UpdateMobileNumberResult::InvalidInput(fields.into())
            }
            UpdateMobileNumberOutcome::MobileNumberTaken => {
                UpdateMobileNumberResult::MobileNumberTaken(MobileNumberTaken::default())
            }
            UpdateMobileNumberOutcome::ReauthenticationRequired(methods) => {
                UpdateMobileNumberResult::ReauthenticationRequired(methods.into())
            }
            UpdateMobileNumberOutcome::TooManyAttempts(wait) => {
                UpdateMobileNumberResult::TooManyAttempts(wait.into())
            }
        };
        Ok(request.record_outcome(result))
    }
}
