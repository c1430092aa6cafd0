//! The `changePassword` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{
    InvalidCredentials, InvalidInput, ReauthenticationRequired, TooManyAttempts, User,
};
use crate::accounts::{ChangePassword, ChangePasswordOutcome, InternalError, SignedOutReason};

/// The current password and the new one.
#[derive(InputObject)]
struct ChangePasswordInput {
    /// The user's current password. Leave it out for a user without a password (`User.hasPassword`),
    /// in a session with a recent proof. Otherwise the result is `InvalidCredentials` without it.
    #[graphql(secret)]
    current_password: Option<String>,
    /// The new password, which must differ from the current one. `policy` has the allowed lengths.
    #[graphql(secret)]
    new_password: String,
}

/// The password is changed, and all other sessions of the user have ended.
#[derive(SimpleObject)]
struct PasswordChanged {
    /// The user, with the one session that remains.
    user: User,
}

/// The possible results of `changePassword`.
#[derive(Union)]
enum ChangePasswordResult {
    PasswordChanged(Box<PasswordChanged>),
    InvalidCredentials(InvalidCredentials),
    InvalidInput(InvalidInput),
    TooManyAttempts(TooManyAttempts),
    ReauthenticationRequired(ReauthenticationRequired),
}

/// The resolver of `changePassword`.
#[derive(Default)]
pub(super) struct ChangePasswordMutation;

impl Operation for ChangePasswordMutation {
    const FIELD: &'static str = "changePassword";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl ChangePasswordMutation {
    /// Changes the signed-in user's password, and ends all of the user's other sessions.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The current password and the new one.")] input: ChangePasswordInput,
    ) -> Result<ChangePasswordResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        let session = caller.session;
        let command = ChangePassword {
            current_password: input.current_password.unwrap_or_default().into(),
            new_password: input.new_password.into(),
            client: request.client.clone(),
        };
        let result = match request.accounts.change_password(caller, command).await? {
            ChangePasswordOutcome::PasswordChanged(account) => {
                // The old password's device cookie is void now. A cookie of another user stays as
                // it is.
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
            ChangePasswordOutcome::ReauthenticationRequired(methods) => {
                ChangePasswordResult::ReauthenticationRequired(methods.into())
            }
            ChangePasswordOutcome::TooManyAttempts(wait) => {
                ChangePasswordResult::TooManyAttempts(wait.into())
            }
        };
        Ok(request.record_outcome(result))
    }
}
