//! Server-sent events: one operation a request, as graphql-sse's distinct connections have it.
//!
//! What is refused is refused inside the stream, with the status 200: clients take any other status
//! for a failure of the network, and come back for it.

use std::net::SocketAddr;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream, Stream};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Interval, interval_at, sleep};

use super::sockets::Membership;
use super::{Connected, DISABLED, FOREIGN, TOO_MANY};
use crate::accounts::Authentication;
use crate::graphql::{GraphqlRequest, GraphqlResponse, Streamed};
use crate::http::negotiation::MediaType;
use crate::http::request::{self, HttpError};
use crate::http::server::{ConnectionHold, LongLived};
use crate::http::{AppState, response};
use crate::model::Timestamp;

const HEADERS: [(HeaderName, HeaderValue); 3] = [
    (
        CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream; charset=utf-8"),
    ),
    (
        CACHE_CONTROL,
        HeaderValue::from_static("no-cache, no-transform"),
    ),
    // nginx holds responses back otherwise.
    (
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    ),
];
/// A comment, which clients ignore.
const COMMENT: &str = ":\n\n";
const COMPLETE: &str = "event: complete\ndata: \n\n";

/// The state of an open stream.
struct EventStream {
    connected: Connected,
    responses: BoxStream<'static, String>,
    bearer: SecretString,
    expiry: Timestamp,
    beat: Interval,
    membership: Membership,
    is_over: bool,
    /// Counts the stream until it ends.
    _permit: OwnedSemaphorePermit,
}

/// Executes the operation in the body, and answers with a stream of its responses.
pub(in crate::http) async fn respond(
    state: &AppState,
    peer: SocketAddr,
    request_id: &str,
    head: &Parts,
    body: Body,
) -> Response {
    let headers = &head.headers;
    let refused = |error| response::reject(error, MediaType::preferred(headers), request_id);
    if !state.origins.may_stream(headers) {
        return refused(FOREIGN);
    }
    let request = async {
        request::require_json(headers)?;
        request::read(body, &state.limits).await
    };
    let request = match request.await {
        Ok(request) => request,
        Err(error) => return refused(error),
    };
    if !state.sockets.is_enabled() {
        return only(&rejected(DISABLED));
    }
    let Some(permit) = state.sockets.try_acquire() else {
        return refused(TOO_MANY);
    };
    let connected = Connected {
        state: state.clone(),
        client: state.trusted_proxies.client(peer, headers),
        request_id: request_id.to_owned(),
    };
    let hold = head.extensions.get::<ConnectionHold>();
    open(connected, request, request::bearer(headers), (permit, hold)).await
}

/// Starts the operation.
async fn open(
    connected: Connected,
    request: GraphqlRequest,
    bearer: Option<SecretString>,
    (permit, hold): (OwnedSemaphorePermit, Option<&ConnectionHold>),
) -> Response {
    let context = connected.context(bearer.clone());
    let executor = &connected.state.executor;
    let streamed = executor
        .stream(request, context, &connected.request_id)
        .await;
    let (operation, responses) = match streamed {
        Streamed::Events {
            operation,
            responses,
        } => (operation, responses),
        Streamed::Response(response) | Streamed::Rejected(response) => return only(&response),
    };
    let accounts = &connected.state.accounts;
    let Some(bearer) = bearer else {
        return only(&rejected(DISABLED));
    };
    let (Some(expiry), Ok(Authentication::SignedIn(caller))) = (
        accounts.bearer_expiry(bearer.expose_secret()),
        accounts.authenticate(bearer.expose_secret()).await,
    ) else {
        // Between two looks at it: the client comes back, and learns why.
        return stream_of(stream::empty());
    };
    tracing::info!(operation, "subscribed");
    let heartbeat = connected.state.limits.heartbeat;
    let membership = connected.state.sockets.join(caller.session);
    let events = EventStream {
        beat: interval_at(Instant::now() + heartbeat, heartbeat),
        connected,
        responses,
        bearer,
        expiry,
        membership,
        is_over: false,
        _permit: permit,
    };
    if let Some(hold) = hold {
        hold.release();
    }
    let mut response = stream_of(stream::unfold(events, EventStream::next));
    response.extensions_mut().insert(LongLived);
    response
}

impl EventStream {
    /// Waits for the next piece of the stream.
    async fn next(mut self) -> Option<(String, Self)> {
        if self.is_over {
            return None;
        }
        let state = self.connected.state.clone();
        let left = state.accounts.now().until(self.expiry);
        if left.is_zero() {
            return None;
        }
        let piece = tokio::select! {
            () = sleep(left) => return None,
            () = state.sockets.closing() => {
                sleep(self.connected.spread()).await;
                return None;
            }
            () = self.membership.superseded() => self.complete(),
            response = self.responses.next() => match response {
                Some(response) => next(&response),
                None if has_session_ended(&state, &self.bearer.clone()).await => self.complete(),
                // The store cannot be read: the client comes back.
                None => return None,
            },
            _ = self.beat.tick() => COMMENT.to_owned(),
        };
        Some((piece, self))
    }

    fn complete(&mut self) -> String {
        self.is_over = true;
        COMPLETE.to_owned()
    }
}

async fn has_session_ended(state: &AppState, bearer: &SecretString) -> bool {
    let authentication = state.accounts.authenticate(bearer.expose_secret()).await;
    matches!(authentication, Ok(Authentication::SignedOut))
}

fn rejected(error: HttpError) -> GraphqlResponse {
    GraphqlResponse::rejected(error.code.error(error.message))
}

fn next(response: &str) -> String {
    format!("event: next\ndata: {response}\n\n")
}

/// Answers with one response, and the end of the operation.
fn only(response: &GraphqlResponse) -> Response {
    let pieces = [next(&response.body), COMPLETE.to_owned()];
    let mut answer = stream_of(stream::iter(pieces));
    answer.extensions_mut().insert(response.audit.clone());
    answer
}

/// Answers with a comment at once, so that proxies pass the head on, and the pieces of a stream.
fn stream_of(pieces: impl Stream<Item = String> + Send + 'static) -> Response {
    let first = stream::iter([COMMENT.to_owned()]);
    let pieces = first
        .chain(pieces)
        .map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
    (HEADERS, Body::from_stream(pieces)).into_response()
}
