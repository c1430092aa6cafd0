//! The `login` operation.

use async_graphql::{Context, InputObject, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{
    Authenticated, Defaulted, DeletionPending, EmailNotVerified, InvalidCredentials, MfaRequired,
    MfaSetupRequired, SignInMembers, TokenDelivery, TooManyAttempts,
};
use crate::accounts::{InternalError, Login, LoginOutcome};

/// The credentials to log in with.
#[derive(InputObject)]
struct LoginInput {
    /// The user's email address. Case and surrounding spaces are ignored.
    email: String,
    /// The user's password. Case and spaces count.
    #[graphql(secret)]
    password: String,
    /// A refresh token that this device kept from an earlier login; its session may have ended. It
    /// identifies the device as the user's own, so that wrong guesses from elsewhere do not lock it
    /// out. With `delivery: COOKIE` a cookie does this.
    #[graphql(secret)]
    refresh_token: Option<String>,
    /// The way to deliver the refresh token.
    #[graphql(default)]
    delivery: Defaulted<TokenDelivery>,
}

/// The possible results of `login`.
#[derive(Union)]
enum LoginResult {
    Authenticated(Box<Authenticated>),
    InvalidCredentials(InvalidCredentials),
    EmailNotVerified(EmailNotVerified),
    TooManyAttempts(TooManyAttempts),
    MfaRequired(MfaRequired),
    MfaSetupRequired(MfaSetupRequired),
    DeletionPending(DeletionPending),
}

/// The resolver of `login`.
#[derive(Default)]
pub(super) struct LoginMutation;

impl Operation for LoginMutation {
    const FIELD: &'static str = "login";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl LoginMutation {
    /// Logs the user in and starts a new session on this device.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's credentials.")] input: LoginInput,
    ) -> Result<LoginResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        request.check_delivery(input.delivery.0)?;
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
            trusted_by: request.trusted_browser.clone(),
            client: request.client.clone(),
        };
        let result = match request.accounts.login(command).await? {
            LoginOutcome::SignIn(it) => LoginResult::deliver(ctx, it, input.delivery.0)?,
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
