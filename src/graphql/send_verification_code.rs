//! The `sendVerificationCode` operation.

use async_graphql::{Context, InputObject, Object, Union};

use super::RequestContext;
use super::types::{CodeSent, InvalidInput, TooManyAttempts};
use crate::accounts::{InternalError, SendVerificationCode, SendVerificationCodeOutcome};

/// Which address to prove.
#[derive(InputObject)]
struct SendVerificationCodeInput {
    /// The e-mail address.
    email: String,
}

/// What becomes of a request for a code.
#[derive(Union)]
enum SendVerificationCodeResult {
    CodeSent(CodeSent),
    InvalidInput(InvalidInput),
    TooManyAttempts(TooManyAttempts),
}

/// The operation.
#[derive(Default)]
pub(super) struct SendVerificationCodeMutation;

#[Object]
impl SendVerificationCodeMutation {
    /// Mails a one-time code for `verifyEmail`, if the address is not verified yet.
    async fn send_verification_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which address to prove.")] input: SendVerificationCodeInput,
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
