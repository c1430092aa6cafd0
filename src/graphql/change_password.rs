//! The `changePassword` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};

use super::RequestContext;
use super::types::{InvalidCredentials, InvalidInput, TooManyAttempts, User};
use crate::accounts::{ChangePassword, ChangePasswordOutcome, InternalError, SignedOutReason};

/// The old password and the new one.
#[derive(InputObject)]
struct ChangePasswordInput {
    /// The password in force.
    #[graphql(secret)]
    current_password: String,
    /// The password to be: see `policy` for its length. Must differ from the one in force.
    #[graphql(secret)]
    new_password: String,
}

/// The password is changed, and every other session of the user has ended.
#[derive(SimpleObject)]
struct PasswordChanged {
    /// The user, with the session that is left.
    user: User,
}

/// What becomes of a change of password.
#[derive(Union)]
enum ChangePasswordResult {
    PasswordChanged(Box<PasswordChanged>),
    InvalidCredentials(InvalidCredentials),
    InvalidInput(InvalidInput),
    TooManyAttempts(TooManyAttempts),
}

/// The operation.
#[derive(Default)]
pub(super) struct ChangePasswordMutation;

#[Object]
impl ChangePasswordMutation {
    /// Asks for the old password; ends every other session of the user.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old password and the new one.")] input: ChangePasswordInput,
    ) -> Result<ChangePasswordResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        let session = caller.session;
        let command = ChangePassword {
            current_password: input.current_password.into(),
            new_password: input.new_password.into(),
        };
        let result = match request.accounts.change_password(caller, command).await? {
            ChangePasswordOutcome::PasswordChanged(account) => {
                // The new password has made its old cookie worthless; one of another user is left alone.
                if request
                    .device
                    .as_ref()
                    .is_some_and(|token| request.accounts.is_device_of(&account, token))
                {
                    request.remember_browser(ctx, &account);
                }
                let user = User::new(*account, session, request.accounts.now())
                    .ok_or(InternalError::SignedOut(SignedOutReason::Ended))?;
                ChangePasswordResult::PasswordChanged(Box::new(PasswordChanged { user }))
            }
            ChangePasswordOutcome::InvalidCredentials => {
                ChangePasswordResult::InvalidCredentials(InvalidCredentials::default())
            }
            ChangePasswordOutcome::InvalidInput(fields) => {
                ChangePasswordResult::InvalidInput(fields.into())
            }
            ChangePasswordOutcome::TooManyAttempts(wait) => {
                ChangePasswordResult::TooManyAttempts(wait.into())
            }
        };
        Ok(request.record_outcome(result))
    }
}
