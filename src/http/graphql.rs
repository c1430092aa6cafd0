//! `POST /graphql`: the one way in (GraphQL over HTTP).

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{ALLOW, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::sync::OnceCell;

use super::Door;
use super::headers::RequestId;
use super::origin;
use super::request::{self, Refusal};
use super::response::{self, MediaType};
use crate::accounts::Client;
use crate::graphql::{self, Asking};

/// Reads, executes, answers.
pub(super) async fn post(
    State(door): State<Door>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RequestId(id): RequestId,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    match exchange(&door, peer, &id, &parts.headers, body).await {
        Ok(response) => response,
        Err(refusal) => response::refuse(&refusal),
    }
}

/// Every other method: a page for GET is another route's, and nothing is executed but by POST.
pub(super) async fn wrong_method() -> Response {
    let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "Send the document by POST.");
    ([(ALLOW, "GET, POST")], response::refuse(&refusal)).into_response()
}

async fn exchange(
    door: &Door,
    peer: SocketAddr,
    id: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let media_type = MediaType::accepted(headers)?;
    request::require_json(headers)?;
    let request = request::read(body).await?;
    let asking = Asking {
        accounts: door.accounts.clone(),
        policy: door.policy,
        bearer: request::bearer(headers),
        cookie: door.origins.refresh_cookie(headers, door.policy.cookies),
        device: origin::cookie(headers, door.policy.cookies.device_name()).map(Into::into),
        client: Client {
            address: peer.ip(),
            user_agent: headers.get(USER_AGENT).and_then(|it| it.to_str().ok()).map(str::to_owned),
        },
        caller: OnceCell::new(),
    };
    Ok(response::answer(graphql::execute(&door.schema, request, asking, id).await, media_type))
}
