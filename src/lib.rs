//! latchkey
#![cfg_attr(test, allow(clippy::unwrap_used))]
pub mod accounts;
pub mod hashing;
pub mod mail;
pub mod model;
pub mod repository;
pub mod throttle;
pub mod token;
