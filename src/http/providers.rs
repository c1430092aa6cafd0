//! The two addresses that a browser opens during a sign-in at a provider. Both only lead on; a
//! browser stays on a page of latchkey's only if its request names no sign-in.

use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

use super::AppState;
use super::cookies::cookie;
use crate::accounts::{InternalError, ProviderRedirect, ProviderReturn};
use crate::graphql::RETRY_AFTER as OVERLOADED_SECONDS;

const PLAIN: &str = "text/plain; charset=utf-8";
const NOWHERE: &str = "This sign-in has expired, or its address is not complete. Go back to the page where it began, and start again.\n";
const BUSY: &str = "The service is busy. Try again in a moment.\n";

/// Leads a browser to the provider, with a cookie by which it is recognized when it comes back.
pub(super) async fn start(State(state): State<AppState>, request: Request) -> Response {
    if let Some(refused) = refuse(&state, &request) {
        return refused;
    }
    let parameter = parameter(&request, "request").unwrap_or_default();
    let browser = browser(&state, request.headers());
    let redirect = state.accounts.go_to_provider(&parameter, browser).await;
    lead(&state, redirect)
}

/// Takes what the provider has given to the browser, and leads the browser to the page that finishes
/// the sign-in.
pub(super) async fn callback(State(state): State<AppState>, request: Request) -> Response {
    if let Some(refused) = refuse(&state, &request) {
        return refused;
    }
    let back = ProviderReturn {
        state: parameter(&request, "state"),
        code: parameter(&request, "code").map(SecretString::from),
        error: parameter(&request, "error"),
        issuer: parameter(&request, "iss"),
        browser: browser(&state, request.headers()),
    };
    match state.accounts.return_from_provider(back).await {
        Ok(redirect) => lead(&state, redirect),
        Err(error) => overloaded(&error),
    }
}

/// Refuses other methods than GET: a program that only looks at an address must not use it up.
fn refuse(state: &AppState, request: &Request) -> Option<Response> {
    if state.accounts.providers().is_empty() {
        return Some(StatusCode::NOT_FOUND.into_response());
    }
    let refused = (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET")]);
    (request.method() != Method::GET).then(|| refused.into_response())
}

/// Returns a parameter of the address. One that appears twice counts as none.
fn parameter(request: &Request, name: &str) -> Option<String> {
    let query = request.uri().query().unwrap_or_default();
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
    match (values.next(), values.next()) {
        (Some((_, value)), None) => Some(value.into_owned()),
        _ => None,
    }
}

fn browser(state: &AppState, headers: &HeaderMap) -> Option<SecretString> {
    let name = state.policy.cookies.provider_name();
    cookie(headers, name).map(SecretString::from)
}

fn lead(state: &AppState, redirect: ProviderRedirect) -> Response {
    match redirect {
        ProviderRedirect::Provider(url, browser) => {
            let cookie = state.policy.cookies.provider(browser.expose_secret());
            let headers = [(LOCATION, url.to_string()), (SET_COOKIE, cookie)];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        ProviderRedirect::Page(url) => {
            (StatusCode::SEE_OTHER, [(LOCATION, url.to_string())]).into_response()
        }
        ProviderRedirect::Nowhere => {
            (StatusCode::BAD_REQUEST, [(CONTENT_TYPE, PLAIN)], NOWHERE).into_response()
        }
    }
}

fn overloaded(error: &InternalError) -> Response {
    tracing::error!(?error, "the return from a provider failed");
    let headers = [
        (CONTENT_TYPE, PLAIN.to_owned()),
        (RETRY_AFTER, OVERLOADED_SECONDS.to_string()),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, headers, BUSY).into_response()
}
