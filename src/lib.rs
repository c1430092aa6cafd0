//! latchkey: self-hosted user accounts over GraphQL.
//!
//! A module imports lower layers only, never its own:
//!
//! | layer | modules | what is there |
//! |---|---|---|
//! | 7 | [`cli`] | arguments, exit codes |
//! | 6 | [`app`] | the one place that builds everything from the settings |
//! | 5 | [`config`] | settings: the one place that reads the environment |
//! | 4 | [`http`] | routes, bearer text, limits, GraphiQL page, health, JWKS; no rules |
//! | 3 | [`graphql`] | schema, inputs, outputs, error map; resolvers of a few lines |
//! | 2 | [`accounts`] | the operations: signup, login, refresh, ... one file each |
//! | 1 | [`hashing`], [`token`], [`webauthn`], [`providers`], [`mail`], [`repository`], [`rate_limit`] | what an operation needs |
//! | 0 | [`model`], [`metrics`] | plain values: account, session, email, password, code, clock; measurements |
//!
//! A login, walked: [`http`] passes on the bearer as text, the client's IP address and the body →
//! [`graphql`] turns the input into a command → [`accounts::Accounts::login`] counts the attempt,
//! loads the account, verifies the password against its hash or a decoy, starts a session, saves →
//! its outcome becomes a member of the result union.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        reason = "a test that fails is what a panic is for"
    )
)]

pub mod accounts;
pub mod app;
pub mod cli;
pub mod config;
pub mod graphql;
pub mod hashing;
pub mod http;
pub mod mail;
pub mod metrics;
pub mod model;
pub mod providers;
pub mod rate_limit;
pub mod repository;
pub mod token;
pub mod webauthn;
