//! The `forgotPassword` operation.

use async_graphql::{Context, InputObject, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{CodeSent, InvalidInput, TooManyAttempts};
use crate::accounts::{ForgotPassword, ForgotPasswordOutcome, InternalError};

/// The account whose password was forgotten.
#[derive(InputObject)]
struct ForgotPasswordInput {
    /// The user's email address. Case and surrounding spaces are ignored.
    email: String,
}

/// The possible results of `forgotPassword`.
#[derive(Union)]
enum ForgotPasswordResult {
    CodeSent(CodeSent),
    InvalidInput(InvalidInput),
    TooManyAttempts(TooManyAttempts),
}

/// The resolver of `forgotPassword`.
#[derive(Default)]
pub(super) struct ForgotPasswordMutation;

impl Operation for ForgotPasswordMutation {
    const FIELD: &'static str = "forgotPassword";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl ForgotPasswordMutation {
    /// Emails a one-time code for `resetPassword`. A new code replaces the one before.
    async fn forgot_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account whose password was forgotten.")] input: ForgotPasswordInput,
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
