//! The `renamePasskey` operation.

use async_graphql::{Context, ID, InputObject, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{InvalidInput, PasskeyNotFound, UserUpdated};
use crate::accounts::{InternalError, RenamePasskeyOutcome};

/// The new name of a passkey.
#[derive(InputObject)]
struct RenamePasskeyInput {
    /// The id of a passkey in `User.passkeys`.
    passkey_id: ID,
    /// The new name: 1 to 100 characters.
    name: String,
}

/// The possible results of `renamePasskey`.
#[derive(Union)]
enum RenamePasskeyResult {
    UserUpdated(Box<UserUpdated>),
    PasskeyNotFound(PasskeyNotFound),
    InvalidInput(InvalidInput),
}

/// The resolver of `renamePasskey`.
#[derive(Default)]
pub(super) struct RenamePasskeyMutation;

impl Operation for RenamePasskeyMutation {
    const FIELD: &'static str = "renamePasskey";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl RenamePasskeyMutation {
    /// Gives one of the signed-in user's passkeys another name.
    async fn rename_passkey(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The passkey and its name.")] input: RenamePasskeyInput,
    ) -> Result<RenamePasskeyResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        let session = caller.session;
        // A malformed id cannot name a passkey.
        let id = input.passkey_id.parse().ok();
        let renaming = request.accounts.rename_passkey(caller, id, &input.name);
        let result = match renaming.await? {
            RenamePasskeyOutcome::Renamed(account) => {
                Box::new(UserUpdated::new(request, *account, session)?).into()
            }
            RenamePasskeyOutcome::NotFound => PasskeyNotFound::default().into(),
            RenamePasskeyOutcome::InvalidInput(fields) => InvalidInput::from(fields).into(),
        };
        Ok(request.record_outcome(result))
    }
}
