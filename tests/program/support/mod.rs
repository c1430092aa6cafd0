//! Starts the program and its companions, and provides clients for them. Processes are ended by
//! their id.

pub mod certificates;
pub mod client;
pub mod database;
pub mod email;
pub mod home;
pub mod mail_server;
pub mod process;
pub mod proxy;
pub mod raw;
pub mod replica_set;
pub mod server;
pub mod socket;
pub mod tool;
pub mod typescript;
pub mod walk;

use std::time::{Duration, Instant};

/// The time limit for anything that should happen soon.
pub const SOON: Duration = Duration::from_secs(15);

/// Calls `poll` until it returns a value, and panics with `what` after `timeout`.
#[track_caller]
pub fn until<T>(what: &str, timeout: Duration, mut poll: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = poll() {
            return found;
        }
        assert!(
            started.elapsed() < timeout,
            "waited {timeout:?} in vain for {what}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}
