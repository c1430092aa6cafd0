//! Where a latchkey lives: a folder to work in, and its settings.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;

use super::email::{self, OutboxEmail};
use super::process::{self, Process, Ran};
use super::server::Server;
use super::{SOON, until};

/// A folder and settings, which outlive any server that runs in them. Clones share the folder.
#[derive(Clone)]
pub struct Home {
    place: Arc<TempDir>,
    settings: BTreeMap<String, String>,
}

impl Home {
    /// As a newcomer has it: nothing is set but the port, which is any free one.
    pub fn bare() -> Self {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join("work")).unwrap();
        let home = Self {
            place: Arc::new(place),
            settings: BTreeMap::new(),
        };
        home.with("LATCHKEY_LISTEN", "127.0.0.1:0")
    }

    /// The same with cheap hashes.
    pub fn new() -> Self {
        Self::bare().with("LATCHKEY_BCRYPT_COST", "4")
    }

    /// The same without limits, for tests that do more than people do.
    pub fn unlimited() -> Self {
        Self::new().with("LATCHKEY_LIMITS", "off")
    }

    /// The same with a setting, or with another value of one.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.settings.insert(name.to_owned(), value.into());
        self
    }

    /// A path in the folder that the program works in.
    pub fn path(&self, name: &str) -> PathBuf {
        self.place.path().join("work").join(name)
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.path("latchkey-data")
    }

    /// Everything that servers here have written to standard error so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log_file()).unwrap_or_default()).into_owned()
    }

    /// Waits until the log holds a text so many times.
    #[track_caller]
    pub fn logged(&self, text: &str, times: usize) {
        until(&format!("{text} in the log, {times} times"), SOON, || {
            (self.log().matches(text).count() >= times).then_some(())
        });
    }

    /// Starts a server, and waits until it says where it is.
    #[track_caller]
    pub fn start(&self) -> Server {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_file())
            .unwrap();
        Server::new(
            Process::start(self.command(&[]).stderr(log)),
            self.log_file(),
        )
    }

    /// Runs a command to its end.
    #[track_caller]
    pub fn run(&self, arguments: &[&str], stdin: &str) -> Ran {
        process::run(&mut self.command(arguments), stdin, SOON * 2)
    }

    /// The letters that were left in the mail folder, the oldest first.
    pub fn messages(&self) -> Vec<OutboxEmail> {
        email::in_folder(&self.data().join("mail"))
    }

    /// Waits for the newest letter to an address, of which there must be so many.
    #[track_caller]
    pub fn email_to(&self, email: &str, number: usize) -> OutboxEmail {
        until(&format!("letter {number} to {email}"), SOON, || {
            self.messages()
                .into_iter()
                .filter(|message| message.to == email)
                .nth(number - 1)
        })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
        command
            .args(arguments)
            .env_clear()
            .envs(&self.settings)
            .current_dir(self.path(""));
        command
    }

    fn log_file(&self) -> PathBuf {
        self.place.path().join("log")
    }
}

/// Copies a folder with everything in it, and the modes of all.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let copy = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &copy);
        } else {
            fs::copy(entry.path(), copy).unwrap();
        }
    }
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
}
