//! The `confirmEmailChange` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{EmailTaken, InvalidCode, TooManyAttempts, User};
use crate::accounts::{
    ConfirmEmailChange, ConfirmEmailChangeOutcome, InternalError, SignedOutReason,
};

/// The code from the email to the new address.
#[derive(InputObject)]
struct ConfirmEmailChangeInput {
    /// The one-time code from the email to the new address.
    #[graphql(secret)]
    code: String,
}

/// The account has the new email address, which is verified.
#[derive(SimpleObject)]
struct EmailChanged {
    /// The user, with the new address.
    user: User,
}

/// The possible results of `confirmEmailChange`.
#[derive(Union)]
enum ConfirmEmailChangeResult {
    EmailChanged(Box<EmailChanged>),
    InvalidCode(InvalidCode),
    EmailTaken(EmailTaken),
    TooManyAttempts(TooManyAttempts),
}

/// The resolver of `confirmEmailChange`.
#[derive(Default)]
pub(super) struct ConfirmEmailChangeMutation;

impl Operation for ConfirmEmailChangeMutation {
    const FIELD: &'static str = "confirmEmailChange";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl ConfirmEmailChangeMutation {
    /// Moves the signed-in user's account to the address of `pendingEmail`, with the code that was
    /// emailed to it. The old address gets a token that takes the change back with
    /// `undoEmailChange`. Sessions go on; codes that were emailed before are void.
    async fn confirm_email_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code from the email to the new address.")]
        input: ConfirmEmailChangeInput,
    ) -> Result<ConfirmEmailChangeResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        let session = caller.session;
        let command = ConfirmEmailChange {
            code: input.code.into(),
            client: request.client.clone(),
        };
        let outcome = request
            .accounts
            .confirm_email_change(caller, command)
            .await?;
        let result = match outcome {
            ConfirmEmailChangeOutcome::EmailChanged(account) => {
                let user = User::new(*account, session, request.accounts.now())
                    .ok_or(InternalError::SignedOut(SignedOutReason::Ended))?;
                ConfirmEmailChangeResult::EmailChanged(Box::new(EmailChanged { user }))
            }
            ConfirmEmailChangeOutcome::InvalidCode => {
                ConfirmEmailChangeResult::InvalidCode(InvalidCode::default())
            }
            ConfirmEmailChangeOutcome::EmailTaken => {
                ConfirmEmailChangeResult::EmailTaken(EmailTaken::default())
            }
            ConfirmEmailChangeOutcome::TooManyAttempts(wait) => {
                ConfirmEmailChangeResult::TooManyAttempts(wait.into())
            }
        };
        Ok(request.record_outcome(result))
    }
}
