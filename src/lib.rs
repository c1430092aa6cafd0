//! latchkey
#![cfg_attr(test, allow(clippy::unwrap_used))]
pub mod hashing;
pub mod model;
pub mod token;
