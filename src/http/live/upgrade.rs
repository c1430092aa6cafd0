//! The handshake of a socket: all that is checked before the connection is upgraded.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::header::{CONTENT_TYPE, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::socket;
use super::{Connected, DISABLED, FOREIGN, TOO_MANY};
use crate::graphql::MAX_RESPONSE_BYTES;
use crate::http::negotiation::MediaType;
use crate::http::request::HttpError;
use crate::http::server::ConnectionHold;
use crate::http::{AppState, response};

const PROTOCOL: &str = "graphql-transport-ws";
/// The size of a socket's buffer for what it receives: there are many, and messages are small.
const READ_BUFFER: usize = 4 * 1024;

const WRONG_PROTOCOL: HttpError = HttpError::new(
    StatusCode::BAD_REQUEST,
    "Sockets speak graphql-transport-ws: offer it in Sec-WebSocket-Protocol.",
);
/// A proxy took the `Upgrade` header off, which is for one hop only.
const LOST: &str = "The Upgrade header was lost on the way. nginx needs `proxy_http_version 1.1`, \
    `proxy_set_header Upgrade $http_upgrade` and `proxy_set_header Connection upgrade`; Apache needs \
    `upgrade=websocket` in `ProxyPass`.\n";

/// Returns whether the client wants to open a socket, even if a proxy spoiled its request.
pub(in crate::http) fn wants_socket(headers: &HeaderMap) -> bool {
    headers.contains_key(SEC_WEBSOCKET_KEY) || has_upgrade(headers)
}

fn has_upgrade(headers: &HeaderMap) -> bool {
    headers
        .get(UPGRADE)
        .is_some_and(|it| it.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Upgrades the connection to a socket, if the request may have one.
pub(in crate::http) async fn respond(
    state: &AppState,
    peer: SocketAddr,
    request_id: &str,
    mut parts: Parts,
) -> Response {
    if let Some(refusal) = check(state, &parts.headers, request_id) {
        return refusal;
    }
    let Some(permit) = state.sockets.try_acquire() else {
        return response::reject(TOO_MANY, MediaType::preferred(&parts.headers), request_id);
    };
    let hold = parts.extensions.get::<ConnectionHold>().cloned();
    let connected = Arc::new(Connected {
        state: state.clone(),
        client: state.trusted_proxies.client(peer, &parts.headers),
        request_id: request_id.to_owned(),
    });
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let most = state.limits.body_bytes;
    upgrade
        .protocols([PROTOCOL])
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(4 * MAX_RESPONSE_BYTES)
        .max_message_size(most)
        .max_frame_size(most)
        .on_upgrade(move |stream| {
            let span = tracing::Span::current();
            async move {
                if let Some(hold) = &hold {
                    hold.release();
                }
                socket::serve(stream, connected).await;
                drop((permit, hold));
            }
            .instrument(span)
        })
}

/// Returns the response to a request that may not have a socket.
fn check(state: &AppState, headers: &HeaderMap, request_id: &str) -> Option<Response> {
    let error = if !state.sockets.is_enabled() {
        DISABLED
    } else if !state.origins.may_stream(headers) {
        FOREIGN
    } else if !has_upgrade(headers) {
        let headers = [
            (UPGRADE, "websocket"),
            (CONTENT_TYPE, "text/plain; charset=utf-8"),
        ];
        return Some((StatusCode::UPGRADE_REQUIRED, headers, LOST).into_response());
    } else if !offers_protocol(headers) {
        WRONG_PROTOCOL
    } else {
        return None;
    };
    let media_type = MediaType::preferred(headers);
    Some(response::reject(error, media_type, request_id))
}

fn offers_protocol(headers: &HeaderMap) -> bool {
    let offers = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter();
    let mut offers = offers.filter_map(|offer| offer.to_str().ok());
    offers.any(|offer| offer.split(',').any(|offer| offer.trim() == PROTOCOL))
}
