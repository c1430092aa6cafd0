//! Layer 1: sign-in at identity providers, by OpenID Connect or by GitHub's OAuth. Asks the provider
//! who its user is; what follows from the answer is decided in a higher layer.

mod cached;
mod client;
mod error;
mod github;
mod id_token;
mod keys;
mod metadata;
mod oidc;
mod profile;
mod settings;
mod token_request;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use url::Url;

use self::client::HttpClient;
use self::github::GitHub;
use self::oidc::OpenId;
use crate::model::{IdentityKey, ProviderProfile, Timestamp};

pub use error::ProviderError;
pub use settings::{ProviderFile, ProvidersError};

/// The time for everything that one request asks a provider.
const PATIENCE: Duration = Duration::from_secs(10);

/// The providers that users can sign in with, in the operator's order.
#[derive(Clone, Default)]
pub struct Providers(Arc<[Provider]>);

/// One provider.
pub struct Provider {
    id: String,
    name: String,
    issuer: String,
    kind: Kind,
}

enum Kind {
    OpenId(Box<OpenId>),
    GitHub(GitHub),
}

/// A request that a browser takes to the provider.
#[derive(Debug)]
pub struct Authorization<'a> {
    /// The fixed address to which the provider sends the browser back.
    pub redirect_uri: &'a str,
    /// The text that the provider returns as it is.
    pub state: &'a str,
    /// The text that the ID token names.
    pub nonce: &'a str,
    /// The proof key's digest (RFC 7636).
    pub code_challenge: &'a str,
}

/// The answer that a browser brings back from the provider.
#[derive(Debug)]
pub struct AuthorizationAnswer<'a> {
    /// The code to exchange.
    pub code: &'a str,
    /// The issuer that the answer names (RFC 9207).
    pub issuer: Option<&'a str>,
    /// The redirect address of the request.
    pub redirect_uri: &'a str,
    /// The nonce of the request.
    pub nonce: &'a str,
    /// The proof key of the request.
    pub code_verifier: &'a str,
}

impl Providers {
    /// Creates the providers of a file.
    #[must_use]
    pub fn new(file: &ProviderFile) -> Self {
        let client = Arc::new(HttpClient::default());
        file.entries
            .iter()
            .map(|entry| Provider::new(entry, &client))
            .collect()
    }

    /// Returns the providers in the operator's order.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.0.iter()
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the provider with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.id == id)
    }
}

impl Providers {
    /// Returns the provider of an account.
    #[must_use]
    pub fn of(&self, key: &IdentityKey) -> Option<&Provider> {
        self.iter().find(|provider| provider.issuer == key.issuer())
    }
}

impl FromIterator<Provider> for Providers {
    fn from_iter<I: IntoIterator<Item = Provider>>(providers: I) -> Self {
        Self(providers.into_iter().collect())
    }
}

impl Provider {
    fn new(entry: &settings::Entry, client: &Arc<HttpClient>) -> Self {
        Self {
            id: entry.id.clone(),
            name: entry.name.clone(),
            issuer: entry.issuer.as_str().to_owned(),
            kind: match entry.kind {
                settings::Kind::OpenId => {
                    Kind::OpenId(Box::new(OpenId::new(entry, client.clone())))
                }
                settings::Kind::GitHub => Kind::GitHub(GitHub::new(entry, client.clone())),
            },
        }
    }

    /// Returns the id, by which clients name the provider.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the name, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the URL that a browser opens to sign in at the provider.
    ///
    /// # Errors
    /// When the provider does not answer, or describes itself in a way that cannot be used.
    pub async fn authorization_url(
        &self,
        request: &Authorization<'_>,
        now: Timestamp,
    ) -> Result<Url, ProviderError> {
        in_time(async {
            match &self.kind {
                Kind::OpenId(openid) => openid.authorization_url(request, now).await,
                Kind::GitHub(github) => github.authorization_url(request),
            }
        })
        .await
    }

    /// Exchanges the code that a browser brought back for the user's profile.
    ///
    /// # Errors
    /// When the provider does not answer, refuses the code, or answers with anything that is not
    /// meant for this server and this sign-in.
    pub async fn profile(
        &self,
        answer: &AuthorizationAnswer<'_>,
        now: Timestamp,
    ) -> Result<ProviderProfile, ProviderError> {
        in_time(async {
            match &self.kind {
                Kind::OpenId(openid) => openid.profile(answer, now).await,
                Kind::GitHub(github) => github.profile(answer).await,
            }
        })
        .await
    }

    /// Checks that the provider answers and describes itself in a way that can be used.
    ///
    /// # Errors
    /// When it does not.
    pub async fn probe(&self, now: Timestamp) -> Result<(), ProviderError> {
        in_time(async {
            match &self.kind {
                Kind::OpenId(openid) => openid.probe(now).await,
                Kind::GitHub(github) => github.probe().await,
            }
        })
        .await
    }
}

/// Gives up after a while: a provider that is down must not keep a browser waiting.
async fn in_time<T>(
    asking: impl Future<Output = Result<T, ProviderError>>,
) -> Result<T, ProviderError> {
    let late = |_| {
        Err(ProviderError::Unreachable(format!(
            "no answer within {PATIENCE:?}"
        )))
    };
    timeout(PATIENCE, asking).await.unwrap_or_else(late)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn provider_that_never_answers_is_given_up() {
        let waiting = in_time(std::future::pending::<Result<(), _>>()).await;
        assert!(matches!(waiting, Err(ProviderError::Unreachable(_))));
    }
}
