//! The working folder of a latchkey and its settings.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;

use super::email::{self, ReceivedEmail};
use super::process::{self, Process, Ran};
use super::server::Server;
use super::{SOON, until};

/// A folder and settings, which outlive the servers that use them. Clones share the folder.
#[derive(Clone)]
pub struct Home {
    folder: Arc<TempDir>,
    settings: BTreeMap<String, String>,
}

impl Home {
    /// Creates a home with the default settings, except for the port, which is any free one.
    pub fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("work")).unwrap();
        let home = Self {
            folder: Arc::new(folder),
            settings: BTreeMap::new(),
        };
        home.with("LATCHKEY_LISTEN", "127.0.0.1:0")
    }

    /// Creates a home with cheap password hashes. Its servers have one issuer, whatever their ports.
    pub fn new() -> Self {
        Self::bare()
            .with("LATCHKEY_BCRYPT_COST", "4")
            .with("LATCHKEY_ISSUER", "https://accounts.x.test")
    }

    /// Creates a home without rate limits, for tests that send more requests than people do.
    pub fn unlimited() -> Self {
        Self::new().with("LATCHKEY_LIMITS", "off")
    }

    /// Adds or replaces a setting.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.settings.insert(name.to_owned(), value.into());
        self
    }

    /// Returns a path in the program's working folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("work").join(name)
    }

    /// Returns the path of the data folder.
    pub fn data(&self) -> PathBuf {
        self.path("latchkey-data")
    }

    /// Returns everything that its servers have written to standard error so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log_file()).unwrap_or_default()).into_owned()
    }

    /// Waits until the log contains a text at least `times` times.
    #[track_caller]
    pub fn logged(&self, text: &str, times: usize) {
        until(&format!("{text} in the log, {times} times"), SOON, || {
            (self.log().matches(text).count() >= times).then_some(())
        });
    }

    /// Starts a server and waits until it has printed its URL.
    #[track_caller]
    pub fn start(&self) -> Server {
        self.start_under(&[])
    }

    /// Starts a server through another program, which gets the server's command as its last
    /// arguments.
    #[track_caller]
    pub fn start_under(&self, runner: &[&str]) -> Server {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_file())
            .unwrap();
        Server::new(
            Process::start(self.command(runner, &[]).stderr(log)),
            self.clone(),
        )
    }

    /// Runs a command and waits until it exits.
    #[track_caller]
    pub fn run(&self, arguments: &[&str], stdin: &str) -> Ran {
        process::run(&mut self.command(&[], arguments), stdin, SOON * 2)
    }

    /// Runs a command through another program.
    #[track_caller]
    pub fn run_under(&self, runner: &[&str], arguments: &[&str]) -> Ran {
        process::run(&mut self.command(runner, arguments), "", SOON * 2)
    }

    /// Returns the emails in the mail folder, oldest first.
    pub fn messages(&self) -> Vec<ReceivedEmail> {
        email::in_folder(&self.data().join("mail"))
    }

    /// Waits for the email to `email` with this number, counted from 1.
    #[track_caller]
    pub fn email_to(&self, email: &str, number: usize) -> ReceivedEmail {
        until(&format!("email {number} to {email}"), SOON, || {
            self.messages()
                .into_iter()
                .filter(|message| message.to == email)
                .nth(number - 1)
        })
    }

    fn command(&self, runner: &[&str], arguments: &[&str]) -> Command {
        let mut words = runner.iter().chain(&[env!("CARGO_BIN_EXE_latchkey")]);
        let mut command = Command::new(words.next().unwrap());
        command
            .args(words)
            .args(arguments)
            .env_clear()
            .envs(&self.settings)
            .current_dir(self.path(""));
        command
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

/// Starts two nodes with the settings of a home, and the same keys.
#[track_caller]
pub fn start_nodes(settings: &Home) -> [(Home, Server); 2] {
    let home = || Home {
        settings: settings.settings.clone(),
        ..Home::bare()
    };
    let (first, second) = (home(), home());
    let first_server = first.start();
    copy_folder(&first.data(), &second.data());
    let second_server = second.start();
    [(first, first_server), (second, second_server)]
}

/// Copies a folder with its contents and their permissions.
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
