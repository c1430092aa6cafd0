//! The `resetPassword` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};

use super::RequestContext;
use super::types::{InvalidCode, InvalidInput, TooManyAttempts};
use crate::accounts::{InternalError, ResetPassword, ResetPasswordOutcome};

/// The code, and the password to be.
#[derive(InputObject)]
struct ResetPasswordInput {
    /// The e-mail address.
    email: String,
    /// The code from the letter.
    #[graphql(secret)]
    code: String,
    /// The password to be: see `policy` for its length.
    #[graphql(secret)]
    new_password: String,
}

/// The password is set, and every session of the user has ended.
#[derive(SimpleObject)]
struct PasswordReset {
    /// The address, in its canonical form.
    email: String,
}

/// What becomes of a reset.
#[derive(Union)]
enum ResetPasswordResult {
    PasswordReset(PasswordReset),
    InvalidCode(InvalidCode),
    InvalidInput(InvalidInput),
    TooManyAttempts(TooManyAttempts),
}

/// The operation.
#[derive(Default)]
pub(super) struct ResetPasswordMutation;

#[Object]
impl ResetPasswordMutation {
    /// Spends the code, sets the password, ends every session of the user, and so also proves the address.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code, and the password to be.")] input: ResetPasswordInput,
    ) -> Result<ResetPasswordResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let command = ResetPassword {
            email: input.email,
            code: input.code.into(),
            new_password: input.new_password.into(),
            client: request.client.clone(),
        };
        let result = match request.accounts.reset_password(command).await? {
            ResetPasswordOutcome::PasswordReset(email) => {
                ResetPasswordResult::PasswordReset(PasswordReset {
                    email: email.as_str().to_owned(),
                })
            }
            ResetPasswordOutcome::InvalidCode => {
                ResetPasswordResult::InvalidCode(InvalidCode::default())
            }
            ResetPasswordOutcome::InvalidInput(fields) => {
                ResetPasswordResult::InvalidInput(fields.into())
            }
            ResetPasswordOutcome::TooManyAttempts(wait) => {
                ResetPasswordResult::TooManyAttempts(wait.into())
            }
        };
        Ok(request.record_outcome(result))
    }
}
