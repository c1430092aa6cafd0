//! The `undoEmailChange` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{InvalidCode, TooManyAttempts};
use crate::accounts::{InternalError, UndoEmailChange, UndoEmailChangeOutcome};

/// The token from the email to the old address.
#[derive(InputObject)]
struct UndoEmailChangeInput {
    /// The token from the email to the old address.
    #[graphql(secret)]
    token: String,
}

/// The account has its address again. All of the user's sessions have ended, the password is void,
/// and a reset code was emailed.
#[derive(SimpleObject)]
struct EmailChangeUndone {
    /// The restored email address, in canonical form: continue with `resetPassword`.
    email: String,
}

/// The possible results of `undoEmailChange`.
#[derive(Union)]
enum UndoEmailChangeResult {
    EmailChangeUndone(EmailChangeUndone),
    InvalidCode(InvalidCode),
    TooManyAttempts(TooManyAttempts),
}

/// The resolver of `undoEmailChange`.
#[derive(Default)]
pub(super) struct UndoEmailChangeMutation;

impl Operation for UndoEmailChangeMutation {
    const FIELD: &'static str = "undoEmailChange";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl UndoEmailChangeMutation {
    /// Takes a change of the email address back, or refuses one that waits, with the token from the
    /// email to the old address. Needs no session: ends every one of the user's, voids the password
    /// and the second factors that were added since, and emails a reset code to the address.
    async fn undo_email_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token from the email to the old address.")]
        input: UndoEmailChangeInput,
    ) -> Result<UndoEmailChangeResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let command = UndoEmailChange {
            token: input.token.into(),
            client: request.client.clone(),
        };
        let result = match request.accounts.undo_email_change(command).await? {
            UndoEmailChangeOutcome::EmailChangeUndone(email) => {
                UndoEmailChangeResult::EmailChangeUndone(EmailChangeUndone {
                    email: email.as_str().to_owned(),
                })
            }
            UndoEmailChangeOutcome::InvalidCode => {
                UndoEmailChangeResult::InvalidCode(InvalidCode::default())
            }
            UndoEmailChangeOutcome::TooManyAttempts(wait) => {
                UndoEmailChangeResult::TooManyAttempts(wait.into())
            }
        };
        Ok(request.record_outcome(result))
    }
}
