//! Top-level errors: those that a program handles, by `extensions.code`. Errors that a user can
//! correct are members of result unions instead.

use std::sync::Arc;

use async_graphql::{Error, ErrorExtensionValues, ErrorExtensions, ServerError, Value};

use crate::accounts::{ForbiddenReason, InternalError, SignedOutReason};
use crate::repository::StoreError;

/// The codes of top-level errors: a closed set, and part of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The field needs a signed-in caller, and the bearer token names none.
    Unauthenticated,
    /// The caller is not allowed to do this.
    Forbidden,
    /// The document is not valid GraphQL.
    ParseFailed,
    /// The document does not fit the schema.
    ValidationFailed,
    /// The request or a variable is malformed.
    BadUserInput,
    /// The document or its variables exceed a limit.
    QueryTooComplex,
    /// No trusted document has the request's hash.
    PersistedQueryNotFound,
    /// The service cannot handle the request in time; the error has `retryAfterSeconds`.
    Overloaded,
    /// The service failed; the error has the `requestId` to look up in the log.
    Internal,
}

impl Code {
    /// All codes, in the order of the README's table.
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

    /// Returns the code as it appears in `extensions.code`.
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

    /// Describes the code, for the README's table and in place of the library's messages.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Unauthenticated => {
                "The field needs a signed-in caller, and the bearer token names none."
            }
            Self::Forbidden => {
                "The request may not use the refresh cookie: its origin is not allowed to, or its page is of another site, from which the cookie would never come back."
            }
            Self::ParseFailed => "The document is not valid GraphQL.",
            Self::ValidationFailed => "The document does not fit the schema.",
            Self::BadUserInput => "The request or a variable is malformed.",
            Self::QueryTooComplex => {
                "The request exceeds a limit, which the message names: select less in one request."
            }
            Self::PersistedQueryNotFound => {
                "No trusted document has this hash. A server without trusted documents accepts the document's text."
            }
            Self::Overloaded => {
                "The service is overloaded: try again after `retryAfterSeconds` (also in the `Retry-After` header). `outcome` is `NOT_DONE`, or `UNKNOWN` if a write may have happened."
            }
            Self::Internal => {
                "The service failed. Its log has the cause, under the error's `requestId`."
            }
        }
    }

    /// Makes an error with this code.
    #[must_use]
    pub fn error(self, message: &str) -> ServerError {
        let mut error = ServerError::new(message, None);
        self.extend(error.extensions.get_or_insert_default());
        error
    }

    /// Adds the code to an error's extensions, and `retryAfterSeconds` and `outcome` if the service
    /// is overloaded.
    fn extend(self, extensions: &mut ErrorExtensionValues) {
        extensions.set("code", self.as_str());
        if self == Self::Overloaded {
            extensions.set("retryAfterSeconds", RETRY_AFTER);
            extensions.set("outcome", NOT_DONE);
        }
    }
}

/// Returns the code of an error.
pub(super) fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

/// The `extensions.outcome` of an operation that wrote nothing.
const NOT_DONE: &str = "NOT_DONE";
/// The `extensions.outcome` of an operation whose write was not acknowledged.
pub(crate) const UNKNOWN: &str = "UNKNOWN";

/// The seconds after which a client should call an overloaded service again.
pub(crate) const RETRY_AFTER: i32 = 2;

/// Returns `extensions.reason` of an error with the code `UNAUTHENTICATED`.
const fn reason_code(reason: SignedOutReason) -> &'static str {
    match reason {
        SignedOutReason::Missing => "MISSING",
        SignedOutReason::Expired => "EXPIRED",
        SignedOutReason::Ended => "ENDED",
        SignedOutReason::Invalid => "INVALID",
    }
}

/// Carries the code and a fixed message to the client. The cause travels along for the log, and is
/// never sent.
impl From<InternalError> for Error {
    fn from(cause: InternalError) -> Self {
        let (code, message) = match &cause {
            InternalError::SignedOut(_) => (Code::Unauthenticated, "Log in to do this."),
            InternalError::InvalidArgument(_) => (
                Code::BadUserInput,
                "`attempt` has 22 to 128 characters of base64url.",
            ),
            InternalError::Forbidden(ForbiddenReason::Origin) => (
                Code::Forbidden,
                "This origin may not use the refresh cookie.",
            ),
            InternalError::Forbidden(ForbiddenReason::CrossSite) => (
                Code::Forbidden,
                "The page is of another site than the server, and the browser would never send the refresh cookie from \
                 there: serve both under one host (localhost is not 127.0.0.1), set LATCHKEY_COOKIE_SAME_SITE=none, or \
                 use `delivery: BODY`.",
            ),
            InternalError::Overloaded
            | InternalError::Unacknowledged(_)
            | InternalError::Store(
                StoreError::Unreachable(_)
                | StoreError::Unreached(_)
                | StoreError::Unavailable(_)
                | StoreError::Late(_)
                | StoreError::Unusable(_)
                | StoreError::Newer,
            ) => (
                Code::Overloaded,
                "The service is busy. Try again in a moment.",
            ),
            InternalError::Store(StoreError::Corrupt(_)) => {
                (Code::Internal, "Something went wrong on our side.")
            }
        };
        let mut error = Self::new(message).extend_with(|_, extensions| {
            code.extend(extensions);
            match cause {
                InternalError::SignedOut(reason) => extensions.set("reason", reason_code(reason)),
                InternalError::Unacknowledged(_) => extensions.set("outcome", UNKNOWN),
                _ => {}
            }
        });
        error.source = Some(Arc::new(cause));
        error
    }
}
