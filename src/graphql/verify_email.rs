//! The `verifyEmail` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{
    Authenticated, Defaulted, DeletionPending, InvalidCode, InvalidInput, MfaRequired,
    MfaSetupRequired, SignInMembers, TokenDelivery, TooManyAttempts,
};
use crate::accounts::{Caller, InternalError, SignedOutReason, VerifyEmail, VerifyEmailOutcome};
use crate::model::AccountId;

/// The email address and its code. With the ticket of a pending sign-up the result is
/// `Authenticated`; for an existing account, without a ticket, it is `EmailVerified`.
#[derive(InputObject)]
struct VerifyEmailInput {
    /// The user's email address. Case and surrounding spaces are ignored.
    email: String,
    /// The one-time code from the email.
    #[graphql(secret)]
    code: String,
    /// The ticket from `SignupAccepted`, which completes that sign-up.
    #[graphql(secret)]
    ticket: Option<String>,
    /// The way to deliver the refresh token, if this completes a sign-up.
    #[graphql(default)]
    delivery: Defaulted<TokenDelivery>,
}

/// The account's email address is verified. This does not sign the user in.
#[derive(SimpleObject)]
struct EmailVerified {
    /// The email address, in canonical form.
    email: String,
}

/// The possible results of `verifyEmail`.
#[derive(Union)]
enum VerifyEmailResult {
    Authenticated(Box<Authenticated>),
    EmailVerified(EmailVerified),
    InvalidCode(InvalidCode),
    TooManyAttempts(TooManyAttempts),
    MfaRequired(MfaRequired),
    MfaSetupRequired(MfaSetupRequired),
    DeletionPending(DeletionPending),
    InvalidInput(InvalidInput),
}

/// The resolver of `verifyEmail`.
#[derive(Default)]
pub(super) struct VerifyEmailMutation;

impl Operation for VerifyEmailMutation {
    const FIELD: &'static str = "verifyEmail";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl VerifyEmailMutation {
    /// Verifies an email address with the code that was sent to it. The account keeps what it has if
    /// the request carries its access token, or the sign-up's ticket. Otherwise the first proof of an
    /// address removes what was set up before it, such as password and sessions, because it may be a
    /// stranger's: continue with `forgotPassword`.
    async fn verify_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The email address and its code.")] input: VerifyEmailInput,
    ) -> Result<VerifyEmailResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        request.check_delivery(input.delivery.0)?;
        // A ticket proves by itself whose the sign-up is.
        let caller = match input.ticket {
            Some(_) => None,
            None => own_account(request.caller().await)?,
        };
        let command = VerifyEmail {
            caller,
            email: input.email,
            code: input.code.into(),
            ticket: input.ticket.map(Into::into),
            client: request.client.clone(),
        };
        let result = match request.accounts.verify_email(command).await? {
            VerifyEmailOutcome::SignIn(it) => {
                VerifyEmailResult::deliver(ctx, it, input.delivery.0)?
            }
            VerifyEmailOutcome::EmailVerified(email) => {
                VerifyEmailResult::EmailVerified(EmailVerified {
                    email: email.as_str().to_owned(),
                })
            }
            VerifyEmailOutcome::InvalidCode => {
                VerifyEmailResult::InvalidCode(InvalidCode::default())
            }
            VerifyEmailOutcome::TooManyAttempts(wait) => {
                VerifyEmailResult::TooManyAttempts(wait.into())
            }
        };
        Ok(request.record_outcome(result))
    }
}

/// Returns the account of the caller; `None` without an access token.
fn own_account(caller: Result<Caller, InternalError>) -> Result<Option<AccountId>, InternalError> {
    match caller {
        Ok(caller) => Ok(Some(caller.account.id)),
        Err(InternalError::SignedOut(SignedOutReason::Missing)) => Ok(None),
        Err(error) => Err(error),
    }
}
