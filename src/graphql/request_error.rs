//! The reasons why a request is rejected before it is executed.

use async_graphql::ServerError;

use super::document_limits::DocumentError;
use super::error::Code;

/// A reason to reject a request.
pub(super) enum RequestError {
    /// The document or its variables are malformed, or exceed a limit.
    Document(DocumentError),
    /// The document queries the schema, and introspection is switched off.
    IntrospectionDisabled,
    /// The request was sent by GET, and its operation is a mutation.
    MutationByGet,
    /// No trusted document has the request's hash.
    UntrustedDocument,
    /// The request has a hash instead of a document, and the server has no trusted documents.
    TrustedDocumentsDisabled,
}

impl From<DocumentError> for RequestError {
    fn from(error: DocumentError) -> Self {
        Self::Document(error)
    }
}

impl From<RequestError> for ServerError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Document(error) => error.into(),
            RequestError::IntrospectionDisabled => {
                Code::ValidationFailed.error("Introspection is disabled on this server.")
            }
            RequestError::MutationByGet => {
                Code::BadUserInput.error("Send mutations by POST, and queries that take a secret.")
            }
            // Clients with automatic persisted queries match these two messages. After the second
            // they send documents.
            RequestError::UntrustedDocument => {
                Code::PersistedQueryNotFound.error("PersistedQueryNotFound")
            }
            RequestError::TrustedDocumentsDisabled => {
                Code::PersistedQueryNotFound.error("PersistedQueryNotSupported")
            }
        }
    }
}
