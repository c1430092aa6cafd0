//! The `login` operation.

use async_graphql::{Context, InputObject, Object, Union};

use super::Asking;
use super::types::{Authenticated, EmailNotVerified, InvalidCredentials, TokenDelivery, TooManyAttempts};
use crate::accounts::{Fault, Login, LoginOutcome};

/// Who logs in.
#[derive(InputObject)]
struct LoginInput {
    /// The e-mail address.
    email: String,
    /// The password.
    #[graphql(secret)]
    password: String,
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
    ) -> Result<LoginResult, Fault> {
        let asking = Asking::of(ctx);
        let command = Login { email: input.email, password: input.password.into(), client: asking.client.clone() };
        Ok(match asking.accounts.login(command).await? {
            LoginOutcome::Authenticated(it) => {
                LoginResult::Authenticated(Box::new(Authenticated::deliver(ctx, *it, input.delivery)?))
            }
            LoginOutcome::InvalidCredentials => LoginResult::InvalidCredentials(InvalidCredentials::default()),
            LoginOutcome::EmailNotVerified => LoginResult::EmailNotVerified(EmailNotVerified::default()),
            LoginOutcome::TooManyAttempts(wait) => LoginResult::TooManyAttempts(wait.into()),
        })
    }
}
