//! Sign-ins at providers that are under way. No store keeps them: what a browser carries is sealed,
//! and what must stay here, the nonce and the proof key, is derived from the server's secret. Every
//! node can go on with a sign-in that another one began.

mod ticket;

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;

use super::account_store::AccountStore;
use crate::model::{
    AccountId, Digest, ProviderProfile, ProviderRefusal, Rng, Sealed, SessionId, Timestamp,
};
use crate::providers::Providers;
use crate::repository::StoreError;
use crate::token::{Purpose, Secret};

pub(super) use ticket::LinkTicket;

/// The longest sealed text that is opened, in characters.
const MAX_TEXT: usize = 8192;

/// The providers that users can sign in with, and the pages that may use them.
#[derive(Clone, Default)]
pub struct SignInProviders {
    /// The providers.
    pub providers: Providers,
    /// The pages of front ends to which a sign-in may return.
    pub redirects: Vec<Url>,
    /// The URL under which clients reach the server, without a slash at its end.
    pub public_url: String,
}

/// Begins sign-ins at providers, and opens the texts that clients bring back.
pub(super) struct ProviderFlows {
    sign_in: SignInProviders,
    secret: Secret,
    rng: Rng,
}

/// A sign-in at a provider that has begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Flow {
    #[serde(rename = "f")]
    id: String,
    #[serde(rename = "p")]
    pub(super) provider: String,
    #[serde(rename = "r")]
    pub(super) redirect_to: Url,
    /// The session that an account at the provider is to be linked in.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub(super) link: Option<(AccountId, SessionId)>,
    /// The version of the terms that the user accepts, should this become a sign-up.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub(super) accepted_terms: Option<String>,
    #[serde(rename = "e")]
    expires_at: Timestamp,
}

/// A sign-in that a browser takes to the provider, and a digest of that browser's cookie.
#[derive(Serialize, Deserialize)]
pub(super) struct FlowState {
    #[serde(rename = "s")]
    pub(super) flow: Flow,
    #[serde(rename = "b")]
    browser: Digest,
}

/// The result of a sign-in at a provider, for the page that finishes it.
#[derive(Serialize, Deserialize)]
pub(super) struct FlowResult {
    pub(super) flow: Flow,
    pub(super) end: FlowEnd,
    expires_at: Timestamp,
}

/// The end of a sign-in at a provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum FlowEnd {
    /// The user has signed in there.
    Profile(Box<ProviderProfile>),
    /// The provider refused, or its answer was refused.
    Refused(ProviderRefusal),
    /// The sign-in has expired, has come back before, or belongs to another browser.
    Expired,
}

impl Flow {
    /// The time from the start until the browser is back from the provider.
    const LIFETIME: Duration = Duration::from_mins(10);

    /// Returns whether the sign-in has expired.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}

impl FlowResult {
    /// The time from the return of the browser until the page finishes the sign-in.
    const LIFETIME: Duration = Duration::from_mins(5);
}

impl ProviderFlows {
    pub(super) const fn new(sign_in: SignInProviders, secret: Secret, rng: Rng) -> Self {
        Self {
            sign_in,
            secret,
            rng,
        }
    }

    pub(super) const fn providers(&self) -> &Providers {
        &self.sign_in.providers
    }

    /// Returns the one address to which providers send browsers back.
    pub(super) fn callback_url(&self) -> String {
        format!("{}/providers/callback", self.sign_in.public_url)
    }

    /// Returns the page of a front end that a text names, if it is one of the operator's list.
    pub(super) fn allowed_page(&self, url: &Url) -> bool {
        self.sign_in.redirects.contains(url)
    }

    /// Begins a sign-in.
    pub(super) fn begin(&self, provider: &str, redirect_to: Url, now: Timestamp) -> Flow {
        Flow {
            id: URL_SAFE_NO_PAD.encode(self.rng.bytes::<16>()),
            provider: provider.to_owned(),
            redirect_to,
            link: None,
            accepted_terms: None,
            expires_at: now.plus(Flow::LIFETIME),
        }
    }

    /// Returns the address that a browser opens to begin a sign-in.
    pub(super) fn start_url(&self, flow: &Flow) -> String {
        let sealed = self.seal(Purpose::ProviderStart, flow);
        format!(
            "{}/providers/start?request={sealed}",
            self.sign_in.public_url
        )
    }

    /// Opens the parameter of that address.
    pub(super) fn open_start(&self, text: &str) -> Option<Flow> {
        self.open(Purpose::ProviderStart, text)
    }

    /// Draws the value of a browser's cookie.
    pub(super) fn new_browser(&self) -> SecretString {
        URL_SAFE_NO_PAD.encode(self.rng.bytes::<16>()).into()
    }

    /// Returns the state that the browser takes to the provider and back.
    pub(super) fn state(&self, flow: &Flow, browser: &SecretString) -> String {
        let state = FlowState {
            flow: flow.clone(),
            browser: self.browser_digest(flow, browser),
        };
        self.seal(Purpose::ProviderState, &state)
    }

    /// Opens a state that comes back.
    pub(super) fn open_state(&self, text: &str) -> Option<FlowState> {
        self.open(Purpose::ProviderState, text)
    }

    /// Returns whether the browser is the one that took the state along.
    pub(super) fn is_same_browser(&self, state: &FlowState, browser: &SecretString) -> bool {
        self.browser_digest(&state.flow, browser) == state.browser
    }

    /// Returns the page that finishes a sign-in, with its result in the fragment.
    pub(super) fn page(&self, flow: Flow, end: FlowEnd, now: Timestamp) -> Url {
        let mut page = flow.redirect_to.clone();
        let result = FlowResult {
            flow,
            end,
            expires_at: now.plus(FlowResult::LIFETIME),
        };
        let code = self.seal(Purpose::ProviderResult, &result);
        page.set_fragment(Some(&format!("code={code}")));
        page
    }

    /// Opens the result of a sign-in that was begun with a handle.
    pub(super) fn open_result(
        &self,
        code: &SecretString,
        handle: &SecretString,
        now: Timestamp,
    ) -> Option<FlowResult> {
        let result: FlowResult = self.open(Purpose::ProviderResult, code.expose_secret())?;
        let given = Digest::new(handle.expose_secret().to_owned());
        let own = self.digest("handle", &result.flow.id, "");
        (now < result.expires_at && given == own).then_some(result)
    }

    /// Returns the text that the page keeps which begins a sign-in.
    pub(super) fn handle(&self, flow: &Flow) -> SecretString {
        self.derive("handle", &flow.id, "").into()
    }

    /// Returns the nonce of a sign-in.
    pub(super) fn nonce(&self, flow: &Flow) -> String {
        self.derive("nonce", &flow.id, "")
    }

    /// Returns the proof key of a sign-in (RFC 7636).
    pub(super) fn code_verifier(&self, flow: &Flow) -> String {
        self.derive("verifier", &flow.id, "")
    }

    /// Returns the digest of the proof key.
    pub(super) fn code_challenge(&self, flow: &Flow) -> String {
        let verifier = self.code_verifier(flow);
        URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
    }

    /// Counts the return of a browser, and returns whether it is the first one.
    pub(super) async fn is_first_return(
        &self,
        store: &AccountStore,
        flow: &Flow,
    ) -> Result<bool, StoreError> {
        let used = self.derive("return", &flow.id, "");
        Ok(store.count_use(&used, Flow::LIFETIME).await? == 1)
    }

    /// Counts the use of a result, and returns whether it is the first one.
    pub(super) async fn is_first_finish(
        &self,
        store: &AccountStore,
        flow: &Flow,
    ) -> Result<bool, StoreError> {
        let used = self.derive("finish", &flow.id, "");
        let lifetime = Flow::LIFETIME + FlowResult::LIFETIME;
        Ok(store.count_use(&used, lifetime).await? == 1)
    }

    fn browser_digest(&self, flow: &Flow, browser: &SecretString) -> Digest {
        self.digest("browser", &flow.id, browser.expose_secret())
    }

    /// Returns the digest of what belongs to a sign-in, to be compared.
    fn digest(&self, what: &str, flow: &str, more: &str) -> Digest {
        let parts = [what.as_bytes(), flow.as_bytes(), more.as_bytes()];
        self.secret.digest(Purpose::ProviderFlow, &parts)
    }

    /// Returns what belongs to a sign-in, to be used.
    fn derive(&self, what: &str, flow: &str, more: &str) -> String {
        let parts = [what.as_bytes(), flow.as_bytes(), more.as_bytes()];
        self.secret.digest_text(Purpose::ProviderFlow, &parts)
    }

    fn seal(&self, purpose: Purpose, value: &impl Serialize) -> String {
        let plain = serde_json::to_string(value).expect("a value without maps is JSON");
        let sealed = self.secret.seal_for(purpose, &plain, &self.rng);
        sealed.as_str().to_owned()
    }

    fn open<T: DeserializeOwned>(&self, purpose: Purpose, text: &str) -> Option<T> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let sealed = Sealed::new(text.to_owned());
        let plain = self.secret.unseal_for(purpose, &sealed)?;
        serde_json::from_str(&plain).ok()
    }
}
