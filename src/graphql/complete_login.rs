//! The `completeLogin` operation.

use async_graphql::{Context, InputObject, Object, OneofObject, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{
    Authenticated, ChallengeExpired, Defaulted, DeletionPending, InvalidProof, PasskeyProof,
    SignInMember, TokenDelivery, TooManyAttempts,
};
use crate::accounts::{CompleteLogin, CompleteLoginOutcome, InternalError, SecondFactorProof};

/// The proof of a second factor: exactly one of the fields.
#[derive(OneofObject)]
enum SecondFactor {
    /// The six digits that the authenticator app shows. Spaces are ignored.
    #[graphql(secret)]
    Totp(String),
    /// One of the recovery codes. Case, spaces and hyphens are ignored.
    #[graphql(secret)]
    RecoveryCode(String),
    /// A passkey, by `startPasskeyLogin`.
    Passkey(PasskeyProof),
}

/// The second proof of a sign-in.
#[derive(InputObject)]
struct CompleteLoginInput {
    /// The challenge of `MfaRequired`.
    #[graphql(secret)]
    challenge: String,
    /// The proof of a second factor.
    #[graphql(secret)]
    proof: SecondFactor,
    /// Lets this browser skip the second factor for as long as the operator allows. Only with
    /// `delivery: COOKIE`, which keeps it in a cookie of its own. Ask the user first.
    #[graphql(default)]
    trust_browser: Defaulted<bool>,
    /// The way to deliver the refresh token.
    #[graphql(default)]
    delivery: Defaulted<TokenDelivery>,
}

/// The possible results of `completeLogin`.
#[derive(Union)]
enum CompleteLoginResult {
    Authenticated(Box<Authenticated>),
    InvalidProof(InvalidProof),
    ChallengeExpired(ChallengeExpired),
    DeletionPending(DeletionPending),
    TooManyAttempts(TooManyAttempts),
}

/// The resolver of `completeLogin`.
#[derive(Default)]
pub(super) struct CompleteLoginMutation;

impl Operation for CompleteLoginMutation {
    const FIELD: &'static str = "completeLogin";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl CompleteLoginMutation {
    /// Completes a sign-in that answered `MfaRequired`, with a proof of the second factor. A
    /// challenge allows five tries; after that, or after `ChallengeExpired`, the user logs in again.
    async fn complete_login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The challenge and the proof.")] input: CompleteLoginInput,
    ) -> Result<CompleteLoginResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        request.check_delivery(input.delivery.0)?;
        let command = CompleteLogin {
            challenge: input.challenge.into(),
            proof: match input.proof {
                SecondFactor::Totp(code) => SecondFactorProof::Totp(code.into()),
                SecondFactor::RecoveryCode(code) => SecondFactorProof::RecoveryCode(code.into()),
                SecondFactor::Passkey(proof) => SecondFactorProof::Passkey(Box::new(proof.into())),
            },
            trust_browser: input.trust_browser.0 && input.delivery.0 == TokenDelivery::Cookie,
            client: request.client.clone(),
        };
        let result = match request.accounts.complete_login(command).await? {
            CompleteLoginOutcome::SignIn {
                sign_in,
                trusted_browser,
            } => {
                if let Some(token) = trusted_browser {
                    request.trust_browser(ctx, &token);
                }
                match SignInMember::deliver(ctx, sign_in, input.delivery.0)? {
                    SignInMember::Authenticated(it) => it.into(),
                    SignInMember::DeletionPending(it) => it.into(),
                    // A second proof was given: no other is missing.
                    SignInMember::MfaRequired(_) | SignInMember::MfaSetupRequired(_) => {
                        ChallengeExpired::default().into()
                    }
                }
            }
            CompleteLoginOutcome::InvalidProof => InvalidProof::default().into(),
            CompleteLoginOutcome::ChallengeExpired => ChallengeExpired::default().into(),
            CompleteLoginOutcome::TooManyAttempts(wait) => TooManyAttempts::from(wait).into(),
        };
        Ok(request.record_outcome(result))
    }
}
