//! Errors that are not an outcome of an operation.

use super::{InvalidAttempt, UpdateError};
use crate::hashing::Overloaded;
use crate::repository::StoreError;

/// An operation failed, and its input is not the reason. Has no `Display`, so that `?` cannot carry
/// its text to a client.
#[derive(Debug)]
pub enum InternalError {
    /// The store failed.
    Store(StoreError),
    /// The store did not acknowledge a write, which may have happened.
    Unacknowledged(StoreError),
    /// The service has more work than it can do in time.
    Overloaded,
    /// The operation needs a signed-in caller, and the request has none.
    SignedOut(SignedOutReason),
    /// An argument is malformed in a way that a form cannot correct. Holds nothing of its value.
    InvalidArgument(InvalidAttempt),
    /// The request is not allowed to use the refresh cookie.
    Forbidden(ForbiddenReason),
}

/// The reason for which a request may not use the refresh cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForbiddenReason {
    /// The request's origin is not one that may.
    Origin,
    /// The request asks for a cookie, and comes from a page of another site: by its `SameSite`
    /// attribute, the browser would never send the cookie back from there.
    CrossSite,
}

/// The reason for which a request has no signed-in caller. A client can refresh only an expired
/// token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedOutReason {
    /// The request has no bearer token.
    Missing,
    /// The access token has expired.
    Expired,
    /// The token's session has ended, or its account was deleted.
    Ended,
    /// The bearer token is no access token of this service.
    Invalid,
}

impl From<StoreError> for InternalError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<InvalidAttempt> for InternalError {
    fn from(error: InvalidAttempt) -> Self {
        Self::InvalidArgument(error)
    }
}

impl From<Overloaded> for InternalError {
    fn from(_: Overloaded) -> Self {
        Self::Overloaded
    }
}

/// The general rule, for operations that give none of these a meaning of their own.
impl From<UpdateError> for InternalError {
    fn from(error: UpdateError) -> Self {
        match error {
            UpdateError::Deleted => Self::SignedOut(SignedOutReason::Ended),
            UpdateError::Contended => Self::Overloaded,
            UpdateError::EmailTaken => Self::Store(StoreError::Corrupt(
                "a unique index refused a change that leaves the address as it is".into(),
            )),
            UpdateError::MobileNumberTaken => Self::Store(StoreError::Corrupt(
                "a unique index refused a change that leaves the mobile number as it is".into(),
            )),
            UpdateError::IdentityTaken => Self::Store(StoreError::Corrupt(
                "a unique index refused a change that links no account at a provider".into(),
            )),
            UpdateError::Unacknowledged(error) => Self::Unacknowledged(error),
            UpdateError::Store(error) => Self::Store(error),
        }
    }
}
