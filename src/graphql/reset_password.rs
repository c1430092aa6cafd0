//! The `resetPassword` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{InvalidCode, InvalidInput, TooManyAttempts};
use crate::accounts::{InternalError, ResetPassword, ResetPasswordOutcome};

/// The emailed code and the new password.
#[derive(InputObject)]
struct ResetPasswordInput {
    /// The user's email address. Case and surrounding spaces are ignored.
    email: String,
    /// The one-time code from the email.
    #[graphql(secret)]
    code: String,
    /// The new password. `policy` has the allowed lengths; case and spaces count.
    #[graphql(secret)]
    new_password: String,
}

/// The password is set, and all of the user's sessions have ended.
#[derive(SimpleObject)]
struct PasswordReset {
    /// The email address, in canonical form.
    email: String,
}

/// The possible results of `resetPassword`.
#[derive(Union)]
enum ResetPasswordResult {
    PasswordReset(PasswordReset),
    InvalidCode(InvalidCode),
    InvalidInput(InvalidInput),
    TooManyAttempts(TooManyAttempts),
}

/// The resolver of `resetPassword`.
#[derive(Default)]
pub(super) struct ResetPasswordMutation;

impl Operation for ResetPasswordMutation {
    const FIELD: &'static str = "resetPassword";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl ResetPasswordMutation {
    /// Sets a new password with an emailed code. Ends all of the user's sessions, and verifies the
    /// email address.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The emailed code and the new password.")] input: ResetPasswordInput,
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
