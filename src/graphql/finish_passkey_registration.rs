//! The `finishPasskeyRegistration` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};
use secrecy::SecretString;

use super::RequestContext;
use super::operation::Operation;
use super::types::{
    Authenticated, ChallengeExpired, Defaulted, InvalidInput, InvalidProof, Passkey,
    PasskeyLimitReached, PasskeyRegistrationInput, TokenDelivery, TooManyAttempts, User,
};
use crate::accounts::{
    FinishPasskeyRegistration, FinishPasskeyRegistrationOutcome, InternalError, SignedIn,
    SignedOutReason,
};
use crate::model::{Account, PasskeyId, SessionId};

/// A passkey that the browser has created.
#[derive(InputObject)]
struct FinishPasskeyRegistrationInput {
    /// The handle of `startPasskeyRegistration`.
    #[graphql(secret)]
    handle: String,
    /// A name by which the user knows the passkey, such as that of the device: 1 to 100 characters.
    name: String,
    /// The browser's answer to the options.
    credential: PasskeyRegistrationInput,
    /// The way to deliver the refresh token, if this finishes a sign-in.
    #[graphql(default)]
    delivery: Defaulted<TokenDelivery>,
}

/// The passkey is added.
#[derive(SimpleObject)]
struct PasskeyRegistered {
    /// The passkey.
    passkey: Passkey,
    /// The user, with the passkey.
    user: User,
    /// The user and the tokens, if the registration has finished a sign-in. Null also if the sign-in
    /// needs another step: log in again then.
    authenticated: Option<Box<Authenticated>>,
}

/// The possible results of `finishPasskeyRegistration`.
#[derive(Union)]
enum FinishPasskeyRegistrationResult {
    PasskeyRegistered(Box<PasskeyRegistered>),
    PasskeyLimitReached(PasskeyLimitReached),
    InvalidProof(InvalidProof),
    InvalidInput(InvalidInput),
    ChallengeExpired(ChallengeExpired),
    TooManyAttempts(TooManyAttempts),
}

impl PasskeyRegistered {
    fn deliver(
        ctx: &Context<'_>,
        passkey: PasskeyId,
        (account, session): (Account, Option<SessionId>),
        signed_in: Option<Box<SignedIn>>,
        delivery: TokenDelivery,
    ) -> Result<Box<Self>, InternalError> {
        let request = RequestContext::of(ctx);
        let ended = || InternalError::SignedOut(SignedOutReason::Ended);
        let mut passkeys = account
            .user()
            .into_iter()
            .flat_map(|it| &it.factors.passkeys);
        let passkey = passkeys.find(|it| it.id == passkey).cloned();
        // A sign-in that needs another step has no session, which no session's id equals.
        let session = session.unwrap_or(SessionId::from_bytes([0; 16]));
        let deliver = |it: Box<SignedIn>| Authenticated::deliver(ctx, *it, delivery).map(Box::new);
        Ok(Box::new(Self {
            passkey: Passkey(passkey.ok_or_else(ended)?),
            user: User::new(account, session, request.accounts.now()).ok_or_else(ended)?,
            authenticated: signed_in.map(deliver).transpose()?,
        }))
    }
}

/// The resolver of `finishPasskeyRegistration`.
#[derive(Default)]
pub(super) struct FinishPasskeyRegistrationMutation;

impl Operation for FinishPasskeyRegistrationMutation {
    const FIELD: &'static str = "finishPasskeyRegistration";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl FinishPasskeyRegistrationMutation {
    /// Adds the passkey that the browser has created with the options of `startPasskeyRegistration`.
    /// With the challenge of a sign-in this signs the user in.
    async fn finish_passkey_registration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The passkey.")] input: FinishPasskeyRegistrationInput,
    ) -> Result<FinishPasskeyRegistrationResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        request.check_delivery(input.delivery.0)?;
        let handle = SecretString::from(input.handle);
        let accounts = &request.accounts;
        let caller = if accounts.is_registration_in_session(&handle) {
            Some(Box::new(request.caller().await?))
        } else {
            None
        };
        let (credential, transports) = input.credential.into_parts();
        let command = FinishPasskeyRegistration {
            handle,
            name: input.name,
            credential,
            transports,
            caller,
            client: request.client.clone(),
        };
        let result = match accounts.finish_passkey_registration(command).await? {
            FinishPasskeyRegistrationOutcome::Registered {
                passkey,
                account,
                session,
                signed_in,
            } => {
                let user = (*account, session);
                PasskeyRegistered::deliver(ctx, passkey, user, signed_in, input.delivery.0)?.into()
            }
            FinishPasskeyRegistrationOutcome::LimitReached => PasskeyLimitReached::default().into(),
            FinishPasskeyRegistrationOutcome::InvalidProof => InvalidProof::default().into(),
            FinishPasskeyRegistrationOutcome::InvalidInput(fields) => {
                InvalidInput::from(fields).into()
            }
            FinishPasskeyRegistrationOutcome::ChallengeExpired => {
                ChallengeExpired::default().into()
            }
            FinishPasskeyRegistrationOutcome::TooManyAttempts(wait) => {
                TooManyAttempts::from(wait).into()
            }
        };
        Ok(request.record_outcome(result))
    }
}
