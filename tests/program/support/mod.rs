//! What starts the program and its companions, and who talks to them. Whatever is started is ended by its id.

pub mod client;
pub mod database;
pub mod email;
pub mod home;
pub mod mail_server;
pub mod process;
pub mod raw;
pub mod server;
pub mod tool;
pub mod typescript;

use std::time::{Duration, Instant};

/// How long anything may take that should happen soon.
pub const SOON: Duration = Duration::from_secs(15);

/// Asks until there is an answer, or panics with what was waited for.
#[track_caller]
pub fn until<T>(what: &str, patience: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            started.elapsed() < patience,
            "within {patience:?} there was not: {what}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}
