//! The `startPasskeyLogin` operation.

use async_graphql::{Context, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{NotAvailable, PasskeyLoginStarted, TooManyAttempts};
use crate::accounts::{InternalError, StartPasskeyLoginOutcome};

/// The possible results of `startPasskeyLogin`.
#[derive(Union)]
enum StartPasskeyLoginResult {
    PasskeyLoginStarted(Box<PasskeyLoginStarted>),
    NotAvailable(NotAvailable),
    TooManyAttempts(TooManyAttempts),
}

/// The resolver of `startPasskeyLogin`.
#[derive(Default)]
pub(super) struct StartPasskeyLoginMutation;

impl Operation for StartPasskeyLoginMutation {
    const FIELD: &'static str = "startPasskeyLogin";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl StartPasskeyLoginMutation {
    /// Starts to use a passkey: for `finishPasskeyLogin`, as the second factor of `completeLogin`, or
    /// for `reauthenticate`. The last needs the access token of the session here already; a session
    /// is not needed otherwise. No email address is asked for: the passkey says whose it is.
    async fn start_passkey_login(
        &self,
        ctx: &Context<'_>,
    ) -> Result<StartPasskeyLoginResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = match request.caller().await {
            Ok(caller) => Some(caller),
            Err(InternalError::SignedOut(_)) => None,
            Err(error) => return Err(error),
        };
        let starting = request
            .accounts
            .start_passkey_login(caller, &request.client);
        let result = match starting.await? {
            StartPasskeyLoginOutcome::Started(started) => {
                Box::new(PasskeyLoginStarted::from(started)).into()
            }
            StartPasskeyLoginOutcome::NotAvailable => NotAvailable::default().into(),
            StartPasskeyLoginOutcome::TooManyAttempts(wait) => TooManyAttempts::from(wait).into(),
        };
        Ok(request.record_outcome(result))
    }
}
