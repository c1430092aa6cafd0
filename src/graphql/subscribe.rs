//! Executes one request of a transport that streams: a subscription, or a query.

use async_graphql::parser::types::OperationType;
use async_graphql::{Error, PathSegment, Pos};
use futures_util::stream::{BoxStream, StreamExt};

use super::execute::{Executor, GraphqlRequest, MAX_ERRORS, Prepared};
use super::introspection::describe;
use super::masking::finish;
use super::request_error::RequestError;
use super::{AuditTrail, GraphqlResponse, RequestContext};

/// The result of a request over a transport that streams.
pub enum Streamed {
    /// The operation is a subscription, and these are its responses.
    Events {
        /// The client's name of the operation, for the log.
        operation: Option<String>,
        /// The JSON text of each response.
        responses: BoxStream<'static, String>,
    },
    /// The operation is a query, and this is its response.
    Response(GraphqlResponse),
    /// The request was rejected.
    Rejected(GraphqlResponse),
}

impl Executor {
    /// Starts a subscription, or executes a query. Mutations are refused: a client that loses a
    /// stream could not know whether one was executed.
    pub async fn stream(
        &self,
        request: GraphqlRequest,
        context: RequestContext,
        request_id: &str,
    ) -> Streamed {
        let prepared = match self.prepare(request) {
            Ok(prepared) => prepared,
            Err(error) => return Streamed::Rejected(error.into()),
        };
        match prepared.ty {
            OperationType::Query => {
                Streamed::Response(self.run(prepared, context, request_id).await)
            }
            OperationType::Mutation => Streamed::Rejected(RequestError::MutationInStream.into()),
            OperationType::Subscription => self.subscribe(prepared, context, request_id).await,
        }
    }

    async fn subscribe(
        &self,
        prepared: Prepared,
        context: RequestContext,
        request_id: &str,
    ) -> Streamed {
        if let Err(error) = context.caller().await {
            let mut error = Error::from(error).into_server_error(Pos::default());
            error.path = vec![PathSegment::Field("accountChanged".to_owned())];
            finish(&mut error, request_id, self.introspection);
            return Streamed::Rejected(GraphqlResponse::rejected(error));
        }
        let Prepared {
            operation,
            request,
            root,
            ..
        } = prepared;
        let (introspection, request_id) = (self.introspection, request_id.to_owned());
        let events = self.schema.execute_stream(request.data(context));
        let responses = events.map(move |mut response| {
            root.complete(&mut response.data);
            if introspection {
                describe(&mut response.data);
            }
            response.errors.truncate(MAX_ERRORS);
            for error in &mut response.errors {
                finish(error, &request_id, introspection);
            }
            GraphqlResponse::new(&mut response, None, &AuditTrail::default()).body
        });
        Streamed::Events {
            operation,
            responses: responses.boxed(),
        }
    }
}
