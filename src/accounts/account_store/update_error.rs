//! The result of a change that was decided on an account.

use crate::model::Account;
use crate::repository::StoreError;

/// A change was decided and not saved.
#[derive(Debug)]
pub(in crate::accounts) enum UpdateError {
    /// The account does not exist any longer, or the session of the caller has ended.
    Deleted,
    /// Another account has the email address, or had it and keeps it reserved.
    EmailTaken,
    /// Another account has the mobile number.
    MobileNumberTaken,
    /// Another account has linked the account at a provider.
    IdentityTaken,
    /// Other saves came first each time.
    Contended,
    /// The store did not acknowledge the write, which may have happened.
    Unacknowledged(StoreError),
    /// The store failed, and nothing was written.
    Store(StoreError),
}

impl UpdateError {
    /// Converts the error of a write.
    pub(super) fn from_write(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Late(_) => Self::Unacknowledged(error),
            StoreError::Unreachable(_)
            | StoreError::Unreached(_)
            | StoreError::Corrupt(_)
            | StoreError::Unusable(_)
            | StoreError::Newer => Self::Store(error),
        }
    }
}

impl From<StoreError> for UpdateError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// An operation's outcome, and the account as it is stored now.
#[derive(Debug)]
pub(in crate::accounts) struct Updated<T> {
    pub(in crate::accounts) outcome: T,
    pub(in crate::accounts) account: Account,
}
