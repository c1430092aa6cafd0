//! The first channel: what a person at a form can act on.

use async_graphql::{Enum, Interface, SimpleObject};

use crate::model::{FieldCode, InvalidField as Refused, Wait};

/// What went wrong, where a person at a form can act on it.
#[derive(Interface)]
#[graphql(field(
    name = "message",
    ty = "&String",
    desc = "The same in English, for developers: show your own words to users."
))]
pub(in crate::graphql) enum AccountError {
    InvalidInput(InvalidInput),
    InvalidCredentials(InvalidCredentials),
    EmailTaken(EmailTaken),
    MobileNumberTaken(MobileNumberTaken),
    EmailNotVerified(EmailNotVerified),
    InvalidCode(InvalidCode),
    InvalidRefreshToken(InvalidRefreshToken),
    TooManyAttempts(TooManyAttempts),
    SessionNotFound(SessionNotFound),
}

/// Makes the type of one error that says nothing but what it is.
macro_rules! account_error {
    ($(#[$doc:meta])* $name:ident, $message:literal) => {
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(in crate::graphql) struct $name {
            /// The same in English, for developers: show your own words to users.
            message: String,
        }

        impl Default for $name {
            fn default() -> Self {
                Self { message: $message.to_owned() }
            }
        }
    };
}

account_error!(
    /// E-mail address or password is wrong: which of the two is not told.
    InvalidCredentials,
    "The e-mail address or the password is wrong."
);
account_error!(
    /// The address has an account already.
    EmailTaken,
    "This e-mail address has an account already."
);
account_error!(
    /// Another account has the mobile number.
    MobileNumberTaken,
    "This mobile number belongs to another account."
);
account_error!(
    /// The account exists and the password is right, but the server's policy asks for a verified address first.
    EmailNotVerified,
    "Verify your e-mail address first."
);
account_error!(
    /// The code is wrong, used, expired, or was tried too often: which of them is not told.
    InvalidCode,
    "This code is not valid. If you asked for several, only that of the newest email is; else ask for a new one."
);
account_error!(
    /// The refresh token is unknown, expired, revoked or was used before.
    InvalidRefreshToken,
    "Your session has ended. Log in again."
);
account_error!(
    /// The user has no live session of this id.
    SessionNotFound,
    "There is no such session (any more)."
);

/// One or more inputs were refused. Nothing was changed.
#[derive(SimpleObject)]
pub(in crate::graphql) struct InvalidInput {
    /// The same in English, for developers: show your own words to users.
    message: String,
    /// Every input that was refused, in the order of the form.
    fields: Vec<InvalidField>,
}

/// One input that was refused.
#[derive(SimpleObject)]
pub(in crate::graphql) struct InvalidField {
    /// Path of the input, such as `["input", "email"]`.
    path: Vec<String>,
    /// Why it was refused.
    code: InvalidFieldCode,
    /// The same in English, with the limit that was crossed.
    message: String,
}

/// Why an input was refused.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "FieldCode")]
pub(in crate::graphql) enum InvalidFieldCode {
    /// Nothing was given.
    Required,
    /// Fewer characters than asked for.
    TooShort,
    /// More characters than are taken.
    TooLong,
    /// Not of the form that the field asks for.
    Malformed,
    /// A password that is too easy to guess.
    TooCommon,
    /// The same as before.
    Unchanged,
}

impl From<Vec<Refused>> for InvalidInput {
    fn from(refused: Vec<Refused>) -> Self {
        let field = |it: Refused| InvalidField {
            path: vec!["input".to_owned(), it.field.to_owned()],
            code: it.error.code.into(),
            message: it.error.message,
        };
        Self {
            message: "Some fields need another look.".to_owned(),
            fields: refused.into_iter().map(field).collect(),
        }
    }
}

/// Too many tries in a while. Nothing was changed.
#[derive(SimpleObject)]
pub(in crate::graphql) struct TooManyAttempts {
    /// The same in English, for developers: show your own words to users.
    message: String,
    /// How long to wait before the next try, in seconds.
    retry_after_seconds: u32,
}

impl From<Wait> for TooManyAttempts {
    fn from(wait: Wait) -> Self {
        Self {
            message: "Too many attempts. Try again later.".to_owned(),
            retry_after_seconds: wait.seconds(),
        }
    }
}
