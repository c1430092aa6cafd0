//! The configuration that an OpenID provider publishes (OpenID Connect Discovery 1.0).

use serde_json::{Map, Value};
use url::{Host, Url};

use super::ProviderError;

/// The identifier of a provider. A slash at its end means nothing: providers write it now with one
/// and now without.
#[derive(Clone, Debug)]
pub(super) struct Issuer(Url);

/// The endpoints of a provider, and what they accept.
#[derive(Debug)]
pub(super) struct Metadata {
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) userinfo_endpoint: Option<Url>,
    pub(super) jwks_uri: Url,
    /// The way in which the token endpoint takes the client's secret.
    pub(super) secret_in_form: bool,
    /// A flag: each answer names the issuer (RFC 9207).
    pub(super) names_issuer: bool,
}

impl Issuer {
    /// Parses an identifier: an `https://` URL, or an `http://` one of this machine.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let is_bare = url.query().is_none() && url.fragment().is_none() && is_anonymous(&url);
        (is_bare && (url.scheme() == "https" || is_plain_and_local(&url))).then_some(Self(url))
    }

    /// Returns the identifier without a slash at its end.
    pub(super) fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Returns whether a provider means itself by this text.
    pub(super) fn is_named_by(&self, text: &str) -> bool {
        text.trim_end_matches('/') == self.as_str()
    }

    /// Returns the address of an endpoint below the identifier.
    pub(super) fn join(&self, path: &str) -> Option<Url> {
        Url::parse(&format!("{}{path}", self.as_str())).ok()
    }

    /// Parses the address of an endpoint. One without TLS is accepted only if the issuer is one of
    /// this machine, too.
    fn endpoint(&self, value: Option<&Value>) -> Option<Url> {
        let url = Url::parse(value?.as_str()?).ok()?;
        let is_plain = is_plain_and_local(&self.0) && is_plain_and_local(&url);
        let is_usable = is_anonymous(&url) && (url.scheme() == "https" || is_plain);
        is_usable.then_some(url)
    }
}

impl Metadata {
    /// Reads the document that a provider publishes.
    pub(super) fn read(
        document: &Map<String, Value>,
        issuer: &Issuer,
    ) -> Result<Self, ProviderError> {
        let named = document.get("issuer").and_then(Value::as_str);
        if !named.is_some_and(|named| issuer.is_named_by(named)) {
            return Err(ProviderError::invalid(
                "its configuration is that of another issuer",
            ));
        }
        let endpoint = |name: &str| {
            issuer.endpoint(document.get(name)).ok_or_else(|| {
                ProviderError::invalid(format!("its configuration has no usable {name}"))
            })
        };
        let methods = document.get("token_endpoint_auth_methods_supported");
        let methods = methods.and_then(Value::as_array);
        let takes = |method: &str| methods.is_some_and(|it| it.iter().any(|name| name == method));
        let names_issuer = document.get("authorization_response_iss_parameter_supported");
        Ok(Self {
            authorization_endpoint: endpoint("authorization_endpoint")?,
            token_endpoint: endpoint("token_endpoint")?,
            userinfo_endpoint: issuer.endpoint(document.get("userinfo_endpoint")),
            jwks_uri: endpoint("jwks_uri")?,
            // The default is the header (OpenID Connect Discovery, section 3).
            secret_in_form: takes("client_secret_post") && !takes("client_secret_basic"),
            names_issuer: names_issuer == Some(&Value::Bool(true)),
        })
    }
}

fn is_anonymous(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none()
}

fn is_plain_and_local(url: &Url) -> bool {
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && is_local
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(issuer: &str) -> Map<String, Value> {
        let document = json!({
            "issuer": issuer,
            "authorization_endpoint": "https://a.test/authorize?tenant=x",
            "token_endpoint": "https://a.test/token",
            "userinfo_endpoint": "http://a.test/userinfo",
            "jwks_uri": "https://keys.test/jwks",
        });
        document.as_object().unwrap().clone()
    }

    fn issuer(text: &str) -> Issuer {
        Issuer::parse(text).unwrap()
    }

    #[test]
    fn issuer_is_an_https_url_or_on_this_machine() {
        for text in [
            "https://a.test",
            "http://localhost:1/x",
            "http://127.0.0.1",
            "http://[::1]:5",
        ] {
            assert!(Issuer::parse(text).is_some(), "{text}");
        }
        for text in [
            "http://a.test",
            "https://a.test/?x",
            "https://u@a.test",
            "ftp://a.test",
            "a",
        ] {
            assert!(Issuer::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn configuration_is_read_whatever_slash_its_issuer_has() {
        for (ours, theirs) in [
            ("https://a.test", "https://a.test/"),
            ("https://a.test/", "https://a.test"),
        ] {
            let read = Metadata::read(&document(theirs), &issuer(ours)).unwrap();
            assert_eq!(read.jwks_uri.as_str(), "https://keys.test/jwks");
            assert_eq!(read.userinfo_endpoint, None, "without TLS");
            assert!(!read.secret_in_form && !read.names_issuer);
        }
    }

    #[test]
    fn configuration_of_another_issuer_is_refused() {
        for other in ["https://b.test", "https://a.test/x", "http://a.test", ""] {
            assert!(Metadata::read(&document(other), &issuer("https://a.test")).is_err());
        }
    }

    #[test]
    fn endpoint_without_tls_is_refused() {
        for (name, value) in [
            ("token_endpoint", json!("http://a.test/token")),
            ("jwks_uri", json!("http://localhost/jwks")),
            ("authorization_endpoint", json!(1)),
        ] {
            let mut document = document("https://a.test");
            document.insert(name.to_owned(), value);
            let error = Metadata::read(&document, &issuer("https://a.test")).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn secret_goes_into_the_form_without_basic() {
        let mut document = document("https://a.test");
        for (methods, in_form) in [
            (json!(["client_secret_post"]), true),
            (json!(["client_secret_post", "client_secret_basic"]), false),
            (json!("client_secret_post"), false),
        ] {
            document.insert("token_endpoint_auth_methods_supported".to_owned(), methods);
            let read = Metadata::read(&document, &issuer("https://a.test")).unwrap();
            assert_eq!(read.secret_in_form, in_form);
        }
    }
}
