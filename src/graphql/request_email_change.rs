//! The `requestEmailChange` operation.

use async_graphql::{Context, InputObject, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{
    CodeSent, InvalidCredentials, InvalidInput, ReauthenticationRequired, TooManyAttempts,
};
use crate::accounts::{InternalError, RequestEmailChange, RequestEmailChangeOutcome};

/// The new email address.
#[derive(InputObject)]
struct RequestEmailChangeInput {
    /// The new email address. Case and surrounding spaces are ignored.
    new_email: String,
    /// The user's current password. Without it the result is `InvalidCredentials`.
    #[graphql(secret)]
    current_password: Option<String>,
}

/// The possible results of `requestEmailChange`.
#[derive(Union)]
enum RequestEmailChangeResult {
    CodeSent(CodeSent),
    InvalidCredentials(InvalidCredentials),
    InvalidInput(InvalidInput),
    ReauthenticationRequired(ReauthenticationRequired),
    TooManyAttempts(TooManyAttempts),
}

/// The resolver of `requestEmailChange`.
#[derive(Default)]
pub(super) struct RequestEmailChangeMutation;

impl Operation for RequestEmailChangeMutation {
    const FIELD: &'static str = "requestEmailChange";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl RequestEmailChangeMutation {
    /// Emails a code to a new address for the signed-in user, and a notice to the present one, which
    /// stays until `confirmEmailChange`. The result is `CodeSent` also if another account has the
    /// address: no code is sent then.
    async fn request_email_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new email address, and the current password.")]
        input: RequestEmailChangeInput,
    ) -> Result<RequestEmailChangeResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        let command = RequestEmailChange {
            new_email: input.new_email,
            current_password: input.current_password.unwrap_or_default().into(),
            client: request.client.clone(),
        };
        let outcome = request
            .accounts
            .request_email_change(caller, command)
            .await?;
        let result = match outcome {
            RequestEmailChangeOutcome::CodeSent(email) => {
                RequestEmailChangeResult::CodeSent(CodeSent::new(request, &email))
            }
            RequestEmailChangeOutcome::InvalidCredentials => {
                RequestEmailChangeResult::InvalidCredentials(InvalidCredentials::default())
            }
            RequestEmailChangeOutcome::ReauthenticationRequired(methods) => {
                RequestEmailChangeResult::ReauthenticationRequired(methods.into())
            }
            RequestEmailChangeOutcome::InvalidInput(fields) => {
                RequestEmailChangeResult::InvalidInput(fields.into())
            }
            RequestEmailChangeOutcome::TooManyAttempts(wait) => {
                RequestEmailChangeResult::TooManyAttempts(wait.into())
            }
        };
        Ok(request.record_outcome(result))
    }
}
