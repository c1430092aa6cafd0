//! The `forgotPassword` operation.

use async_graphql::{Context, InputObject, Object, Union};

use super::RequestContext;
use super::types::{CodeSent, InvalidInput, TooManyAttempts};
use crate::accounts::{ForgotPassword, ForgotPasswordOutcome, InternalError};

/// Whose password was forgotten.
#[derive(InputObject)]
struct ForgotPasswordInput {
    /// The e-mail address.
    email: String,
}

/// What becomes of a request for a code.
#[derive(Union)]
enum ForgotPasswordResult {
    CodeSent(CodeSent),
    InvalidInput(InvalidInput),
    TooManyAttempts(TooManyAttempts),
}

/// The operation.
#[derive(Default)]
pub(super) struct ForgotPasswordMutation;

#[Object]
impl ForgotPasswordMutation {
    /// Mails a one-time code for `resetPassword`. The newest code alone is good.
    async fn forgot_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose password was forgotten.")] input: ForgotPasswordInput,
    ) -> Result<ForgotPasswordResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let command = ForgotPassword {
            email: input.email,
            client: request.client.clone(),
        };
        let result = match request.accounts.forgot_password(command).await? {
            ForgotPasswordOutcome::CodeSent(email) => {
                ForgotPasswordResult::CodeSent(CodeSent::new(request, &email))
            }
            ForgotPasswordOutcome::InvalidInput(fields) => {
                ForgotPasswordResult::InvalidInput(fields.into())
            }
            ForgotPasswordOutcome::TooManyAttempts(wait) => {
                ForgotPasswordResult::TooManyAttempts(wait.into())
            }
        };
        Ok(request.record_outcome(result))
    }
}
