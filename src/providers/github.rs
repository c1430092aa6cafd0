//! Sign-in at GitHub, which speaks OAuth without OpenID Connect: there is no ID token, so that the
//! account comes from its API. Also for GitHub Enterprise Server, by its `issuer`.

use std::sync::Arc;

use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use url::Url;

use super::client::{HttpClient, Outgoing};
use super::metadata::Issuer;
use super::profile::{Address, Source, profile, text};
use super::settings::{Entry, GITHUB};
use super::token_request::{Credentials, refusal};
use super::{Authorization, AuthorizationAnswer, ProviderError};
use crate::model::{Email, ProviderProfile};

/// GitHub, or a server of the same program.
pub(super) struct GitHub {
    id: String,
    issuer: Issuer,
    credentials: Credentials,
    scopes: String,
    trust_email: bool,
    client: Arc<HttpClient>,
}

impl GitHub {
    pub(super) fn new(entry: &Entry, client: Arc<HttpClient>) -> Self {
        Self {
            id: entry.id.clone(),
            issuer: entry.issuer.clone(),
            credentials: entry.credentials.clone(),
            scopes: entry.scopes.join(" "),
            trust_email: entry.trust_email,
            client,
        }
    }

    pub(super) fn authorization_url(
        &self,
        request: &Authorization<'_>,
    ) -> Result<Url, ProviderError> {
        let mut url = self.page("/login/oauth/authorize")?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.credentials.client_id)
            .append_pair("redirect_uri", request.redirect_uri)
            .append_pair("scope", &self.scopes)
            .append_pair("state", request.state)
            .append_pair("code_challenge", request.code_challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    pub(super) async fn profile(
        &self,
        answer: &AuthorizationAnswer<'_>,
    ) -> Result<ProviderProfile, ProviderError> {
        let endpoint = self.page("/login/oauth/access_token")?;
        let exchanging = self
            .credentials
            .exchange(&self.client, (&endpoint, true), answer);
        let token = exchanging.await?.access_token;
        let token = token.ok_or_else(|| ProviderError::invalid("there is no access token"))?;
        let token = token.expose_secret();
        let user = self.api("/user", token).await?;
        let user = user.as_ref().and_then(Value::as_object);
        let user = user.ok_or_else(|| ProviderError::invalid("its user is no object"))?;
        let subject = user.get("id").and_then(Value::as_u64);
        let subject = subject.ok_or_else(|| ProviderError::invalid("its user has no id"))?;
        let address = address(self.api("/user/emails", token).await?.as_ref());
        let source = Source {
            provider: &self.id,
            issuer: self.issuer.as_str(),
            trust_email: self.trust_email,
        };
        let profile = profile(source, &subject.to_string(), address, user);
        profile.ok_or_else(|| ProviderError::invalid("its user has no id"))
    }

    pub(super) async fn probe(&self) -> Result<(), ProviderError> {
        let endpoint = self.page("/login/oauth/authorize")?;
        let incoming = self.client.send(Outgoing::get(&endpoint)).await?;
        if incoming.status.is_server_error() {
            return Err(refusal(&incoming, "its sign-in page"));
        }
        Ok(())
    }

    /// Asks the API. `None` if the token's scope does not allow it.
    async fn api(&self, path: &str, token: &str) -> Result<Option<Value>, ProviderError> {
        let base = if self.issuer.as_str() == GITHUB {
            Url::parse(&format!("https://api.github.com{path}")).ok()
        } else {
            self.issuer.join(&format!("/api/v3{path}"))
        };
        let url = base.ok_or_else(|| ProviderError::invalid("its issuer is no URL"))?;
        let incoming = self
            .client
            .send(Outgoing::get(&url).with_bearer(token))
            .await?;
        match incoming.status.as_u16() {
            200 => Ok(incoming.json()),
            403 | 404 => Ok(None),
            _ => Err(refusal(&incoming, "its API")),
        }
    }

    fn page(&self, path: &str) -> Result<Url, ProviderError> {
        let page = self.issuer.join(path);
        page.ok_or_else(|| ProviderError::invalid("its issuer is no URL"))
    }
}

/// Returns the user's primary address. The list has one entry for each address.
fn address(emails: Option<&Value>) -> Address {
    let entries = emails.and_then(Value::as_array);
    let mut entries = entries.into_iter().flatten().filter_map(Value::as_object);
    let is = |entry: &Map<String, Value>, flag: &str| entry.get(flag) == Some(&Value::Bool(true));
    let Some(primary) = entries.find(|entry| is(entry, "primary")) else {
        return Address::default();
    };
    Address {
        email: text(primary, "email").and_then(|text| Email::parse(text).ok()),
        is_verified: is(primary, "verified"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn primary_address_is_the_users() {
        let emails = json!([
            { "email": "old@x.test", "primary": false, "verified": true },
            { "email": "ada@x.test", "primary": true, "verified": true },
        ]);
        let found = address(Some(&emails));
        assert_eq!(found.email.unwrap().as_str(), "ada@x.test");
        assert!(found.is_verified);
        let unverified = json!([{ "email": "ada@x.test", "primary": true, "verified": "true" }]);
        assert!(!address(Some(&unverified)).is_verified);
    }

    #[test]
    fn list_without_a_primary_address_has_none() {
        for emails in [
            json!([]),
            json!({}),
            json!([{ "email": "a@x.test", "verified": true }, 7]),
        ] {
            assert!(address(Some(&emails)).email.is_none(), "{emails}");
        }
        assert!(address(None).email.is_none());
    }
}
