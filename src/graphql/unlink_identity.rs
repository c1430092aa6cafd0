//! The `unlinkIdentity` operation.

use async_graphql::{Context, ID, InputObject, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{IdentityNotFound, LastSignInMethod, ReauthenticationRequired, UserUpdated};
use crate::accounts::{InternalError, UnlinkIdentityOutcome};

/// The account at a provider to unlink.
#[derive(InputObject)]
struct UnlinkIdentityInput {
    /// The id of an identity in `User.identities`.
    identity_id: ID,
}

/// The possible results of `unlinkIdentity`.
#[derive(Union)]
enum UnlinkIdentityResult {
    UserUpdated(Box<UserUpdated>),
    IdentityNotFound(IdentityNotFound),
    LastSignInMethod(LastSignInMethod),
    ReauthenticationRequired(ReauthenticationRequired),
}

/// The resolver of `unlinkIdentity`.
#[derive(Default)]
pub(super) struct UnlinkIdentityMutation;

impl Operation for UnlinkIdentityMutation {
    const FIELD: &'static str = "unlinkIdentity";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl UnlinkIdentityMutation {
    /// Unlinks an account at a provider from the signed-in user, who cannot sign in with it any
    /// longer. Sessions go on.
    async fn unlink_identity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account at the provider.")] input: UnlinkIdentityInput,
    ) -> Result<UnlinkIdentityResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        let session = caller.session;
        // A malformed id cannot name an identity.
        let outcome = match input.identity_id.parse() {
            Ok(id) => {
                let accounts = &request.accounts;
                accounts
                    .unlink_identity(caller, id, &request.client)
                    .await?
            }
            Err(_) => UnlinkIdentityOutcome::NotFound,
        };
        let result = match outcome {
            UnlinkIdentityOutcome::Unlinked(account) => {
                Box::new(UserUpdated::new(request, *account, session)?).into()
            }
            UnlinkIdentityOutcome::NotFound => IdentityNotFound::default().into(),
            UnlinkIdentityOutcome::LastSignInMethod => LastSignInMethod::default().into(),
            UnlinkIdentityOutcome::ReauthenticationRequired(methods) => {
                ReauthenticationRequired::from(methods).into()
            }
        };
        Ok(request.record_outcome(result))
    }
}
