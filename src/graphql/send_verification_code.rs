//! The `sendVerificationCode` operation.

use async_graphql::{Context, InputObject, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{CodeSent, InvalidInput, TooManyAttempts};
use crate::accounts::{InternalError, SendVerificationCode, SendVerificationCodeOutcome};

/// The email address to verify.
#[derive(InputObject)]
struct SendVerificationCodeInput {
    /// The user's email address. Case and surrounding spaces are ignored.
    email: String,
}

/// The possible results of `sendVerificationCode`.
#[derive(Union)]
enum SendVerificationCodeResult {
    CodeSent(CodeSent),
    InvalidInput(InvalidInput),
    TooManyAttempts(TooManyAttempts),
}

/// The resolver of `sendVerificationCode`.
#[derive(Default)]
pub(super) struct SendVerificationCodeMutation;

impl Operation for SendVerificationCodeMutation {
    const FIELD: &'static str = "sendVerificationCode";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl SendVerificationCodeMutation {
    /// Emails a one-time code for `verifyEmail`, if the address is not verified yet. A new code
    /// replaces the one before.
    async fn send_verification_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The email address to verify.")] input: SendVerificationCodeInput,
    ) -> Result<SendVerificationCodeResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let command = SendVerificationCode {
            email: input.email,
            client: request.client.clone(),
        };
        let result = match request.accounts.send_verification_code(command).await? {
            SendVerificationCodeOutcome::CodeSent(email) => {
                SendVerificationCodeResult::CodeSent(CodeSent::new(request, &email))
            }
            SendVerificationCodeOutcome::InvalidInput(fields) => {
                SendVerificationCodeResult::InvalidInput(fields.into())
            }
            SendVerificationCodeOutcome::TooManyAttempts(wait) => {
                SendVerificationCodeResult::TooManyAttempts(wait.into())
            }
        };
        Ok(request.record_outcome(result))
    }
}
