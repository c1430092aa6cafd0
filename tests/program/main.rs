//! Tests of the built program, which runs as a child process with a folder and an environment of
//! its own and is used over the network.

#![expect(
    clippy::unwrap_used,
    reason = "a test that fails is what a panic is for"
)]

#[path = "../support/mongod.rs"]
mod mongod;
#[path = "../support/replicas.rs"]
mod replicas;
mod support;

mod audit;
mod backup;
mod bare;
mod browser;
mod cli;
mod client;
mod client_package;
mod coalesced_reads;
mod deployment;
mod differential;
mod document_limits;
mod drain;
mod email_content;
mod flood;
#[cfg(target_os = "linux")]
mod full_disk;
mod hashing;
mod keys;
mod kill;
mod live_changes;
#[cfg(target_os = "linux")]
mod live_sockets;
mod logs;
mod lost_answers;
mod metrics;
mod mongodb;
mod mongodb_tls;
mod passkeys;
mod primaries;
mod providers;
mod proxies;
mod readme;
mod recipes;
mod rolling_restart;
mod sessions;
mod slowloris;
mod smtp;
mod smtp_probe;
mod smtp_replies;
mod smtp_trust;
mod smtp_worker;
mod starter;
mod store_versions;
mod timing;
