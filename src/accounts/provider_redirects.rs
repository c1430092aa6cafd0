//! The two ways of a browser between a front end's page and a provider: there, with a cookie that
//! recognizes it, and back, with a code that is exchanged here.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::provider_flows::{Flow, FlowEnd};
use super::{Accounts, InternalError};
use crate::model::{ProviderRefusal, Timestamp};
use crate::providers::{Authorization, AuthorizationAnswer, Provider, ProviderError};

/// The number of characters of the cookie's value.
const BROWSER_LENGTH: usize = 22;
/// The longest code that is exchanged.
const MAX_CODE: usize = 2048;

/// The next address of a browser.
#[derive(Debug)]
pub enum ProviderRedirect {
    /// The provider, with the value of the cookie to set.
    Provider(Url, SecretString),
    /// The page of the front end that finishes the sign-in.
    Page(Url),
    /// The request names no sign-in: there is no page to return to.
    Nowhere,
}

/// The parameters that a browser brings back from a provider.
#[derive(Debug, Default)]
pub struct ProviderReturn {
    /// The state.
    pub state: Option<String>,
    /// The code to exchange.
    pub code: Option<SecretString>,
    /// The provider's error.
    pub error: Option<String>,
    /// The issuer.
    pub issuer: Option<String>,
    /// The value of the browser's cookie.
    pub browser: Option<SecretString>,
}

impl Accounts {
    /// Returns the provider's address, to which a browser takes a sign-in that has begun. A browser
    /// that has a cookie keeps it: it may have several sign-ins in as many tabs.
    pub async fn go_to_provider(
        &self,
        start: &str,
        browser: Option<SecretString>,
    ) -> ProviderRedirect {
        let now = self.clock.now();
        let Some(flow) = self.flows.open_start(start) else {
            return ProviderRedirect::Nowhere;
        };
        let provider = self.flows.providers().get(&flow.provider);
        let (Some(provider), false) = (provider, flow.is_over(now)) else {
            return self.back(flow, FlowEnd::Expired, now);
        };
        let is_whole = |it: &SecretString| it.expose_secret().len() == BROWSER_LENGTH;
        let browser = browser.filter(is_whole);
        let browser = browser.unwrap_or_else(|| self.flows.new_browser());
        let request = Authorization {
            redirect_uri: &self.flows.callback_url(),
            state: &self.flows.state(&flow, &browser),
            nonce: &self.flows.nonce(&flow),
            code_challenge: &self.flows.code_challenge(&flow),
        };
        match provider.authorization_url(&request, now).await {
            Ok(url) => ProviderRedirect::Provider(url, browser),
            Err(error) => {
                log_failure(provider, &error);
                self.back(flow, FlowEnd::Refused(error.refusal()), now)
            }
        }
    }

    /// Exchanges what a browser brings back from a provider, once, and returns the page that finishes
    /// the sign-in. That learns of failures too, by its code.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn return_from_provider(
        &self,
        back: ProviderReturn,
    ) -> Result<ProviderRedirect, InternalError> {
        let now = self.clock.now();
        let state = back.state.as_deref();
        let Some(state) = state.and_then(|text| self.flows.open_state(text)) else {
            return Ok(ProviderRedirect::Nowhere);
        };
        let browser = back.browser.as_ref();
        let is_same = browser.is_some_and(|it| self.flows.is_same_browser(&state, it));
        let flow = state.flow;
        let provider = self.flows.providers().get(&flow.provider);
        let (Some(provider), true, false) = (provider, is_same, flow.is_over(now)) else {
            return Ok(self.back(flow, FlowEnd::Expired, now));
        };
        if !self.flows.is_first_return(&self.store, &flow).await? {
            return Ok(self.back(flow, FlowEnd::Expired, now));
        }
        let end = self.end_of(&flow, &back, provider, now).await;
        Ok(self.back(flow, end, now))
    }

    /// Exchanges the code of an answer, or finds out what its error means.
    async fn end_of(
        &self,
        flow: &Flow,
        back: &ProviderReturn,
        provider: &Provider,
        now: Timestamp,
    ) -> FlowEnd {
        if let Some(error) = &back.error {
            return FlowEnd::Refused(refusal(error));
        }
        let code = back.code.as_ref().map(ExposeSecret::expose_secret);
        let Some(code) = code.filter(|code| (1..=MAX_CODE).contains(&code.len())) else {
            return FlowEnd::Refused(ProviderRefusal::InvalidAnswer);
        };
        let answer = AuthorizationAnswer {
            code,
            issuer: back.issuer.as_deref(),
            redirect_uri: &self.flows.callback_url(),
            nonce: &self.flows.nonce(flow),
            code_verifier: &self.flows.code_verifier(flow),
        };
        match provider.profile(&answer, now).await {
            Ok(profile) => FlowEnd::Profile(Box::new(profile)),
            Err(error) => {
                log_failure(provider, &error);
                FlowEnd::Refused(error.refusal())
            }
        }
    }

    fn back(&self, flow: Flow, end: FlowEnd, now: Timestamp) -> ProviderRedirect {
        ProviderRedirect::Page(self.flows.page(flow, end, now))
    }
}

/// Returns the meaning of an error that a provider sends a browser back with (RFC 6749, section
/// 4.1.2.1; OpenID Connect Core, section 3.1.2.6).
fn refusal(error: &str) -> ProviderRefusal {
    match error {
        "access_denied"
        | "login_required"
        | "consent_required"
        | "interaction_required"
        | "account_selection_required" => ProviderRefusal::Cancelled,
        "server_error" | "temporarily_unavailable" => ProviderRefusal::Unreachable,
        _ => ProviderRefusal::InvalidAnswer,
    }
}

fn log_failure(provider: &Provider, error: &ProviderError) {
    tracing::warn!(provider = provider.id(), %error, "a sign-in at a provider failed");
}
