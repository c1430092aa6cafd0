//! The `startLogin` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};
use secrecy::ExposeSecret;

use super::RequestContext;
use super::operation::Operation;
use super::types::{InvalidInput, NotAvailable, TooManyAttempts};
use crate::accounts::{InternalError, StartLogin, StartLoginOutcome};

/// The address to send a code to.
#[derive(InputObject)]
struct StartLoginInput {
    /// The user's email address. Case and surrounding spaces are ignored.
    email: String,
}

/// A code was emailed if the address has an account. The response is the same, at the same speed,
/// if it has none.
#[derive(SimpleObject)]
struct LoginCodeSent {
    /// The email address, in canonical form.
    email: String,
    /// Binds the code to this browser. Keep it for `loginWithCode`.
    ticket: String,
    /// The lifetime of the code, in seconds.
    expires_in_seconds: u64,
}

/// The possible results of `startLogin`.
#[derive(Union)]
enum StartLoginResult {
    LoginCodeSent(LoginCodeSent),
    InvalidInput(InvalidInput),
    NotAvailable(NotAvailable),
    TooManyAttempts(TooManyAttempts),
}

/// The resolver of `startLogin`.
#[derive(Default)]
pub(super) struct StartLoginMutation;

impl Operation for StartLoginMutation {
    const FIELD: &'static str = "startLogin";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl StartLoginMutation {
    /// Emails a code to log in with instead of a password, where `policy.loginByCode` is true.
    async fn start_login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] input: StartLoginInput,
    ) -> Result<StartLoginResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let command = StartLogin {
            email: input.email,
            client: request.client.clone(),
        };
        let result = match request.accounts.start_login(command).await? {
            StartLoginOutcome::CodeSent { email, ticket } => LoginCodeSent {
                email: email.as_str().to_owned(),
                ticket: ticket.expose_secret().to_owned(),
                expires_in_seconds: request.accounts.policy().code_lifetime.as_secs(),
            }
            .into(),
            StartLoginOutcome::InvalidInput(fields) => InvalidInput::from(fields).into(),
            StartLoginOutcome::NotAvailable => NotAvailable::default().into(),
            StartLoginOutcome::TooManyAttempts(wait) => TooManyAttempts::from(wait).into(),
        };
        Ok(request.record_outcome(result))
    }
}
