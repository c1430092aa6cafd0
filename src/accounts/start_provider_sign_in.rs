//! Start a sign-in at a provider: the browser goes there, and the page keeps a handle.

use secrecy::SecretString;
use url::Url;

use super::{Accounts, Caller, Client, InternalError};
use crate::model::{FieldCode, FieldError, FieldErrors, InvalidField, SignInMethod, Wait};
use crate::rate_limit::{Key, RateLimit};

/// A request to sign in at a provider.
#[derive(Debug)]
pub struct StartProviderSignIn {
    /// The provider's id, as sent.
    pub provider: String,
    /// The page of the front end that finishes the sign-in, as sent.
    pub redirect_to: String,
    /// The session in which the account at the provider is to be linked, if that is what is meant.
    pub link: Option<Box<Caller>>,
    /// The version of the terms that the user accepts.
    pub accepted_terms: Option<String>,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of starting a sign-in at a provider.
#[derive(Debug)]
pub enum StartProviderSignInOutcome {
    /// The browser can go to the provider.
    Started {
        /// The address of this server that takes it there.
        authorization_url: String,
        /// The text that the page keeps.
        handle: SecretString,
    },
    /// Some inputs were refused.
    InvalidInput(Vec<InvalidField>),
    /// The session's last proof is too old for a link.
    ReauthenticationRequired(Vec<SignInMethod>),
    /// The operator offers no such provider.
    NotAvailable,
    /// There were too many requests.
    TooManyAttempts(Wait),
}

impl Accounts {
    /// Starts a sign-in at a provider. Nothing is stored.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn start_provider_sign_in(
        &self,
        command: StartProviderSignIn,
    ) -> Result<StartProviderSignInOutcome, InternalError> {
        let Some(provider) = self.flows.providers().get(&command.provider) else {
            return Ok(StartProviderSignInOutcome::NotAvailable);
        };
        let now = self.clock.now();
        let mut errors = FieldErrors::default();
        let page = errors.check("redirectTo", self.page(&command.redirect_to));
        let accepted = command.accepted_terms.as_deref();
        // Whether this is a sign-up, which needs the terms, shows when the user is back.
        let terms = accepted.map(|it| self.sign_up.check_terms(Some(it), now));
        let terms = errors.check("acceptedTermsVersion", terms.transpose());
        let (Some(page), Some(_)) = (page, terms) else {
            return Ok(StartProviderSignInOutcome::InvalidInput(errors.into_vec()));
        };
        if let Some(methods) = command.link.as_ref().and_then(|it| self.stale_caller(it)) {
            return Ok(StartProviderSignInOutcome::ReauthenticationRequired(
                methods,
            ));
        }
        let client = command.client.key();
        let keys = [Key::new(RateLimit::ProviderByClient, &[&client])];
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(StartProviderSignInOutcome::TooManyAttempts(wait));
        }
        let mut flow = self.flows.begin(provider.id(), page, now);
        flow.link = command.link.map(|it| (it.account.id, it.session));
        flow.accepted_terms = command.accepted_terms;
        Ok(StartProviderSignInOutcome::Started {
            authorization_url: self.flows.start_url(&flow),
            handle: self.flows.handle(&flow),
        })
    }

    /// Returns the page that a text names, if it is on the operator's list. Pages are compared as
    /// parsed URLs: case, default ports and dots in a path make no other page.
    fn page(&self, text: &str) -> Result<Url, FieldError> {
        let url = Url::parse(text);
        let url = url.map_err(|_| FieldError::new(FieldCode::Malformed, "This is not a URL."))?;
        if self.flows.allowed_page(&url) {
            Ok(url)
        } else {
            let message = "This page is not on the operator's list, `LATCHKEY_PROVIDER_REDIRECTS`.";
            Err(FieldError::new(FieldCode::NotAllowed, message))
        }
    }
}
