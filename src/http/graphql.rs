//! `/graphql`: the one way in (GraphQL over HTTP). Anything by POST, queries by GET too, and the page for browsers.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::sync::OnceCell;

use super::AppState;
use super::cors;
use super::graphiql;
use super::middleware::RequestId;
use super::negotiation::{self, MediaType};
use super::path::TrailingSlash;
use super::request::{self, HttpError};
use super::response;
use crate::graphql::{AuditTrail, GraphqlRequest, RequestContext};

/// Reads the body, executes, answers.
pub(super) async fn post(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RequestId(id): RequestId,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let request = async {
        request::require_json(&parts.headers)?;
        request::read(body, &state.limits).await
    };
    exchange(&state, peer, &id, &parts.headers, request).await
}

/// The page for whoever asks for one first, a document in the URL or not; else what the URL asks, if it changes nothing.
pub(super) async fn get(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RequestId(id): RequestId,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let headers = &parts.headers;
    if negotiation::wants_page(headers) {
        let is_there = state.executor.introspection;
        return match parts.extensions.get::<TrailingSlash>() {
            _ if !is_there => StatusCode::NOT_FOUND.into_response(),
            Some(TrailingSlash) => {
                (StatusCode::PERMANENT_REDIRECT, [(LOCATION, "../graphql")]).into_response()
            }
            None => graphiql::page(),
        };
    }
    let request = async { request::read_url(parts.uri.query().unwrap_or_default()) };
    exchange(&state, peer, &id, headers, request).await
}

/// Every other method.
pub(super) async fn wrong_method(RequestId(id): RequestId, headers: HeaderMap) -> Response {
    let refusal = HttpError::new(StatusCode::METHOD_NOT_ALLOWED, "Send the document by POST.");
    response::refuse(refusal, MediaType::preferred(&headers), &id)
}

async fn exchange(
    state: &AppState,
    peer: SocketAddr,
    id: &str,
    headers: &HeaderMap,
    request: impl Future<Output = Result<GraphqlRequest, HttpError>>,
) -> Response {
    let executed = async {
        let media_type = MediaType::accepted(headers)?;
        let request = request.await?;
        let answer = state
            .executor
            .execute(request, request_context(state, peer, headers), id)
            .await;
        Ok(response::answer(answer, media_type))
    };
    executed
        .await
        .unwrap_or_else(|refusal| response::refuse(refusal, MediaType::preferred(headers), id))
}

fn request_context(state: &AppState, peer: SocketAddr, headers: &HeaderMap) -> RequestContext {
    RequestContext {
        accounts: state.accounts.clone(),
        policy: state.policy,
        bearer: request::bearer(headers),
        cookie: state.origins.refresh_cookie(headers, state.policy.cookies),
        device: cors::cookie(headers, state.policy.cookies.device_name()).map(Into::into),
        client: state.trusted_proxies.client(peer, headers),
        caller: OnceCell::new(),
        audit: AuditTrail::default(),
    }
}
