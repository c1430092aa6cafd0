//! The `login` operation.

use async_graphql::{Context, InputObject, Object, Union};

use super::RequestContext;
use super::types::{
    Authenticated, EmailNotVerified, InvalidCredentials, TokenDelivery, TooManyAttempts,
};
use crate::accounts::{InternalError, Login, LoginOutcome};

/// Who logs in.
#[derive(InputObject)]
struct LoginInput {
    /// The e-mail address.
    email: String,
    /// The password.
    #[graphql(secret)]
    password: String,
    /// A refresh token that this device holds from an earlier login, even of a session that has ended: the device is then
    /// not held up by strangers' wrong guesses. With `delivery: COOKIE` a cookie does that by itself.
    #[graphql(secret)]
    refresh_token: Option<String>,
    /// Where to put the refresh token.
    #[graphql(default_with = "TokenDelivery::Body")]
    delivery: TokenDelivery,
}

/// What becomes of a login.
#[derive(Union)]
enum LoginResult {
    Authenticated(Box<Authenticated>),
    InvalidCredentials(InvalidCredentials),
    EmailNotVerified(EmailNotVerified),
    TooManyAttempts(TooManyAttempts),
}

/// The operation.
#[derive(Default)]
pub(super) struct LoginMutation;

#[Object]
impl LoginMutation {
    /// Logs a user in on this device: a new session.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who logs in.")] input: LoginInput,
    ) -> Result<LoginResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let known_by = input
            .refresh_token
            .map(Into::into)
            .into_iter()
            .chain(request.device.clone())
            .collect();
        let command = Login {
            email: input.email,
            password: input.password.into(),
            known_by,
            client: request.client.clone(),
        };
        let result = match request.accounts.login(command).await? {
            LoginOutcome::Authenticated(it) => LoginResult::Authenticated(Box::new(
                Authenticated::deliver(ctx, *it, input.delivery)?,
            )),
            LoginOutcome::InvalidCredentials => {
                LoginResult::InvalidCredentials(InvalidCredentials::default())
            }
            LoginOutcome::EmailNotVerified => {
                LoginResult::EmailNotVerified(EmailNotVerified::default())
            }
            LoginOutcome::TooManyAttempts(wait) => LoginResult::TooManyAttempts(wait.into()),
        };
        Ok(request.record_outcome(result))
    }
}
