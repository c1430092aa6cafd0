//! The operations that are open on one socket.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

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
}

/// The open operations, by the ids that the client gave them.
#[derive(Default)]
pub(super) struct Operations(Vec<Operation>);

struct Operation {
    id: String,
    outputs: BoxStream<'static, Output>,
}

impl Operations {
    pub(super) fn contains(&self, id: &str) -> bool {
        self.0.iter().any(|operation| operation.id == id)
    }

    pub(super) const fn is_full(&self) -> bool {
        self.0.len() >= MAX_OPERATIONS
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
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
        self.0.push(Operation {
            id,
            outputs: outputs.boxed(),
        });
    }

    /// Ends an operation that the client has no use for any longer.
    pub(super) fn stop(&mut self, id: &str) {
        self.0.retain(|operation| operation.id != id);
    }

    /// Waits for the next message of any operation.
    pub(super) async fn next(&mut self) -> String {
        poll_fn(|cx| {
            for index in 0..self.0.len() {
                let Operation { id, outputs } = &mut self.0[index];
                match outputs.poll_next_unpin(cx) {
                    Poll::Ready(Some(Output::Next(response))) => {
                        let message = messages::next(id, &response);
                        // The others are first next time.
                        self.0.rotate_left(index + 1);
                        return Poll::Ready(message);
                    }
                    Poll::Ready(Some(Output::Error(response))) => {
                        let message = messages::error(id, &response);
                        self.0.remove(index);
                        return Poll::Ready(message);
                    }
                    Poll::Ready(None) => {
                        let message = messages::complete(id);
                        self.0.remove(index);
                        return Poll::Ready(message);
                    }
                    Poll::Pending => {}
                }
            }
            Poll::Pending
        })
        .await
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
    stream::iter([output]).boxed()
}
