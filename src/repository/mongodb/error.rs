//! Conversion of the driver's errors. Their own texts quote commands and documents, so none of
//! those is passed on.

use mongodb::error::{Error, ErrorKind, WriteFailure};

use super::super::{StoreError, WriteOutcome};
use super::indexes::{ADDRESSES_UNIQUE, EMAIL_UNIQUE, IDENTITIES_UNIQUE, MOBILE_NUMBER_UNIQUE};

const DUPLICATE_KEY: i32 = 11000;
/// The code of a command that the user has no privilege for.
pub(super) const UNAUTHORIZED: i32 = 13;
const NAMESPACE_NOT_FOUND: i32 = 26;

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
            "{} ({}): {} {}; grant the user the role readWrite on the database of the URL",
            error.code_name,
            error.code,
            words(&error.message),
            command(&error.message)
        ),
        ErrorKind::Io(error) => error.to_string(),
        ErrorKind::ConnectionPoolCleared { .. } => "the connection was lost".to_owned(),
        // The rest of its message quotes the values of the key.
        ErrorKind::Command(error) if error.code == DUPLICATE_KEY => {
            format!("{} ({})", error.code_name, error.code)
        }
        ErrorKind::Command(error) => {
            let words = words(&error.message);
            format!("{} ({}): {words}", error.code_name, error.code)
        }
        ErrorKind::Write(WriteFailure::WriteError(error)) if error.code == DUPLICATE_KEY => {
            format!("write error {}", error.code)
        }
        ErrorKind::Write(WriteFailure::WriteError(error)) => {
            format!("write error {}: {}", error.code, words(&error.message))
        }
        ErrorKind::Write(WriteFailure::WriteConcernError(error)) => {
            let words = words(&error.message);
            format!("{} ({}): {words}", error.code_name, error.code)
        }
        ErrorKind::InvalidArgument { .. } => "an option of the store's URL is not valid".to_owned(),
        _ => "the driver failed".to_owned(),
    }
}

/// Returns whether the user lacks the privilege for the command.
pub(super) fn is_unauthorized(error: &Error) -> bool {
    matches!(&*error.kind, ErrorKind::Command(error) if error.code == UNAUTHORIZED)
}

/// Returns whether the command's collection does not exist.
pub(super) fn is_namespace_missing(error: &Error) -> bool {
    matches!(&*error.kind, ErrorKind::Command(error) if error.code == NAMESPACE_NOT_FOUND)
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
    let message = match &*error.kind {
        ErrorKind::Write(WriteFailure::WriteError(error)) if error.code == DUPLICATE_KEY => {
            &error.message
        }
        ErrorKind::Command(error) if error.code == DUPLICATE_KEY => &error.message,
        _ => return None,
    };
    match index(message)? {
        EMAIL_UNIQUE => Some(WriteOutcome::EmailTaken),
        ADDRESSES_UNIQUE => Some(WriteOutcome::EmailReserved),
        MOBILE_NUMBER_UNIQUE => Some(WriteOutcome::MobileNumberTaken),
        IDENTITIES_UNIQUE => Some(WriteOutcome::IdentityTaken),
        _ => None,
    }
}

/// Returns the name of the index in a duplicate-key message: the first word after "index: ", ahead
/// of any text that a client chose, as in `E11000 duplicate key error collection: latchkey.accounts
/// index: email_unique dup key: { email: "…" }`. Other servers put the collection before it
/// (`latchkey.accounts.$email_unique`) or quote it.
fn index(message: &str) -> Option<&str> {
    let (_, name) = message.split_once("index: ")?;
    let name = name.split([' ', ',']).next()?;
    let name = name.trim_matches(['"', '\'', '`']);
    name.rsplit(['.', '$']).next()
}

/// Returns the name of the command and its collection in a message that quotes the command.
fn command(message: &str) -> String {
    let quoted = message.split_once('{').map_or("", |(_, quoted)| quoted);
    let mut words = quoted
        .split([' ', ':', '"', ','])
        .filter(|it| !it.is_empty());
    let is_word = |word: &&str| {
        word.bytes()
            .all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
    };
    match (words.next().filter(is_word), words.next().filter(is_word)) {
        (Some(name), Some(collection)) => format!("{name} on {collection}"),
        _ => String::new(),
    }
}

/// Returns the server's own words, up to where they begin to quote a command, a document or a key.
fn words(message: &str) -> &str {
    let quoted = message.find(['{', '[', '"', '\'', '`', '@', '+']);
    let words = quoted.map_or(message, |end| {
        let whole_words = message[..end].rfind(' ').unwrap_or(0);
        &message[..whole_words]
    });
    words.trim().trim_end_matches([':', ',', ';']).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_is_found_wherever_the_server_puts_it() {
        for message in [
            r#"E11000 duplicate key error collection: latchkey.accounts index: email_unique dup key: { email: "a@x" }"#,
            r#"E11000 duplicate key error collection: l.accounts index: email_unique collation: { locale: "de" } dup key: {}"#,
            "E11000 duplicate key error index: latchkey.accounts.$email_unique dup key: { : 1 }",
            "E11000 duplicate key error index: latchkey.accounts.email_unique",
            "Duplicate key violation on index: 'email_unique', key: 1",
            r#"E11000 duplicate key error collection: l.accounts index: email_unique dup key: { email: " index: mobile_number_unique " }"#,
        ] {
            assert_eq!(index(message), Some(EMAIL_UNIQUE), "{message}");
        }
        assert_eq!(index("E11000 duplicate key error"), None);
    }

    #[test]
    fn words_of_the_server_end_before_any_data() {
        for (message, kept) in [
            (
                r#"not authorized on latchkey to execute command { find: "accounts", filter: { email: "ada@x" } }"#,
                "not authorized on latchkey to execute command",
            ),
            ("No space left on device", "No space left on device"),
            (
                "Plan failed :: caused by :: [1]",
                "Plan failed :: caused by ::",
            ),
            ("unknown user ada@x.test", "unknown user"),
        ] {
            assert_eq!(words(message), kept.trim_end_matches(':').trim_end());
        }
    }
}
