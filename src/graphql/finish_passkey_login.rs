//! The `finishPasskeyLogin` operation.

use async_graphql::{Context, InputObject, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{
    Authenticated, ChallengeExpired, Defaulted, DeletionPending, InvalidProof, NotAvailable,
    PasskeyAssertionInput, SignInMember, TokenDelivery, TooManyAttempts, UnknownPasskey,
};
use crate::accounts::{FinishPasskeyLogin, FinishPasskeyLoginOutcome, InternalError, PasskeyProof};

/// The use of a passkey.
#[derive(InputObject)]
struct FinishPasskeyLoginInput {
    /// The handle of `startPasskeyLogin`.
    #[graphql(secret)]
    handle: String,
    /// The browser's answer to the options.
    credential: PasskeyAssertionInput,
    /// The way to deliver the refresh token.
    #[graphql(default)]
    delivery: Defaulted<TokenDelivery>,
}

/// The possible results of `finishPasskeyLogin`.
#[derive(Union)]
enum FinishPasskeyLoginResult {
    Authenticated(Box<Authenticated>),
    UnknownPasskey(UnknownPasskey),
    InvalidProof(InvalidProof),
    ChallengeExpired(ChallengeExpired),
    DeletionPending(DeletionPending),
    NotAvailable(NotAvailable),
    TooManyAttempts(TooManyAttempts),
}

/// The resolver of `finishPasskeyLogin`.
#[derive(Default)]
pub(super) struct FinishPasskeyLoginMutation;

impl Operation for FinishPasskeyLoginMutation {
    const FIELD: &'static str = "finishPasskeyLogin";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl FinishPasskeyLoginMutation {
    /// Logs the user in with a passkey, by the browser's answer to the options of
    /// `startPasskeyLogin`. It counts as two factors. `NotAvailable` also if the email address must
    /// be verified first.
    async fn finish_passkey_login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The passkey's answer.")] input: FinishPasskeyLoginInput,
    ) -> Result<FinishPasskeyLoginResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        request.check_delivery(input.delivery.0)?;
        let command = FinishPasskeyLogin {
            proof: PasskeyProof {
                handle: input.handle.into(),
                credential: input.credential.into(),
            },
            known_by: request.device.clone().into_iter().collect(),
            client: request.client.clone(),
        };
        let result = match request.accounts.finish_passkey_login(command).await? {
            FinishPasskeyLoginOutcome::SignIn(sign_in) => {
                match SignInMember::deliver(ctx, sign_in, input.delivery.0)? {
                    SignInMember::Authenticated(it) => it.into(),
                    SignInMember::DeletionPending(it) => it.into(),
                    // A passkey is two factors: no other is missing.
                    SignInMember::MfaRequired(_) | SignInMember::MfaSetupRequired(_) => {
                        ChallengeExpired::default().into()
                    }
                }
            }
            FinishPasskeyLoginOutcome::UnknownPasskey {
                relying_party,
                credential_id,
            } => UnknownPasskey::new(relying_party, credential_id).into(),
            FinishPasskeyLoginOutcome::InvalidProof => InvalidProof::default().into(),
            FinishPasskeyLoginOutcome::ChallengeExpired => ChallengeExpired::default().into(),
            FinishPasskeyLoginOutcome::NotAvailable => NotAvailable::default().into(),
            FinishPasskeyLoginOutcome::TooManyAttempts(wait) => TooManyAttempts::from(wait).into(),
        };
        Ok(request.record_outcome(result))
    }
}
