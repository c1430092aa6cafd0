//! Conversion of SQLite's errors. Its messages name tables and columns, never a value.

use rusqlite::ffi::{
    SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_TRIGGER, SQLITE_CONSTRAINT_UNIQUE,
};
use rusqlite::{Error, ErrorCode};

use super::super::{StoreError, WriteOutcome};
use super::PATIENCE;

/// The message of the triggers that refuse a reserved address.
const RESERVED: &str = "reserved_email";
/// The column that refuses an account at a provider that another account links.
const IDENTITY: &str = "identities.key";

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Corrupt(Box::new(error))
            }
            _ => Self::Unavailable(Box::new(error)),
        }
    }
}

/// Returns the outcome of a write from the number of changed rows, or from the unique index that
/// refused it.
pub(super) fn written(changed: Result<usize, Error>) -> Result<WriteOutcome, StoreError> {
    match changed {
        Ok(0) => Ok(WriteOutcome::VersionConflict),
        Ok(_) => Ok(WriteOutcome::Done),
        Err(error) => taken(&error).ok_or_else(|| error.into()),
    }
}

fn taken(error: &Error) -> Option<WriteOutcome> {
    match error {
        Error::SqliteFailure(code, Some(message))
            if code.extended_code == SQLITE_CONSTRAINT_UNIQUE =>
        {
            let column = message.rsplit('.').next()?;
            match column {
                "email" => Some(WriteOutcome::EmailTaken),
                "mobile_number" => Some(WriteOutcome::MobileNumberTaken),
                _ => None,
            }
        }
        Error::SqliteFailure(code, Some(message))
            if code.extended_code == SQLITE_CONSTRAINT_PRIMARYKEY
                && message.ends_with(IDENTITY) =>
        {
            Some(WriteOutcome::IdentityTaken)
        }
        Error::SqliteFailure(code, Some(message))
            if code.extended_code == SQLITE_CONSTRAINT_TRIGGER && message == RESERVED =>
        {
            Some(WriteOutcome::EmailReserved)
        }
        _ => None,
    }
}

/// Converts the error of a malformed document. Gives only the position: serde's own message quotes
/// the value, which may be a secret.
pub(super) fn unreadable(error: &serde_json::Error) -> StoreError {
    StoreError::Corrupt(
        format!(
            "account document, line {} column {}",
            error.line(),
            error.column()
        )
        .into(),
    )
}

/// Returns the error of a missing answer. A write may still happen.
pub(super) fn timed_out() -> StoreError {
    StoreError::Unavailable(format!("no answer within {PATIENCE:?}").into())
}
