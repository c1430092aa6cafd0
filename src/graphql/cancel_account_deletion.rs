//! The `cancelAccountDeletion` operation.

use async_graphql::{Context, InputObject, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{Authenticated, ChallengeExpired, Defaulted, TokenDelivery};
use crate::accounts::{CancelAccountDeletion, CancelAccountDeletionOutcome, InternalError};

/// The decision to keep the account.
#[derive(InputObject)]
struct CancelAccountDeletionInput {
    /// The ticket of `DeletionPending`.
    #[graphql(secret)]
    ticket: String,
    /// The way to deliver the refresh token.
    #[graphql(default)]
    delivery: Defaulted<TokenDelivery>,
}

/// The possible results of `cancelAccountDeletion`.
#[derive(Union)]
enum CancelAccountDeletionResult {
    Authenticated(Box<Authenticated>),
    ChallengeExpired(ChallengeExpired),
}

/// The resolver of `cancelAccountDeletion`.
#[derive(Default)]
pub(super) struct CancelAccountDeletionMutation;

impl Operation for CancelAccountDeletionMutation {
    const FIELD: &'static str = "cancelAccountDeletion";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl CancelAccountDeletionMutation {
    /// Keeps an account that is scheduled for deletion, and signs its user in. A ticket works once,
    /// for ten minutes: after `ChallengeExpired` the user logs in again.
    async fn cancel_account_deletion(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ticket.")] input: CancelAccountDeletionInput,
    ) -> Result<CancelAccountDeletionResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        request.check_delivery(input.delivery.0)?;
        let command = CancelAccountDeletion {
            ticket: input.ticket.into(),
            client: request.client.clone(),
        };
        let result = match request.accounts.cancel_account_deletion(command).await? {
            CancelAccountDeletionOutcome::Authenticated(signed_in) => {
                let delivery = input.delivery.0;
                Box::new(Authenticated::deliver(ctx, *signed_in, delivery)?).into()
            }
            CancelAccountDeletionOutcome::ChallengeExpired => ChallengeExpired::default().into(),
        };
        Ok(request.record_outcome(result))
    }
}
