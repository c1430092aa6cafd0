//! `/graphql`: the one way in (GraphQL over HTTP). Anything by POST, queries by GET too, and the page for browsers.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::sync::OnceCell;

use super::Door;
use super::graphiql;
use super::headers::RequestId;
use super::negotiation::{self, MediaType};
use super::origin;
use super::request::{self, Refusal};
use super::response;
use crate::graphql::{Acts, Asking, Params};

/// Reads the body, executes, answers.
pub(super) async fn post(
    State(door): State<Door>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RequestId(id): RequestId,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let params = async {
        request::require_json(&parts.headers)?;
        request::read(body, &door.limits).await
    };
    exchange(&door, peer, &id, &parts.headers, params).await
}

/// The page for whoever asks for one first, a document in the URL or not; else what the URL asks, if it changes nothing.
pub(super) async fn get(
    State(door): State<Door>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RequestId(id): RequestId,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let headers = &parts.headers;
    if negotiation::wants_page(headers) {
        let is_there = door.endpoint.introspection;
        return if is_there { graphiql::page() } else { StatusCode::NOT_FOUND.into_response() };
    }
    let params = async { request::read_url(parts.uri.query().unwrap_or_default()) };
    exchange(&door, peer, &id, headers, params).await
}

/// Every other method.
pub(super) async fn wrong_method(RequestId(id): RequestId, headers: HeaderMap) -> Response {
    let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "Send the document by POST.");
    response::refuse(refusal, MediaType::preferred(&headers), &id)
}

async fn exchange(
    door: &Door,
    peer: SocketAddr,
    id: &str,
    headers: &HeaderMap,
    params: impl Future<Output = Result<Params, Refusal>>,
) -> Response {
    let executed = async {
        let media_type = MediaType::accepted(headers)?;
        let params = params.await?;
        let answer = door.endpoint.execute(params, asking(door, peer, headers), id).await;
        Ok(response::answer(answer, media_type))
    };
    executed.await.unwrap_or_else(|refusal| response::refuse(refusal, MediaType::preferred(headers), id))
}

fn asking(door: &Door, peer: SocketAddr, headers: &HeaderMap) -> Asking {
    Asking {
        accounts: door.accounts.clone(),
        policy: door.policy,
        bearer: request::bearer(headers),
        cookie: door.origins.refresh_cookie(headers, door.policy.cookies),
        device: origin::cookie(headers, door.policy.cookies.device_name()).map(Into::into),
        client: door.trusted_proxies.client(peer, headers),
        caller: OnceCell::new(),
        acts: Acts::default(),
    }
}
