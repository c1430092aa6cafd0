//! The `reauthenticate` operation.

use async_graphql::{Context, InputObject, Object, OneofObject, SimpleObject, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{
    ChallengeExpired, InvalidProof, NotAvailable, PasskeyProof, Session, TooManyAttempts, User,
};
use crate::accounts::{
    InternalError, ReauthenticateOutcome, ReauthenticationProof as Proof, SecondFactorProof,
    SignedOutReason,
};
use crate::model::{Account, SessionId};

/// A proof of identity in a session: exactly one of the fields.
#[derive(OneofObject)]
pub(super) enum ReauthenticationProof {
    /// The password.
    #[graphql(secret)]
    Password(String),
    /// The code of `sendReauthenticationCode`.
    #[graphql(secret)]
    EmailCode(String),
    /// The six digits that the authenticator app shows. Spaces are ignored.
    #[graphql(secret)]
    Totp(String),
    /// One of the recovery codes. Case, spaces and hyphens are ignored.
    #[graphql(secret)]
    RecoveryCode(String),
    /// A passkey, by a `startPasskeyLogin` with the access token of the same session.
    Passkey(PasskeyProof),
}

/// The proof to give.
#[derive(InputObject)]
struct ReauthenticateInput {
    /// One of the proofs that `ReauthenticationRequired.methods` names.
    #[graphql(secret)]
    proof: ReauthenticationProof,
}

/// The session is fresh: sensitive changes are possible for some minutes.
#[derive(SimpleObject)]
struct Reauthenticated {
    /// The session that the request was made in.
    session: Session,
}

impl Reauthenticated {
    fn new(
        request: &RequestContext,
        account: Account,
        session: SessionId,
    ) -> Result<Self, InternalError> {
        let ended = InternalError::SignedOut(SignedOutReason::Ended);
        let user = User::new(account, session, request.accounts.now());
        let session = user.and_then(|user| user.current_session());
        Ok(Self {
            session: session.ok_or(ended)?,
        })
    }
}

/// The possible results of `reauthenticate`.
#[derive(Union)]
enum ReauthenticateResult {
    Reauthenticated(Box<Reauthenticated>),
    InvalidProof(InvalidProof),
    ChallengeExpired(ChallengeExpired),
    NotAvailable(NotAvailable),
    TooManyAttempts(TooManyAttempts),
}

impl From<ReauthenticationProof> for Proof {
    fn from(proof: ReauthenticationProof) -> Self {
        match proof {
            ReauthenticationProof::Password(text) => Self::Password(text.into()),
            ReauthenticationProof::EmailCode(text) => Self::EmailCode(text.into()),
            ReauthenticationProof::Totp(text) => {
                Self::SecondFactor(SecondFactorProof::Totp(text.into()))
            }
            ReauthenticationProof::RecoveryCode(text) => {
                Self::SecondFactor(SecondFactorProof::RecoveryCode(text.into()))
            }
            ReauthenticationProof::Passkey(proof) => {
                Self::SecondFactor(SecondFactorProof::Passkey(Box::new(proof.into())))
            }
        }
    }
}

/// The resolver of `reauthenticate`.
#[derive(Default)]
pub(super) struct ReauthenticateMutation;

impl Operation for ReauthenticateMutation {
    const FIELD: &'static str = "reauthenticate";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl ReauthenticateMutation {
    /// Proves again who the signed-in user is, after `ReauthenticationRequired`. The next access
    /// token names the proof: refresh, if a resource server has asked for it.
    async fn reauthenticate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proof.")] input: ReauthenticateInput,
    ) -> Result<ReauthenticateResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        let session = caller.session;
        let accounts = &request.accounts;
        let proving = accounts.reauthenticate(caller, input.proof.into(), &request.client);
        let result = match proving.await? {
            ReauthenticateOutcome::Reauthenticated(account) => {
                Box::new(Reauthenticated::new(request, *account, session)?).into()
            }
            ReauthenticateOutcome::InvalidProof => InvalidProof::default().into(),
            ReauthenticateOutcome::ChallengeExpired => ChallengeExpired::default().into(),
            ReauthenticateOutcome::NotAvailable => NotAvailable::default().into(),
            ReauthenticateOutcome::TooManyAttempts(wait) => TooManyAttempts::from(wait).into(),
        };
        Ok(request.record_outcome(result))
    }
}
