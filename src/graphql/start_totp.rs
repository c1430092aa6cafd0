//! The `startTotp` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};
use secrecy::ExposeSecret;

use super::RequestContext;
use super::operation::Operation;
use super::types::{ChallengeExpired, Defaulted, NotAvailable, ReauthenticationRequired};
use crate::accounts::{FactorSetup, InternalError, NewTotp, StartTotpOutcome};

/// The sign-in that the authenticator app is set up in.
#[derive(Default, InputObject)]
struct StartTotpInput {
    /// The challenge of `MfaSetupRequired`, if the user is not signed in yet.
    #[graphql(secret)]
    challenge: Option<String>,
}

/// The secret of a new authenticator app. It counts once `confirmTotp` has its first code, within
/// ten minutes.
#[derive(SimpleObject)]
struct TotpStarted {
    /// The secret, to be typed: 32 capitals and digits of base32.
    secret: String,
    /// The URI `otpauth://totp/…`, to be shown as a QR code.
    uri: String,
}

/// The possible results of `startTotp`.
#[derive(Union)]
enum StartTotpResult {
    TotpStarted(TotpStarted),
    ReauthenticationRequired(ReauthenticationRequired),
    ChallengeExpired(ChallengeExpired),
    NotAvailable(NotAvailable),
}

impl From<NewTotp> for TotpStarted {
    fn from(totp: NewTotp) -> Self {
        Self {
            secret: totp.secret.expose_secret().to_owned(),
            uri: totp.uri.expose_secret().to_owned(),
        }
    }
}

/// Returns the sign-in that a factor is set up in: the challenge's, or the caller's session.
pub(super) async fn factor_setup(
    request: &RequestContext,
    challenge: Option<String>,
) -> Result<FactorSetup, InternalError> {
    Ok(match challenge {
        Some(challenge) => FactorSetup::Challenge(challenge.into()),
        None => FactorSetup::Session(Box::new(request.caller().await?)),
    })
}

/// The resolver of `startTotp`.
#[derive(Default)]
pub(super) struct StartTotpMutation;

impl Operation for StartTotpMutation {
    const FIELD: &'static str = "startTotp";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl StartTotpMutation {
    /// Starts to set up an authenticator app: for the signed-in user, or for the sign-in of
    /// `MfaSetupRequired`. An app that the user has stays valid until the new one is confirmed.
    async fn start_totp(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sign-in to set it up in.", default)] input: Defaulted<StartTotpInput>,
    ) -> Result<StartTotpResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let setup = factor_setup(request, input.0.challenge).await?;
        let result = match request.accounts.start_totp(setup).await? {
            StartTotpOutcome::Started(totp) => TotpStarted::from(totp).into(),
            StartTotpOutcome::ReauthenticationRequired(methods) => {
                ReauthenticationRequired::from(methods).into()
            }
            StartTotpOutcome::ChallengeExpired => ChallengeExpired::default().into(),
            StartTotpOutcome::NotAvailable => NotAvailable::default().into(),
        };
        Ok(request.record_outcome(result))
    }
}
