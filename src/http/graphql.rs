//! The `/graphql` endpoint, after GraphQL over HTTP: all operations by POST, queries also by GET,
//! and a page for browsers.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::LOCATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::sync::OnceCell;

use super::AppState;
use super::cookies;
use super::graphiql;
use super::live;
use super::middleware::RequestId;
use super::negotiation::{self, MediaType};
use super::path::TrailingSlash;
use super::request::{self, HttpError};
use super::response;
use crate::graphql::{AuditTrail, GraphqlRequest, RequestContext};

/// Executes the operation in the body.
pub(super) async fn post(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RequestId(id): RequestId,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    if negotiation::wants_event_stream(&parts.headers) {
        return live::event_stream(&state, peer, &id, &parts, body).await;
    }
    let request = async {
        request::require_json(&parts.headers)?;
        request::read(body, &state.limits).await
    };
    respond(&state, peer, &id, &parts, request).await
}

/// Answers with the page if the client prefers HTML. Otherwise executes the query in the URL.
pub(super) async fn get(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RequestId(id): RequestId,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    if live::wants_socket(&parts.headers) {
        return live::socket(&state, peer, &id, parts).await;
    }
    let headers = &parts.headers;
    if negotiation::wants_page(headers) {
        let page_enabled = state.executor.offers_graphiql();
        return match parts.extensions.get::<TrailingSlash>() {
            _ if !page_enabled => StatusCode::NOT_FOUND.into_response(),
            Some(TrailingSlash) => {
                (StatusCode::PERMANENT_REDIRECT, [(LOCATION, "../graphql")]).into_response()
            }
            None => graphiql::page(&state.emails),
        };
    }
    let request = async { request::read_url(parts.uri.query().unwrap_or_default()) };
    respond(&state, peer, &id, &parts, request).await
}

/// Rejects every other method.
pub(super) async fn method_not_allowed(RequestId(id): RequestId, headers: HeaderMap) -> Response {
    let error = HttpError::new(StatusCode::METHOD_NOT_ALLOWED, "Send the document by POST.");
    response::reject(error, MediaType::preferred(&headers), &id)
}

/// Checks `Accept`, reads the request, executes it, and writes the response.
async fn respond(
    state: &AppState,
    peer: SocketAddr,
    id: &str,
    head: &Parts,
    request: impl Future<Output = Result<GraphqlRequest, HttpError>>,
) -> Response {
    let headers = &head.headers;
    let response = async {
        let media_type = MediaType::accepted(headers)?;
        let request = request.await?;
        let executed = state
            .executor
            .execute(request, request_context(state, peer, head), id)
            .await;
        Ok(response::write(executed, media_type))
    };
    response
        .await
        .unwrap_or_else(|error| response::reject(error, MediaType::preferred(headers), id))
}

fn request_context(state: &AppState, peer: SocketAddr, head: &Parts) -> RequestContext {
    let headers = &head.headers;
    RequestContext {
        accounts: state.accounts.clone(),
        policy: state.policy,
        bearer: request::bearer(headers),
        cookie: state.origins.refresh_cookie(headers, state.policy.cookies),
        cross_site: cookies::is_cross_site(headers),
        device: cookies::cookie(headers, state.policy.cookies.device_name()).map(Into::into),
        trusted_browser: cookies::cookie(headers, state.policy.cookies.trusted_browser_name())
            .map(Into::into),
        client: state.trusted_proxies.client(peer, headers),
        deadline: head.extensions.get().cloned().unwrap_or_default(),
        caller: OnceCell::new(),
        audit: AuditTrail::default(),
    }
}
