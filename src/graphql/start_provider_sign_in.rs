//! The `startProviderSignIn` operation.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, Union};
use secrecy::ExposeSecret;

use super::RequestContext;
use super::operation::Operation;
use super::types::{
    Defaulted, InvalidInput, NotAvailable, ReauthenticationRequired, TooManyAttempts,
};
use crate::accounts::{InternalError, StartProviderSignIn, StartProviderSignInOutcome};

/// The provider, and the page to return to.
#[derive(InputObject)]
struct StartProviderSignInInput {
    /// The id of a provider in `policy.signInProviders`.
    provider: ID,
    /// The URL of the page of the front end that finishes the sign-in, exactly as the operator has
    /// listed it.
    redirect_to: String,
    /// Links the account at the provider to the signed-in user, instead of signing in with it. Needs
    /// an access token and a recent proof of identity.
    #[graphql(default)]
    link: Defaulted<bool>,
    /// The version of the terms that the user accepts, from `policy.terms`. Without it the user can
    /// sign in, and cannot sign up.
    accepted_terms_version: Option<String>,
}

/// The sign-in has begun.
#[derive(SimpleObject)]
struct ProviderSignInStarted {
    /// Open this address in the same window, within ten minutes: it leads to the provider.
    authorization_url: String,
    /// Keep this in the page, such as in `sessionStorage`, for `finishProviderSignIn`.
    handle: String,
}

/// The possible results of `startProviderSignIn`.
#[derive(Union)]
enum StartProviderSignInResult {
    ProviderSignInStarted(ProviderSignInStarted),
    InvalidInput(InvalidInput),
    ReauthenticationRequired(ReauthenticationRequired),
    NotAvailable(NotAvailable),
    TooManyAttempts(TooManyAttempts),
}

/// The resolver of `startProviderSignIn`.
#[derive(Default)]
pub(super) struct StartProviderSignInMutation;

impl Operation for StartProviderSignInMutation {
    const FIELD: &'static str = "startProviderSignIn";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl StartProviderSignInMutation {
    /// Starts a sign-in, or a sign-up, with an account at a provider. The browser comes back to
    /// `redirectTo` with `#code=…`, for `finishProviderSignIn`.
    async fn start_provider_sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The provider and the page.")] input: StartProviderSignInInput,
    ) -> Result<StartProviderSignInResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let link = if input.link.0 {
            Some(Box::new(request.caller().await?))
        } else {
            None
        };
        let command = StartProviderSignIn {
            provider: input.provider.to_string(),
            redirect_to: input.redirect_to,
            link,
            accepted_terms: input.accepted_terms_version,
            client: request.client.clone(),
        };
        let result = match request.accounts.start_provider_sign_in(command).await? {
            StartProviderSignInOutcome::Started {
                authorization_url,
                handle,
            } => ProviderSignInStarted {
                authorization_url,
                handle: handle.expose_secret().to_owned(),
            }
            .into(),
            StartProviderSignInOutcome::InvalidInput(fields) => InvalidInput::from(fields).into(),
            StartProviderSignInOutcome::ReauthenticationRequired(methods) => {
                ReauthenticationRequired::from(methods).into()
            }
            StartProviderSignInOutcome::NotAvailable => NotAvailable::default().into(),
            StartProviderSignInOutcome::TooManyAttempts(wait) => TooManyAttempts::from(wait).into(),
        };
        Ok(request.record_outcome(result))
    }
}
