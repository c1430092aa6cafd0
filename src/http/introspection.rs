//! Token introspection (RFC 7662), for resource servers that cannot wait until a token expires.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ALLOW, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::AppState;
use super::request::{self, HttpError};
use crate::accounts::{InternalError, Introspection};
use crate::graphql::RETRY_AFTER as OVERLOADED_SECONDS;
use crate::repository::StoreError;
use crate::token::ResourceServers;

const FORM: &str = "application/x-www-form-urlencoded";

/// An error response (RFC 6749, section 5.2).
struct OAuthError {
    status: StatusCode,
    error: &'static str,
    header: Option<(HeaderName, HeaderValue)>,
}

const fn oauth_error(status: StatusCode, error: &'static str) -> OAuthError {
    OAuthError {
        status,
        error,
        header: None,
    }
}

impl From<HttpError> for OAuthError {
    fn from(error: HttpError) -> Self {
        oauth_error(error.status, "invalid_request")
    }
}

/// A failure is logged like that of a resolver.
impl From<InternalError> for OAuthError {
    fn from(error: InternalError) -> Self {
        tracing::error!(?error, "introspection failed");
        if let InternalError::Store(StoreError::Corrupt(_)) = error {
            return oauth_error(StatusCode::INTERNAL_SERVER_ERROR, "server_error");
        }
        Self {
            header: Some((RETRY_AFTER, HeaderValue::from(OVERLOADED_SECONDS))),
            ..oauth_error(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable")
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let mut response = answer(self.status, &json!({ "error": self.error }));
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// Answers a registered resource server. Without any, there is no such route.
pub(super) async fn post(State(state): State<AppState>, request: Request) -> Response {
    let Some(servers) = state.resource_servers.clone() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match introspect(&state, &servers, request).await {
        Ok(document) => answer(StatusCode::OK, &document),
        Err(error) => error.into_response(),
    }
}

/// Rejects every other method.
pub(super) async fn method_not_allowed(State(state): State<AppState>) -> Response {
    if state.resource_servers.is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST")]).into_response()
}

async fn introspect(
    state: &AppState,
    servers: &ResourceServers,
    request: Request,
) -> Result<Value, OAuthError> {
    let (parts, body) = request.into_parts();
    if !is_authentic(servers, &parts.headers) {
        let realm = const { HeaderValue::from_static("Basic realm=\"latchkey\"") };
        return Err(OAuthError {
            header: Some((WWW_AUTHENTICATE, realm)),
            ..oauth_error(StatusCode::UNAUTHORIZED, "invalid_client")
        });
    }
    let token = token(state, &parts.headers, body).await?;
    Ok(match state.accounts.introspect(&token).await? {
        Introspection::Inactive => json!({ "active": false }),
        Introspection::Active(claims) => {
            let mut document = json!(claims);
            document["active"] = json!(true);
            document["token_type"] = json!("Bearer");
            document
        }
    })
}

/// Returns whether the request has the id and the secret of a resource server, as HTTP Basic (RFC
/// 6749, section 2.3.1).
fn is_authentic(servers: &ResourceServers, headers: &HeaderMap) -> bool {
    let credentials = || {
        let (scheme, credentials) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        let is_basic = scheme.eq_ignore_ascii_case("basic");
        let decoded = STANDARD.decode(credentials.trim()).ok();
        let text = String::from_utf8(decoded.filter(|_| is_basic)?).ok()?;
        let (id, secret) = text.split_once(':')?;
        Some((form_decoded(id)?, form_decoded(secret)?))
    };
    credentials().is_some_and(|(id, secret)| servers.authenticate(&id, &secret))
}

/// Decodes a part of the credentials. Ids and secrets have no character that needs an encoding, but
/// some clients encode hyphens and dots too.
fn form_decoded(text: &str) -> Option<String> {
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

/// Reads the token from the form. A parameter that appears twice is an error (RFC 6749, section
/// 3.1); others, such as `token_type_hint`, are ignored.
async fn token(state: &AppState, headers: &HeaderMap, body: Body) -> Result<String, OAuthError> {
    let invalid = || oauth_error(StatusCode::BAD_REQUEST, "invalid_request");
    let content_type = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let essence = content_type.and_then(|it| it.split(';').next());
    if !essence.is_some_and(|it| it.trim().eq_ignore_ascii_case(FORM)) {
        return Err(invalid());
    }
    let bytes = request::read_bytes(body, &state.limits).await?;
    let mut tokens = form_urlencoded::parse(&bytes).filter(|(name, _)| name == "token");
    match (tokens.next(), tokens.next()) {
        (Some((_, token)), None) if !token.is_empty() => Ok(token.into_owned()),
        _ => Err(invalid()),
    }
}

fn answer(status: StatusCode, document: &Value) -> Response {
    (
        status,
        [(CONTENT_TYPE, "application/json")],
        document.to_string(),
    )
        .into_response()
}
