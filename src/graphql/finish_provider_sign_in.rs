//! The `finishProviderSignIn` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};
use secrecy::ExposeSecret;

use super::RequestContext;
use super::operation::Operation;
use super::types::{
    Authenticated, ChallengeExpired, Defaulted, DeletionPending, Identity, IdentityTaken,
    LinkRequired, MfaRequired, MfaSetupRequired, NotAvailable, ProviderRefused, SignInMembers,
    TokenDelivery, TooManyAttempts, User,
};
use crate::accounts::{
    FinishProviderSignIn, FinishProviderSignInOutcome, InternalError, SignedOutReason,
};
use crate::model::{Account, IdentityId, SessionId};

/// The two texts of a sign-in at a provider.
#[derive(InputObject)]
struct FinishProviderSignInInput {
    /// The handle from `ProviderSignInStarted`, which the page has kept.
    #[graphql(secret)]
    handle: String,
    /// The code in the fragment of the page's address. Remove it from there.
    #[graphql(secret)]
    code: String,
    /// The way to deliver the refresh token.
    #[graphql(default)]
    delivery: Defaulted<TokenDelivery>,
}

/// The account at the provider is linked to the signed-in user, who can sign in with it from now on.
#[derive(SimpleObject)]
struct IdentityLinked {
    /// The account at the provider.
    identity: Identity,
    /// The user after the change.
    user: User,
}

impl IdentityLinked {
    fn new(
        request: &RequestContext,
        account: Account,
        session: SessionId,
        id: IdentityId,
    ) -> Result<Self, InternalError> {
        let ended = || InternalError::SignedOut(SignedOutReason::Ended);
        let user = User::new(account, session, request.accounts.now()).ok_or_else(ended)?;
        let mut linked = user.linked_identities();
        let identity = linked.find(|identity| identity.has_id(&id.to_string().into()));
        let identity = identity.ok_or_else(ended)?;
        drop(linked);
        Ok(Self { identity, user })
    }
}

/// The possible results of `finishProviderSignIn`.
#[derive(Union)]
enum FinishProviderSignInResult {
    Authenticated(Box<Authenticated>),
    IdentityLinked(Box<IdentityLinked>),
    IdentityTaken(IdentityTaken),
    MfaRequired(MfaRequired),
    MfaSetupRequired(MfaSetupRequired),
    LinkRequired(LinkRequired),
    ProviderRefused(ProviderRefused),
    ChallengeExpired(ChallengeExpired),
    DeletionPending(DeletionPending),
    NotAvailable(NotAvailable),
    TooManyAttempts(TooManyAttempts),
}

/// The resolver of `finishProviderSignIn`.
#[derive(Default)]
pub(super) struct FinishProviderSignInMutation;

impl Operation for FinishProviderSignInMutation {
    const FIELD: &'static str = "finishProviderSignIn";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl FinishProviderSignInMutation {
    /// Finishes a sign-in at a provider, in the page that the browser came back to. It can be done
    /// once, within five minutes. A new user gets an account, where the operator allows it; names
    /// that the provider does not give are "".
    async fn finish_provider_sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The handle and the code.")] input: FinishProviderSignInInput,
    ) -> Result<FinishProviderSignInResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        request.check_delivery(input.delivery.0)?;
        let command = FinishProviderSignIn {
            handle: input.handle.into(),
            code: input.code.into(),
            known_by: request.device.clone().into_iter().collect(),
            trusted_by: request.trusted_browser.clone(),
            client: request.client.clone(),
        };
        let accounts = &request.accounts;
        let finishing = accounts.finish_provider_sign_in(command, request.caller());
        let result = match finishing.await? {
            FinishProviderSignInOutcome::SignIn(it) => {
                FinishProviderSignInResult::deliver(ctx, it, input.delivery.0)?
            }
            FinishProviderSignInOutcome::IdentityLinked(account, id) => {
                let session = request.caller().await?.session;
                Box::new(IdentityLinked::new(request, *account, session, id)?).into()
            }
            FinishProviderSignInOutcome::IdentityTaken => IdentityTaken::default().into(),
            FinishProviderSignInOutcome::LinkRequired {
                email,
                ticket,
                methods,
            } => LinkRequired::new(&email, ticket.expose_secret(), methods).into(),
            FinishProviderSignInOutcome::ProviderRefused(reason) => {
                ProviderRefused::from(reason).into()
            }
            FinishProviderSignInOutcome::ChallengeExpired => ChallengeExpired::default().into(),
            FinishProviderSignInOutcome::NotAvailable => NotAvailable::default().into(),
            FinishProviderSignInOutcome::TooManyAttempts(wait) => {
                TooManyAttempts::from(wait).into()
            }
        };
        Ok(request.record_outcome(result))
    }
}
