//! A running server.

use std::io::Write;
use std::process::ExitStatus;
use std::time::Duration;

use super::client::Client;
use super::home::Home;
use super::process::Process;

/// The time limit for a server to print its URL.
const STARTED: Duration = Duration::from_secs(30);
/// The number of log lines that a failed test prints.
const SHOWN: usize = 30;

/// A server, killed when dropped. A failed test prints the end of its log.
pub struct Server {
    pub process: Process,
    /// The lines that it printed at the start.
    pub lines: Vec<String>,
    /// The base URL, such as `http://127.0.0.1:41234`.
    pub url: String,
    /// Keeps the working folder for as long as the server runs.
    home: Home,
}

impl Server {
    #[track_caller]
    pub(super) fn new(process: Process, home: Home) -> Self {
        let lines: Vec<String> = (0..3).map_while(|_| process.line(STARTED)).collect();
        let mut server = Self {
            process,
            lines,
            url: String::new(),
            home,
        };
        let first = server.lines.first().filter(|_| server.lines.len() == 3);
        let url = first
            .and_then(|line| line.split_once(": "))
            .and_then(|(_, urls)| urls.split(' ').next()?.strip_suffix("/graphql"));
        server.url = url.expect("a server that prints its URL").to_owned();
        server
    }

    /// Returns the address, such as `127.0.0.1:41234`.
    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// Returns a new client of it.
    pub fn client(&self) -> Client {
        Client::new(&self.url)
    }

    /// Stops it gracefully and waits until it has exited.
    #[track_caller]
    pub fn stop(mut self) -> ExitStatus {
        self.process.signal("TERM");
        self.process.ended()
    }

    /// Kills it without a warning (SIGKILL).
    pub fn kill(mut self) {
        self.process.kill();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.home.log();
            let lines: Vec<&str> = log.lines().collect();
            let end = lines[lines.len().saturating_sub(SHOWN)..].join("\n");
            _ = writeln!(
                std::io::stderr(),
                "the end of the log of {}:\n{end}",
                self.url
            );
        }
    }
}
