//! The `sendReauthenticationCode` operation.

use async_graphql::{Context, InputObject, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{ChallengeExpired, CodeSent, Defaulted, NotAvailable, TooManyAttempts};
use crate::accounts::{InternalError, SendReauthenticationCodeOutcome};

/// The sign-in that the code is for.
#[derive(Default, InputObject)]
struct SendReauthenticationCodeInput {
    /// The ticket of `LinkRequired`, where no user is signed in yet.
    #[graphql(secret)]
    ticket: Option<String>,
}

/// The possible results of `sendReauthenticationCode`.
#[derive(Union)]
enum SendReauthenticationCodeResult {
    CodeSent(CodeSent),
    ChallengeExpired(ChallengeExpired),
    NotAvailable(NotAvailable),
    TooManyAttempts(TooManyAttempts),
}

/// The resolver of `sendReauthenticationCode`.
#[derive(Default)]
pub(super) struct SendReauthenticationCodeMutation;

impl Operation for SendReauthenticationCodeMutation {
    const FIELD: &'static str = "sendReauthenticationCode";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl SendReauthenticationCodeMutation {
    /// Emails a code for `reauthenticate` to the signed-in user, or one for `linkIdentity` to the
    /// address of the ticket. `NotAvailable` for a user with a second factor, who proves that instead.
    async fn send_reauthentication_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sign-in that the code is for.", default)] input: Defaulted<
            SendReauthenticationCodeInput,
        >,
    ) -> Result<SendReauthenticationCodeResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let accounts = &request.accounts;
        let outcome = if let Some(ticket) = input.0.ticket {
            let ticket = ticket.into();
            accounts.send_link_code(&ticket, &request.client).await?
        } else {
            let caller = request.caller().await?;
            let sending = accounts.send_reauthentication_code(caller, &request.client);
            sending.await?
        };
        let result = match outcome {
            SendReauthenticationCodeOutcome::CodeSent(email) => {
                CodeSent::new(request, &email).into()
            }
            SendReauthenticationCodeOutcome::ChallengeExpired => ChallengeExpired::default().into(),
            SendReauthenticationCodeOutcome::NotAvailable => NotAvailable::default().into(),
            SendReauthenticationCodeOutcome::TooManyAttempts(wait) => {
                TooManyAttempts::from(wait).into()
            }
        };
        Ok(request.record_outcome(result))
    }
}
