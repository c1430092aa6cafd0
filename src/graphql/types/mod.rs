//! Types that several operations share.

mod date_time;
mod error;
mod outcome;
mod session;
mod tokens;
mod user;

use async_graphql::{ID, Interface};

pub(super) use date_time::DateTime;
pub(super) use error::{
    AccountError, EmailNotVerified, EmailTaken, InvalidCode, InvalidCredentials, InvalidInput,
    InvalidRefreshToken, MobileNumberTaken, SessionNotFound, TooManyAttempts,
};
pub(super) use outcome::{Authenticated, CodeSent, UserUpdated};
pub(super) use session::Session;
pub(super) use tokens::{TokenDelivery, Tokens};
pub(super) use user::{Gender, User};

/// Whatever has an id of its own that stays.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "Stays the same for good. Its prefix says of what type it is."
))]
pub(super) enum Node {
    User(Box<User>),
    Session(Session),
}
