//! The `disableTotp` operation.

use async_graphql::{Context, Object, SimpleObject, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{NotAvailable, ReauthenticationRequired, User};
use crate::accounts::{DisableTotpOutcome, InternalError, SignedOutReason};

/// The authenticator app and its recovery codes are removed.
#[derive(SimpleObject)]
struct TotpDisabled {
    /// The user, without the factor.
    user: User,
}

/// The possible results of `disableTotp`.
#[derive(Union)]
enum DisableTotpResult {
    TotpDisabled(Box<TotpDisabled>),
    ReauthenticationRequired(ReauthenticationRequired),
    NotAvailable(NotAvailable),
}

/// The resolver of `disableTotp`.
#[derive(Default)]
pub(super) struct DisableTotpMutation;

impl Operation for DisableTotpMutation {
    const FIELD: &'static str = "disableTotp";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl DisableTotpMutation {
    /// Removes the signed-in user's authenticator app and recovery codes. `NotAvailable` if there
    /// is no app, or if the operator requires a second factor.
    async fn disable_totp(&self, ctx: &Context<'_>) -> Result<DisableTotpResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        let session = caller.session;
        let disabling = request.accounts.disable_totp(caller, &request.client);
        let result = match disabling.await? {
            DisableTotpOutcome::Disabled(account) => {
                let user = User::new(*account, session, request.accounts.now())
                    .ok_or(InternalError::SignedOut(SignedOutReason::Ended))?;
                Box::new(TotpDisabled { user }).into()
            }
            DisableTotpOutcome::ReauthenticationRequired(methods) => {
                ReauthenticationRequired::from(methods).into()
            }
            DisableTotpOutcome::NotAvailable => NotAvailable::default().into(),
        };
        Ok(request.record_outcome(result))
    }
}
