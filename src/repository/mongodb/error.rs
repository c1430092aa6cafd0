//! Conversion of the driver's errors. Their own texts quote commands and documents, so none of
//! those is passed on.

use mongodb::error::{Error, ErrorKind, WriteFailure};

use super::super::{StoreError, WriteOutcome};
use super::connection::{EMAIL_UNIQUE, MOBILE_NUMBER_UNIQUE};

const DUPLICATE_KEY: i32 = 11000;
/// The code of a command that the user has no privilege for.
pub(super) const UNAUTHORIZED: i32 = 13;

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match &*error.kind {
            ErrorKind::Bson(error) => {
                let field = error.key.as_deref().unwrap_or("a field");
                Self::Corrupt(format!("account document, {field}").into())
            }
            kind @ (ErrorKind::ServerSelection { .. }
            | ErrorKind::DnsResolve { .. }
            | ErrorKind::Authentication { .. }
            | ErrorKind::InvalidTlsConfig { .. }) => Self::Unreachable(describe(kind).into()),
            kind => Self::Unavailable(describe(kind).into()),
        }
    }
}

pub(super) fn describe(kind: &ErrorKind) -> String {
    match kind {
        // The rest is all that the driver knows of every server, in its own notation.
        ErrorKind::ServerSelection { message, .. } => message
            .split(" Topology: ")
            .next()
            .unwrap_or(message)
            .to_owned(),
        ErrorKind::DnsResolve { message, .. }
        | ErrorKind::InvalidTlsConfig { message, .. }
        | ErrorKind::IncompatibleServer { message, .. } => message.clone(),
        ErrorKind::Authentication { message, .. } => format!(
            "the login was refused ({message}): check user and password, and name the database in which the user was made, \
             as in ?authSource=admin"
        ),
        ErrorKind::Command(error) if error.code == UNAUTHORIZED => format!(
            "{} ({}): the user may not do what latchkey needs; grant it the role readWrite on the database of the URL",
            error.code_name, error.code
        ),
        ErrorKind::Io(error) => error.to_string(),
        ErrorKind::ConnectionPoolCleared { .. } => "the connection was lost".to_owned(),
        ErrorKind::Command(error) => format!("{} ({})", error.code_name, error.code),
        ErrorKind::Write(WriteFailure::WriteError(error)) => format!("write error {}", error.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(error)) => {
            format!("{} ({})", error.code_name, error.code)
        }
        ErrorKind::InvalidArgument { .. } => "an option of the store's URL is not valid".to_owned(),
        _ => "the driver failed".to_owned(),
    }
}

/// Returns whether a unique index refused the write.
pub(super) fn is_duplicate(error: &Error) -> bool {
    match &*error.kind {
        ErrorKind::Command(error) => error.code == DUPLICATE_KEY,
        ErrorKind::Write(WriteFailure::WriteError(error)) => error.code == DUPLICATE_KEY,
        _ => false,
    }
}

/// Turns a refusal by one of latchkey's unique indexes from an error into an outcome.
pub(super) fn unless_taken(written: Result<WriteOutcome, Error>) -> Result<WriteOutcome, Error> {
    written.or_else(|error| taken(&error).ok_or(error))
}

fn taken(error: &Error) -> Option<WriteOutcome> {
    let ErrorKind::Write(WriteFailure::WriteError(write_error)) = &*error.kind else {
        return None;
    };
    if write_error.code != DUPLICATE_KEY {
        return None;
    }
    // `E11000 duplicate key error collection: latchkey.accounts index: email_unique dup key: {
    // email: "…" }`: the name of the index is the first word after " index: ", ahead of any text
    // that a client chose.
    let index = write_error
        .message
        .split_once(" index: ")?
        .1
        .split(' ')
        .next()?;
    match index {
        EMAIL_UNIQUE => Some(WriteOutcome::EmailTaken),
        MOBILE_NUMBER_UNIQUE => Some(WriteOutcome::MobileNumberTaken),
        _ => None,
    }
}
