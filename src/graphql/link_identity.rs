//! The `linkIdentity` operation.

use async_graphql::{Context, InputObject, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::reauthenticate::ReauthenticationProof;
use super::types::{
    Authenticated, ChallengeExpired, Defaulted, DeletionPending, InvalidProof, MfaRequired,
    MfaSetupRequired, SignInMembers, TokenDelivery, TooManyAttempts,
};
use crate::accounts::{InternalError, LinkIdentity, LinkIdentityOutcome};

/// The proof that the account is the user's.
#[derive(InputObject)]
struct LinkIdentityInput {
    /// The ticket of `LinkRequired`.
    #[graphql(secret)]
    ticket: String,
    /// One of the proofs that `LinkRequired.methods` names.
    #[graphql(secret)]
    proof: ReauthenticationProof,
    /// The way to deliver the refresh token.
    #[graphql(default)]
    delivery: Defaulted<TokenDelivery>,
}

/// The possible results of `linkIdentity`.
#[derive(Union)]
enum LinkIdentityResult {
    Authenticated(Box<Authenticated>),
    InvalidProof(InvalidProof),
    ChallengeExpired(ChallengeExpired),
    MfaRequired(MfaRequired),
    MfaSetupRequired(MfaSetupRequired),
    DeletionPending(DeletionPending),
    TooManyAttempts(TooManyAttempts),
}

/// The resolver of `linkIdentity`.
#[derive(Default)]
pub(super) struct LinkIdentityMutation;

impl Operation for LinkIdentityMutation {
    const FIELD: &'static str = "linkIdentity";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl LinkIdentityMutation {
    /// Finishes a sign-in that answered `LinkRequired`: signs the user in, and links the account at
    /// the provider once no other step is missing. A ticket allows five tries.
    async fn link_identity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ticket and the proof.")] input: LinkIdentityInput,
    ) -> Result<LinkIdentityResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        request.check_delivery(input.delivery.0)?;
        let command = LinkIdentity {
            ticket: input.ticket.into(),
            proof: input.proof.into(),
            known_by: request.device.clone().into_iter().collect(),
            client: request.client.clone(),
        };
        let result = match request.accounts.link_identity(command).await? {
            LinkIdentityOutcome::SignIn(it) => {
                LinkIdentityResult::deliver(ctx, it, input.delivery.0)?
            }
            LinkIdentityOutcome::InvalidProof => InvalidProof::default().into(),
            LinkIdentityOutcome::ChallengeExpired => ChallengeExpired::default().into(),
            LinkIdentityOutcome::TooManyAttempts(wait) => TooManyAttempts::from(wait).into(),
        };
        Ok(request.record_outcome(result))
    }
}
