//! The API through the router: one file an act, with a clock that is moved and letters kept in memory.

#![expect(clippy::unwrap_used, reason = "a test that fails is what a panic is for")]

mod support;

mod check_password;
mod cookie;
mod devices;
mod login;
mod revoke_other_sessions;
mod session_lifetime;
mod tokens_page;
