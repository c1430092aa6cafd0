//! The `removePasskey` operation.

use async_graphql::{Context, ID, InputObject, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{LastSignInMethod, PasskeyNotFound, ReauthenticationRequired, UserUpdated};
use crate::accounts::{InternalError, RemovePasskeyOutcome};

/// The passkey to remove.
#[derive(InputObject)]
struct RemovePasskeyInput {
    /// The id of a passkey in `User.passkeys`.
    passkey_id: ID,
}

/// The possible results of `removePasskey`.
#[derive(Union)]
enum RemovePasskeyResult {
    UserUpdated(Box<UserUpdated>),
    PasskeyNotFound(PasskeyNotFound),
    LastSignInMethod(LastSignInMethod),
    ReauthenticationRequired(ReauthenticationRequired),
}

/// The resolver of `removePasskey`.
#[derive(Default)]
pub(super) struct RemovePasskeyMutation;

impl Operation for RemovePasskeyMutation {
    const FIELD: &'static str = "removePasskey";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl RemovePasskeyMutation {
    /// Removes one of the signed-in user's passkeys. Pass `User.passkeySignal` on to the browser
    /// afterwards, so that the password manager forgets it too. Sessions go on.
    async fn remove_passkey(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The passkey.")] input: RemovePasskeyInput,
    ) -> Result<RemovePasskeyResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        let session = caller.session;
        // A malformed id cannot name a passkey.
        let id = input.passkey_id.parse().ok();
        let removing = request.accounts.remove_passkey(caller, id, &request.client);
        let result = match removing.await? {
            RemovePasskeyOutcome::Removed(account) => {
                Box::new(UserUpdated::new(request, *account, session)?).into()
            }
            RemovePasskeyOutcome::NotFound => PasskeyNotFound::default().into(),
            RemovePasskeyOutcome::LastSignInMethod => LastSignInMethod::default().into(),
            RemovePasskeyOutcome::ReauthenticationRequired(methods) => {
                ReauthenticationRequired::from(methods).into()
            }
        };
        Ok(request.record_outcome(result))
    }
}
