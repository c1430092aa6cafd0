//! Exchanges a code at a token endpoint (RFC 6749, section 4.1.3; RFC 7636).

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

use super::client::{HttpClient, Incoming, Outgoing};
use super::profile::text;
use super::{AuthorizationAnswer, ProviderError};

/// latchkey as the provider knows it.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    pub(super) client_id: String,
    /// The secret; `None` for a public client.
    pub(super) client_secret: Option<SecretString>,
}

/// The tokens of an answer.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) access_token: Option<SecretString>,
    pub(super) id_token: Option<SecretString>,
}

impl Credentials {
    /// Exchanges a code for tokens.
    pub(super) async fn exchange(
        &self,
        client: &HttpClient,
        (endpoint, secret_in_form): (&Url, bool),
        answer: &AuthorizationAnswer<'_>,
    ) -> Result<Tokens, ProviderError> {
        let request = self.request(endpoint, secret_in_form, answer);
        let incoming = client.send(request).await?;
        let tokens = tokens(&incoming);
        tokens.ok_or_else(|| refusal(&incoming, "the token endpoint"))
    }

    fn request<'a>(
        &self,
        url: &'a Url,
        secret_in_form: bool,
        answer: &AuthorizationAnswer<'_>,
    ) -> Outgoing<'a> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", answer.code)
            .append_pair("redirect_uri", answer.redirect_uri)
            .append_pair("code_verifier", answer.code_verifier);
        let mut authorization = None;
        match &self.client_secret {
            Some(secret) if !secret_in_form => authorization = Some(self.basic(secret)),
            secret => {
                form.append_pair("client_id", &self.client_id);
                if let Some(secret) = secret {
                    form.append_pair("client_secret", secret.expose_secret());
                }
            }
        }
        Outgoing {
            url,
            authorization,
            form: Some(form.finish()),
        }
    }

    /// Returns the header with id and secret, each of which is encoded first (RFC 6749, section
    /// 2.3.1).
    fn basic(&self, secret: &SecretString) -> String {
        let encoded =
            |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
        let (id, secret) = (encoded(&self.client_id), encoded(secret.expose_secret()));
        format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
    }
}

/// Returns the tokens of an answer. GitHub answers a refused code with 200 and an error.
fn tokens(incoming: &Incoming) -> Option<Tokens> {
    let answer = incoming.object().filter(|_| incoming.status.is_success())?;
    if answer.contains_key("error") {
        return None;
    }
    let token = |name: &str| text(&answer, name).map(SecretString::from);
    Some(Tokens {
        access_token: token("access_token"),
        id_token: token("id_token"),
    })
}

/// Describes an answer that is not the expected one. A failure of the provider itself counts as no
/// answer. Of the provider's words only the code of the error is quoted, if it has the form of one.
pub(super) fn refusal(incoming: &Incoming, endpoint: &str) -> ProviderError {
    let status = incoming.status;
    if status.is_server_error() {
        return ProviderError::Unreachable(format!("{endpoint} answers {status}"));
    }
    let code = incoming.object().as_ref().and_then(error_code);
    let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
    ProviderError::invalid(format!("{endpoint} answers {status}{code}"))
}

fn error_code(answer: &Map<String, Value>) -> Option<String> {
    let code = text(answer, "error")?;
    let is_code =
        |it: &str| it.len() <= 40 && it.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
    is_code(code).then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_and_secret_are_encoded_before_they_are_joined() {
        let credentials = Credentials {
            client_id: "a:b".to_owned(),
            client_secret: None,
        };
        let header = credentials.basic(&"c d+é".into());
        let decoded = STANDARD.decode(header.strip_prefix("Basic ").unwrap());
        assert_eq!(decoded.unwrap(), b"a%3Ab:c+d%2B%C3%A9");
    }
}
