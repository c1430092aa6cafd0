//! The built program: started as a child process in a folder and an environment of its own, and used over the wire.

#![expect(
    clippy::unwrap_used,
    reason = "a test that fails is what a panic is for"
)]

#[path = "../support/mongod.rs"]
mod mongod;
mod support;

mod audit;
mod bare;
mod browser;
mod cli;
mod client;
mod differential;
mod document_limits;
mod flood;
mod keys;
mod kill;
mod logs;
mod mongodb;
mod readme;
mod sessions;
mod slowloris;
mod smtp;
mod timing;
