//! The `loginWithCode` operation.

use async_graphql::{Context, InputObject, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{
    Authenticated, Defaulted, DeletionPending, InvalidCode, MfaRequired, MfaSetupRequired,
    NotAvailable, SignInMembers, TokenDelivery, TooManyAttempts,
};
use crate::accounts::{InternalError, LoginWithCode, LoginWithCodeOutcome};

/// The code, and what it belongs to.
#[derive(InputObject)]
struct LoginWithCodeInput {
    /// The user's email address. Case and surrounding spaces are ignored.
    email: String,
    /// The one-time code from the email.
    #[graphql(secret)]
    code: String,
    /// The ticket from `LoginCodeSent`.
    #[graphql(secret)]
    ticket: String,
    /// The way to deliver the refresh token.
    #[graphql(default)]
    delivery: Defaulted<TokenDelivery>,
}

/// The possible results of `loginWithCode`.
#[derive(Union)]
enum LoginWithCodeResult {
    Authenticated(Box<Authenticated>),
    InvalidCode(InvalidCode),
    MfaRequired(MfaRequired),
    MfaSetupRequired(MfaSetupRequired),
    DeletionPending(DeletionPending),
    NotAvailable(NotAvailable),
    TooManyAttempts(TooManyAttempts),
}

/// The resolver of `loginWithCode`.
#[derive(Default)]
pub(super) struct LoginWithCodeMutation;

impl Operation for LoginWithCodeMutation {
    const FIELD: &'static str = "loginWithCode";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl LoginWithCodeMutation {
    /// Logs the user in with the code of `startLogin`, in the browser that requested it. The first
    /// time, this also verifies the email address: what a stranger may have set up in the account
    /// before, such as a password, is removed.
    async fn login_with_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code and its ticket.")] input: LoginWithCodeInput,
    ) -> Result<LoginWithCodeResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        request.check_delivery(input.delivery.0)?;
        let command = LoginWithCode {
            email: input.email,
            code: input.code.into(),
            ticket: input.ticket.into(),
            known_by: request.device.clone().into_iter().collect(),
            trusted_by: request.trusted_browser.clone(),
            client: request.client.clone(),
        };
        let result = match request.accounts.login_with_code(command).await? {
            LoginWithCodeOutcome::SignIn(it) => {
                LoginWithCodeResult::deliver(ctx, it, input.delivery.0)?
            }
            LoginWithCodeOutcome::InvalidCode => InvalidCode::default().into(),
            LoginWithCodeOutcome::NotAvailable => NotAvailable::default().into(),
            LoginWithCodeOutcome::TooManyAttempts(wait) => TooManyAttempts::from(wait).into(),
        };
        Ok(request.record_outcome(result))
    }
}
