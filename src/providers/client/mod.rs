//! A small HTTP client: one connection per request, bounded in size, without redirects, cookies or
//! proxies. The caller bounds the time.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::http::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HOST, USER_AGENT};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Map, Value};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Position, Url};

use super::ProviderError;

/// The largest body of an answer.
const MAX_BODY: usize = 256 * 1024;
/// The largest head of an answer.
const MAX_HEAD: usize = 32 * 1024;
/// The time for one address of a host: the next one is tried then.
const CONNECT: Duration = Duration::from_secs(3);
/// The number of requests at a time, for all providers together.
const REQUESTS: usize = 64;
const AGENT: &str = concat!("latchkey/", env!("CARGO_PKG_VERSION"));

/// Sends requests to providers.
pub(super) struct HttpClient {
    permits: Semaphore,
    tls: OnceLock<TlsConnector>,
}

/// A request.
#[derive(Debug)]
pub(super) struct Outgoing<'a> {
    pub(super) url: &'a Url,
    /// The value of the `Authorization` header.
    pub(super) authorization: Option<String>,
    /// The form to post. Without one, the request is a GET.
    pub(super) form: Option<String>,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Default for HttpClient {
    fn default() -> Self {
        Self {
            permits: Semaphore::new(REQUESTS),
            tls: OnceLock::new(),
        }
    }
}

impl<'a> Outgoing<'a> {
    pub(super) const fn get(url: &'a Url) -> Self {
        Self {
            url,
            authorization: None,
            form: None,
        }
    }

    pub(super) fn with_bearer(self, token: &str) -> Self {
        Self {
            authorization: Some(format!("Bearer {token}")),
            ..self
        }
    }

    fn into_request(self) -> Result<Request<Full<Bytes>>, ProviderError> {
        let url = self.url;
        let method = if self.form.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        let mut request = Request::builder()
            .method(method)
            .uri(&url[Position::BeforePath..Position::AfterQuery])
            .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
            .header(USER_AGENT, AGENT)
            .header(ACCEPT, "application/json");
        if let Some(authorization) = self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        if self.form.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let body = Full::new(Bytes::from(self.form.unwrap_or_default()));
        request
            .body(body)
            .map_err(|_| ProviderError::invalid("a request cannot be written"))
    }
}

impl Incoming {
    /// Returns the body as a JSON object.
    pub(super) fn object(&self) -> Option<Map<String, Value>> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Returns the body as JSON.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Returns the time for which the answer may be kept, if it says so.
    pub(super) fn max_age(&self) -> Option<Duration> {
        let values = self.headers.get_all(CACHE_CONTROL).into_iter();
        let texts = values.filter_map(|value| value.to_str().ok());
        let mut directives = texts.flat_map(|text| text.split(',')).map(str::trim);
        let seconds = directives.find_map(|it| it.strip_prefix("max-age="))?;
        seconds
            .trim_matches('"')
            .parse()
            .ok()
            .map(Duration::from_secs)
    }
}

impl HttpClient {
    /// Sends a request, and returns the answer whatever its status is. A redirect is an answer.
    pub(super) async fn send(&self, request: Outgoing<'_>) -> Result<Incoming, ProviderError> {
        // The state of a TLS connection is large: it is not part of each caller's future.
        Box::pin(self.connect_and_send(request)).await
    }

    async fn connect_and_send(&self, request: Outgoing<'_>) -> Result<Incoming, ProviderError> {
        let closed = |_| ProviderError::Unreachable("the client is closed".to_owned());
        let _permit = self.permits.acquire().await.map_err(closed)?;
        let url = request.url.clone();
        let stream = connect(&url).await?;
        let request = request.into_request()?;
        if url.scheme() != "https" {
            return exchange(stream, request).await;
        }
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(host)
            .map_err(|_| ProviderError::invalid("the URL has no host name"))?;
        let stream = self.tls().connect(name, stream).await;
        exchange(stream.map_err(|error| unreachable_by(&error))?, request).await
    }

    /// Returns what opens TLS connections, with the machine's certificate authorities.
    fn tls(&self) -> &TlsConnector {
        self.tls.get_or_init(|| {
            let found = rustls_native_certs::load_native_certs();
            let mut roots = RootCertStore::empty();
            let (usable, _) = roots.add_parsable_certificates(found.certs);
            if usable == 0 {
                tracing::error!(
                    "the machine has no certificate authorities: no provider is trusted"
                );
            }
            let provider = Arc::new(aws_lc_rs::default_provider());
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .expect("the provider supports TLS 1.2 and 1.3")
                .with_root_certificates(roots)
                .with_no_client_auth();
            TlsConnector::from(Arc::new(config))
        })
    }
}

/// Connects to the first address of the URL's host that accepts a connection.
async fn connect(url: &Url) -> Result<TcpStream, ProviderError> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or_default();
    let addresses = lookup_host((host, port)).await;
    let mut failure = ProviderError::Unreachable("its name has no address".to_owned());
    for address in addresses.map_err(|error| unreachable_by(&error))? {
        match timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failure = unreachable_by(&error),
            Err(_) => failure = ProviderError::Unreachable("no connection in time".to_owned()),
        }
    }
    Err(failure)
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<Incoming, ProviderError> {
    let mut builder = http1::Builder::new();
    builder.max_buf_size(MAX_HEAD);
    let (mut sender, connection) = builder
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unreachable_by(&error))?;
    let asking = async {
        let answer = sender.send_request(request).await;
        let (parts, body) = answer.map_err(|error| unreachable_by(&error))?.into_parts();
        let body = Limited::new(body, MAX_BODY).collect().await;
        let body = body.map_err(|_| ProviderError::invalid("its body is cut off or too large"))?;
        Ok(Incoming {
            status: parts.status,
            headers: parts.headers,
            body: body.to_bytes(),
        })
    };
    tokio::pin!(asking);
    // The connection is driven here and not in a task: it ends with the request.
    tokio::select! {
        answer = &mut asking => answer,
        ended = connection => match ended {
            Ok(()) => asking.await,
            Err(error) => Err(unreachable_by(&error)),
        },
    }
}

fn unreachable_by(error: &dyn std::error::Error) -> ProviderError {
    ProviderError::Unreachable(error.to_string())
}

#[cfg(test)]
mod tests;
