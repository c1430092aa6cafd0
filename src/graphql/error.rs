//! The second channel: errors that only a program can act on, with `extensions.code`.

use std::sync::Arc;

use async_graphql::{Error, ErrorExtensionValues, ErrorExtensions, ServerError, Value};

use crate::accounts::InternalError;
use crate::repository::StoreError;

/// The codes of top-level errors: a closed set, and part of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The field needs a signed-in caller, and the bearer token names none.
    Unauthenticated,
    /// The caller may not.
    Forbidden,
    /// The document is not GraphQL.
    ParseFailed,
    /// The document does not fit the schema.
    ValidationFailed,
    /// The request or a variable is not of the form it should be.
    BadUserInput,
    /// The document, or its variables, are more than the server takes.
    QueryTooComplex,
    /// There is no trusted document of the hash.
    PersistedQueryNotFound,
    /// There is more to do than can be done in time; with `retryAfterSeconds`.
    Overloaded,
    /// A error of the service; with the `requestId` to look up in the log.
    Internal,
}

impl Code {
    /// All of them, for the table in the README.
    pub const ALL: [Self; 9] = [
        Self::Unauthenticated,
        Self::Forbidden,
        Self::ParseFailed,
        Self::ValidationFailed,
        Self::BadUserInput,
        Self::QueryTooComplex,
        Self::PersistedQueryNotFound,
        Self::Overloaded,
        Self::Internal,
    ];

    /// The code as clients read it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::ParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::Overloaded => "OVERLOADED",
            Self::Internal => "INTERNAL_SERVER_ERROR",
        }
    }

    /// When it is met, for the table in the README.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Unauthenticated => {
                "The field needs a signed-in caller, and the bearer token names none."
            }
            Self::Forbidden => {
                "The refresh cookie came from an origin that is not allowed to use it."
            }
            Self::ParseFailed => "The document is not GraphQL.",
            Self::ValidationFailed => "The document does not fit the schema.",
            Self::BadUserInput => "The request, or a variable, is not of the form it should be.",
            Self::QueryTooComplex => {
                "The document exceeds a limit, which the message names: ask for less at once."
            }
            Self::PersistedQueryNotFound => {
                "No trusted document has this hash. A server without any takes the text."
            }
            Self::Overloaded => {
                "Not now: try again after `retryAfterSeconds` (also in the `Retry-After` header)."
            }
            Self::Internal => "A error of the service, to be looked up in its log by `requestId`.",
        }
    }

    /// An error of this code.
    #[must_use]
    pub fn error(self, message: &str) -> ServerError {
        let mut error = ServerError::new(message, None);
        self.mark(error.extensions.get_or_insert_default());
        error
    }

    /// Writes the code into an error, and what goes with it.
    fn mark(self, extensions: &mut ErrorExtensionValues) {
        extensions.set("code", self.as_str());
        if self == Self::Overloaded {
            extensions.set("retryAfterSeconds", RETRY_AFTER);
        }
    }
}

/// The code that an error has.
pub(super) fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

/// How long a client waits before it asks an overloaded service again, in seconds.
pub(crate) const RETRY_AFTER: i32 = 2;

/// Tells a client no more than the code. The error itself travels along for the log, and only there.
impl From<InternalError> for Error {
    fn from(cause: InternalError) -> Self {
        let (code, message) = match &cause {
            InternalError::SignedOut => (Code::Unauthenticated, "Log in to do this."),
            InternalError::Forbidden => (
                Code::Forbidden,
                "This origin may not use the refresh cookie.",
            ),
            InternalError::Overloaded | InternalError::Store(StoreError::Unavailable(_)) => (
                Code::Overloaded,
                "The service is busy. Try again in a moment.",
            ),
            InternalError::Store(StoreError::Corrupt(_)) => {
                (Code::Internal, "Something went wrong on our side.")
            }
        };
        let mut error = Self::new(message).extend_with(|_, extensions| code.mark(extensions));
        error.source = Some(Arc::new(cause));
        error
    }
}
