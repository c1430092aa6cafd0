//! The `confirmTotp` operation.

use async_graphql::{Context, InputObject, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::start_totp::factor_setup;
use super::types::{
    Authenticated, ChallengeExpired, Defaulted, InvalidProof, RecoveryCodes, TokenDelivery,
    TooManyAttempts,
};
use crate::accounts::{ConfirmTotp, ConfirmTotpOutcome, InternalError};

/// The first code of an authenticator app.
#[derive(InputObject)]
struct ConfirmTotpInput {
    /// The six digits that the app shows. Spaces are ignored.
    #[graphql(secret)]
    totp: String,
    /// The challenge of `MfaSetupRequired`, if the user is not signed in yet.
    #[graphql(secret)]
    challenge: Option<String>,
    /// The way to deliver the refresh token, if this finishes a sign-in.
    #[graphql(default)]
    delivery: Defaulted<TokenDelivery>,
}

/// The possible results of `confirmTotp`.
#[derive(Union)]
enum ConfirmTotpResult {
    RecoveryCodes(RecoveryCodes),
    InvalidProof(InvalidProof),
    ChallengeExpired(ChallengeExpired),
    TooManyAttempts(TooManyAttempts),
}

/// The resolver of `confirmTotp`.
#[derive(Default)]
pub(super) struct ConfirmTotpMutation;

impl Operation for ConfirmTotpMutation {
    const FIELD: &'static str = "confirmTotp";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl ConfirmTotpMutation {
    /// Confirms the authenticator app of `startTotp` by its first code, and returns the recovery
    /// codes. With a challenge this signs the user in.
    async fn confirm_totp(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The app's first code.")] input: ConfirmTotpInput,
    ) -> Result<ConfirmTotpResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        request.check_delivery(input.delivery.0)?;
        let command = ConfirmTotp {
            totp: input.totp.into(),
            setup: factor_setup(request, input.challenge).await?,
            client: request.client.clone(),
        };
        let result = match request.accounts.confirm_totp(command).await? {
            ConfirmTotpOutcome::Confirmed { codes, signed_in } => {
                let deliver = |it| Authenticated::deliver(ctx, it, input.delivery.0);
                let authenticated = signed_in.map(|it| deliver(*it)).transpose()?;
                RecoveryCodes::new(codes, authenticated).into()
            }
            ConfirmTotpOutcome::InvalidProof => InvalidProof::default().into(),
            ConfirmTotpOutcome::ChallengeExpired => ChallengeExpired::default().into(),
            ConfirmTotpOutcome::TooManyAttempts(wait) => TooManyAttempts::from(wait).into(),
        };
        Ok(request.record_outcome(result))
    }
}
