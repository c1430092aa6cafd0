//! The `regenerateRecoveryCodes` operation.

use async_graphql::{Context, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{NotAvailable, ReauthenticationRequired, RecoveryCodes};
use crate::accounts::{InternalError, RegenerateRecoveryCodesOutcome};

/// The possible results of `regenerateRecoveryCodes`.
#[derive(Union)]
enum RegenerateRecoveryCodesResult {
    RecoveryCodes(RecoveryCodes),
    ReauthenticationRequired(ReauthenticationRequired),
    NotAvailable(NotAvailable),
}

/// The resolver of `regenerateRecoveryCodes`.
#[derive(Default)]
pub(super) struct RegenerateRecoveryCodesMutation;

impl Operation for RegenerateRecoveryCodesMutation {
    const FIELD: &'static str = "regenerateRecoveryCodes";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl RegenerateRecoveryCodesMutation {
    /// Replaces the signed-in user's recovery codes by ten new ones. `NotAvailable` if the user has
    /// no authenticator app.
    async fn regenerate_recovery_codes(
        &self,
        ctx: &Context<'_>,
    ) -> Result<RegenerateRecoveryCodesResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        let accounts = &request.accounts;
        let regenerating = accounts.regenerate_recovery_codes(caller, &request.client);
        let result = match regenerating.await? {
            RegenerateRecoveryCodesOutcome::Regenerated(codes) => {
                RecoveryCodes::new(codes, None).into()
            }
            RegenerateRecoveryCodesOutcome::ReauthenticationRequired(methods) => {
                ReauthenticationRequired::from(methods).into()
            }
            RegenerateRecoveryCodesOutcome::NotAvailable => NotAvailable::default().into(),
        };
        Ok(request.record_outcome(result))
    }
}
