//! The way of a browser to a provider and back.

use axum::http::StatusCode;
use axum::http::header::{LOCATION, SET_COOKIE};
use serde_json::{Value, json};
use url::Url;

use super::{PAGE, Provider};
use crate::support::{Device, Reply, kind};

/// The service's own URL.
const SERVICE: &str = "http://127.0.0.1:4000";

/// A browser that is at the provider.
#[derive(Clone)]
pub struct Visit {
    /// The browser, with the cookie that it was given.
    pub device: Device,
    /// The `Set-Cookie` header that it was given.
    pub set_cookie: String,
    /// The provider's address that it has opened.
    pub url: Url,
    /// The handle that its page keeps.
    pub handle: String,
}

impl Reply {
    /// Returns the address that a browser is led to.
    pub fn location(&self) -> Url {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.json);
        Url::parse(self.headers[LOCATION].to_str().unwrap()).unwrap()
    }
}

/// Returns the code in the fragment of the page that a browser is led to.
pub fn code_in(page: &Url) -> String {
    let mut bare = page.clone();
    bare.set_fragment(None);
    assert_eq!(bare.as_str(), PAGE);
    let fragment = page.fragment().expect("a fragment");
    fragment.strip_prefix("code=").expect("a code").to_owned()
}

impl Device {
    pub async fn start_provider(&self, provider: &str) -> Value {
        let input = json!({ "provider": provider, "redirectTo": PAGE });
        self.mutate("startProviderSignIn", input).await
    }

    /// Opens the address of a `ProviderSignInStarted`.
    pub async fn open(&self, started: &Value) -> Reply {
        assert_eq!(kind(started), "ProviderSignInStarted", "{started}");
        let url = started["authorizationUrl"].as_str().unwrap();
        let path = url
            .strip_prefix(SERVICE)
            .expect("an address of the service");
        // A navigation has no access token.
        let browser = Self {
            bearer: None,
            ..self.clone()
        };
        browser.get(path).await
    }

    /// Goes to a provider.
    pub async fn visit(&self, started: &Value) -> Visit {
        let reply = self.open(started).await;
        let set_cookie = reply.headers[SET_COOKIE].to_str().unwrap().to_owned();
        let cookie = set_cookie.split(';').next().unwrap();
        Visit {
            device: self.with_header("cookie", cookie),
            set_cookie,
            url: reply.location(),
            handle: started["handle"].as_str().unwrap().to_owned(),
        }
    }

    /// Signs in at a provider, and returns the input that finishes it.
    pub async fn provider_input(&self, provider: &Provider, started: &Value) -> Value {
        let visit = self.visit(started).await;
        let code = visit.back(&provider.consent(&visit)).await;
        visit.input(&code)
    }

    /// Signs in at a provider, and returns the service's answer.
    pub async fn sign_in_at(&self, provider: &Provider, id: &str) -> Value {
        let started = self.start_provider(id).await;
        let input = self.provider_input(provider, &started).await;
        self.mutate("finishProviderSignIn", input).await
    }

    /// Returns the signed-in user's accounts at providers.
    pub async fn identities(&self) -> Value {
        let query = "{ me { identities { id provider { id name } email linkedAt } } }";
        self.post(query, json!({})).await.json["data"]["me"]["identities"].clone()
    }
}

impl Visit {
    /// Returns a parameter of the request that the browser has brought to the provider.
    pub fn parameter(&self, name: &str) -> String {
        let mut pairs = self.url.query_pairs();
        let found = pairs.find(|(key, _)| key == name);
        found.unwrap_or_else(|| panic!("no {name}")).1.into_owned()
    }

    /// Comes back to the service with these parameters, and returns the code for the page.
    pub async fn back(&self, parameters: &str) -> String {
        code_in(&self.callback(parameters).await.location())
    }

    /// Comes back to the service with these parameters.
    pub async fn callback(&self, parameters: &str) -> Reply {
        let path = format!("/providers/callback?{parameters}");
        let browser = Device {
            bearer: None,
            ..self.device.clone()
        };
        browser.get(&path).await
    }

    /// Returns the input that finishes the sign-in.
    pub fn input(&self, code: &str) -> Value {
        json!({ "handle": self.handle, "code": code })
    }
}

impl Provider {
    /// Returns the parameters with which the provider sends a browser back whose user has signed in.
    pub fn consent(&self, visit: &Visit) -> String {
        let mut script = self.script();
        let code = format!("code-{}", script.codes.len() + 1);
        let parameter = |name: &str| {
            let mut pairs = visit.url.query_pairs();
            pairs
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        assert_eq!(parameter("code_challenge_method").as_deref(), Some("S256"));
        assert_eq!(
            parameter("redirect_uri").as_deref(),
            Some("http://127.0.0.1:4000/providers/callback")
        );
        let issuer = visit.url.as_str().split("/authorize").next().unwrap();
        let issuer = issuer.trim_end_matches("/login/oauth").to_owned();
        let nonce = parameter("nonce").unwrap_or_default();
        let challenge = visit.parameter("code_challenge");
        script
            .codes
            .insert(code.clone(), (nonce, challenge, issuer));
        format!("code={code}&state={}", visit.parameter("state"))
    }
}
