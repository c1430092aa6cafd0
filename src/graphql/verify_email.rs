//! The `verifyEmail` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};

use super::RequestContext;
use super::types::{Authenticated, InvalidCode, TokenDelivery, TooManyAttempts};
use crate::accounts::{InternalError, VerifyEmail, VerifyEmailOutcome};

/// With the ticket of a pending sign-up the answer is `Authenticated`; for an account that exists already,
/// `EmailVerified`.
#[derive(InputObject)]
struct VerifyEmailInput {
    /// The e-mail address.
    email: String,
    /// The code from the letter.
    #[graphql(secret)]
    code: String,
    /// The ticket from `SignupAccepted`, to complete that sign-up.
    #[graphql(secret)]
    ticket: Option<String>,
    /// Where to put the refresh token, if this completes a sign-up.
    #[graphql(default_with = "TokenDelivery::Body")]
    delivery: TokenDelivery,
}

/// The address of the account is verified. Nobody is signed in by that.
#[derive(SimpleObject)]
struct EmailVerified {
    /// The address, in its canonical form.
    email: String,
}

/// What becomes of a verification.
#[derive(Union)]
enum VerifyEmailResult {
    Authenticated(Box<Authenticated>),
    EmailVerified(EmailVerified),
    InvalidCode(InvalidCode),
    TooManyAttempts(TooManyAttempts),
}

/// The operation.
#[derive(Default)]
pub(super) struct VerifyEmailMutation;

#[Object]
impl VerifyEmailMutation {
    /// Spends a code that was mailed to prove an address.
    async fn verify_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address and its code.")] input: VerifyEmailInput,
    ) -> Result<VerifyEmailResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let command = VerifyEmail {
            email: input.email,
            code: input.code.into(),
            ticket: input.ticket.map(Into::into),
            client: request.client.clone(),
        };
        let result = match request.accounts.verify_email(command).await? {
            VerifyEmailOutcome::Authenticated(it) => VerifyEmailResult::Authenticated(Box::new(
                Authenticated::deliver(ctx, *it, input.delivery)?,
            )),
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
