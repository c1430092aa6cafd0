//! The operations that are open on one socket.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use secrecy::SecretString;

use super::Connected;
use super::messages;
use crate::graphql::{GraphqlRequest, Streamed};

/// The maximum number of operations on a socket.
const MAX_OPERATIONS: usize = 5;

/// An output of an operation.
enum Output {
    /// A response.
    Next(String),
    /// The operation was rejected.
    Error(String),
    /// The operation is complete.
    Complete,
}

/// The open operations, by the ids that the client gave them.
#[derive(Default)]
pub(super) struct Operations {
    open: Vec<Operation>,
    session_ended: bool,
}

struct Operation {
    id: String,
    /// The outputs to come, if the last one was not sent yet.
    outputs: Option<BoxStream<'static, Output>>,
}

impl Operations {
    pub(super) fn contains(&self, id: &str) -> bool {
        self.open.iter().any(|operation| operation.id == id)
    }

    pub(super) const fn is_full(&self) -> bool {
        self.open.len() >= MAX_OPERATIONS
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Completes the subscriptions whose last event was sent. Before the session has ended, a
    /// subscription only ends because the store cannot be read: a client that were sent `complete`
    /// would not come back.
    pub(super) const fn session_has_ended(&mut self) {
        self.session_ended = true;
    }

    /// Starts an operation.
    pub(super) fn start(
        &mut self,
        id: String,
        request: GraphqlRequest,
        bearer: SecretString,
        connected: Arc<Connected>,
    ) {
        let outputs = stream::once(run(request, bearer, connected)).flatten();
        self.open.push(Operation {
            id,
            outputs: Some(outputs.boxed()),
        });
    }

    /// Ends an operation that the client has no use for any longer.
    pub(super) fn stop(&mut self, id: &str) {
        self.open.retain(|operation| operation.id != id);
    }

    /// Waits for the next message of any operation.
    pub(super) async fn next(&mut self) -> String {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<String> {
        for index in 0..self.open.len() {
            let Operation { id, outputs } = &mut self.open[index];
            let polled = match outputs {
                Some(outputs) => outputs.poll_next_unpin(cx),
                None => Poll::Ready(None),
            };
            let message = match polled {
                Poll::Ready(Some(Output::Next(response))) => {
                    let message = messages::next(id, &response);
                    // The others are first next time.
                    self.open.rotate_left(index + 1);
                    return Poll::Ready(message);
                }
                Poll::Ready(Some(Output::Error(response))) => messages::error(id, &response),
                Poll::Ready(None) if !self.session_ended => {
                    *outputs = None;
                    continue;
                }
                Poll::Ready(Some(Output::Complete) | None) => messages::complete(id),
                Poll::Pending => continue,
            };
            self.open.remove(index);
            return Poll::Ready(message);
        }
        Poll::Pending
    }
}

async fn run(
    request: GraphqlRequest,
    bearer: SecretString,
    connected: Arc<Connected>,
) -> BoxStream<'static, Output> {
    let context = connected.context(Some(bearer));
    let executor = &connected.state.executor;
    let streamed = executor
        .stream(request, context, &connected.request_id)
        .await;
    match streamed {
        Streamed::Events {
            operation,
            responses,
        } => {
            tracing::info!(operation, "subscribed");
            responses.map(Output::Next).boxed()
        }
        Streamed::Response(response) => one(Output::Next(response.body)),
        Streamed::Rejected(response) => one(Output::Error(response.body)),
    }
}

fn one(output: Output) -> BoxStream<'static, Output> {
    stream::iter([output, Output::Complete]).boxed()
}
