//! Sign-in by OpenID Connect: the authorization code flow with a nonce and a proof key.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use url::Url;

use super::cached::{Cached, Fetched};
use super::client::{HttpClient, Incoming, Outgoing};
use super::id_token::{self, Expected, IdTokenError};
use super::keys::KeySet;
use super::metadata::{Issuer, Metadata};
use super::profile::{Address, Source, profile, text};
use super::settings::Entry;
use super::token_request::{Credentials, refusal};
use super::{Authorization, AuthorizationAnswer, ProviderError};
use crate::model::{ProviderProfile, Timestamp};

/// The path of the configuration below an issuer.
const CONFIGURATION: &str = "/.well-known/openid-configuration";
/// The time for which keys are not fetched again because of a token that none of them has signed.
const KEYS_AGAIN: Duration = Duration::from_secs(30);

/// An OpenID provider.
pub(super) struct OpenId {
    id: String,
    issuer: Issuer,
    credentials: Credentials,
    scopes: String,
    trust_email: bool,
    client: Arc<HttpClient>,
    metadata: Cached<Metadata>,
    keys: Cached<KeySet>,
}

impl OpenId {
    pub(super) fn new(entry: &Entry, client: Arc<HttpClient>) -> Self {
        Self {
            id: entry.id.clone(),
            issuer: entry.issuer.clone(),
            credentials: entry.credentials.clone(),
            scopes: entry.scopes.join(" "),
            trust_email: entry.trust_email,
            client,
            metadata: Cached::default(),
            keys: Cached::default(),
        }
    }

    pub(super) async fn authorization_url(
        &self,
        request: &Authorization<'_>,
        now: Timestamp,
    ) -> Result<Url, ProviderError> {
        let mut url = self.metadata(now).await?.authorization_endpoint.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.credentials.client_id)
            .append_pair("redirect_uri", request.redirect_uri)
            .append_pair("scope", &self.scopes)
            .append_pair("state", request.state)
            .append_pair("nonce", request.nonce)
            .append_pair("code_challenge", request.code_challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    pub(super) async fn profile(
        &self,
        answer: &AuthorizationAnswer<'_>,
        now: Timestamp,
    ) -> Result<ProviderProfile, ProviderError> {
        let metadata = self.metadata(now).await?;
        let is_own = match answer.issuer {
            Some(issuer) => self.issuer.is_named_by(issuer),
            None => !metadata.names_issuer,
        };
        if !is_own {
            return Err(ProviderError::invalid("the answer is another issuer's"));
        }
        let endpoint = (&metadata.token_endpoint, metadata.secret_in_form);
        let exchanging = self.credentials.exchange(&self.client, endpoint, answer);
        let tokens = exchanging.await?;
        let id_token = tokens.id_token.as_ref();
        let id_token = id_token.ok_or_else(|| ProviderError::invalid("there is no ID token"))?;
        let expected = Expected {
            issuer: &self.issuer,
            client_id: &self.credentials.client_id,
            nonce: answer.nonce,
            now,
        };
        let claims = self.verify(id_token, &metadata, &expected).await?;
        self.read(claims, tokens.access_token.as_ref(), &metadata)
            .await
    }

    pub(super) async fn probe(&self, now: Timestamp) -> Result<(), ProviderError> {
        let metadata = self.metadata(now).await?;
        self.keys(&metadata, Duration::from_secs(1), now).await?;
        Ok(())
    }

    /// Returns the profile in the claims of an ID token. Providers differ in whether that or the
    /// userinfo endpoint has the address; each is believed as a whole.
    async fn read(
        &self,
        claims: Map<String, Value>,
        access_token: Option<&SecretString>,
        metadata: &Metadata,
    ) -> Result<ProviderProfile, ProviderError> {
        let no_account = || ProviderError::invalid("the ID token names no account");
        let subject = text(&claims, "sub").ok_or_else(no_account)?.to_owned();
        let source = Source {
            provider: &self.id,
            issuer: self.issuer.as_str(),
            trust_email: self.trust_email,
        };
        let endpoint = metadata.userinfo_endpoint.as_ref();
        let (claims, address) = match endpoint.zip(access_token) {
            Some((endpoint, token)) if text(&claims, "email").is_none() => {
                let info = self.userinfo(endpoint, token, &subject).await?;
                let address = Address::read(&info);
                (claims.into_iter().chain(info).collect(), address)
            }
            _ => {
                let address = Address::read(&claims);
                (claims, address)
            }
        };
        profile(source, &subject, address, &claims).ok_or_else(no_account)
    }

    /// Returns the claims of the userinfo endpoint, which must be about the same account.
    async fn userinfo(
        &self,
        endpoint: &Url,
        access_token: &SecretString,
        subject: &str,
    ) -> Result<Map<String, Value>, ProviderError> {
        let request = Outgoing::get(endpoint).with_bearer(access_token.expose_secret());
        let incoming = self.client.send(request).await?;
        let info = success(&incoming, "the userinfo endpoint")?;
        if text(&info, "sub") == Some(subject) {
            Ok(info)
        } else {
            Err(ProviderError::invalid(
                "its userinfo is about another account",
            ))
        }
    }

    /// Verifies an ID token, with newer keys if none of those that are kept has signed it.
    async fn verify(
        &self,
        token: &SecretString,
        metadata: &Metadata,
        expected: &Expected<'_>,
    ) -> Result<Map<String, Value>, ProviderError> {
        let token = token.expose_secret();
        let keys = self.kept_keys(metadata, expected.now).await?;
        let claims = match id_token::verify(token, &keys, expected) {
            Err(IdTokenError::UnknownKey) => {
                let keys = self.keys(metadata, KEYS_AGAIN, expected.now).await?;
                id_token::verify(token, &keys, expected)
            }
            verified => verified,
        };
        claims.map_err(|error| ProviderError::invalid(error.text()))
    }

    async fn metadata(&self, now: Timestamp) -> Result<Arc<Metadata>, ProviderError> {
        let fetch = async {
            let url = self.issuer.join(CONFIGURATION);
            let url = url.ok_or_else(|| ProviderError::invalid("its issuer is no URL"))?;
            let incoming = self.client.send(Outgoing::get(&url)).await?;
            let document = success(&incoming, "its configuration")?;
            Ok(Fetched {
                document: Metadata::read(&document, &self.issuer)?,
                max_age: incoming.max_age(),
            })
        };
        self.metadata.get(now, fetch).await
    }

    async fn kept_keys(
        &self,
        metadata: &Metadata,
        now: Timestamp,
    ) -> Result<Arc<KeySet>, ProviderError> {
        self.keys.get(now, self.fetch_keys(metadata)).await
    }

    /// Returns the keys, fetched less than `age` ago.
    async fn keys(
        &self,
        metadata: &Metadata,
        age: Duration,
        now: Timestamp,
    ) -> Result<Arc<KeySet>, ProviderError> {
        let fetch = self.fetch_keys(metadata);
        self.keys.get_newer(age, now, fetch).await
    }

    async fn fetch_keys(&self, metadata: &Metadata) -> Result<Fetched<KeySet>, ProviderError> {
        let incoming = self.client.send(Outgoing::get(&metadata.jwks_uri)).await?;
        let document = success(&incoming, "its key set")?;
        let keys = KeySet::read(&document);
        Ok(Fetched {
            document: keys.ok_or_else(|| ProviderError::invalid("its key set has no keys"))?,
            max_age: incoming.max_age(),
        })
    }
}

/// Returns the object in an answer.
fn success(incoming: &Incoming, endpoint: &str) -> Result<Map<String, Value>, ProviderError> {
    let object = incoming.object().filter(|_| incoming.status.is_success());
    object.ok_or_else(|| refusal(incoming, endpoint))
}
