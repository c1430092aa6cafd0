//! Layer 7: the command line. Arguments in, exit codes out; the layers below do the work.
//!
//! Exit codes: 0 for success, 1 for failure, 2 for wrong settings or arguments.

#[cfg(feature = "sqlite")]
mod backup;
mod check;
mod epoch;
mod keys;
mod logging;
mod mail;
mod schema;
mod serve;
mod settings;
mod transfer;
mod user;

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::runtime::{Builder, Runtime};

use crate::app::App;
use crate::config::{Config, ConfigErrors};
use crate::model::{Clock, Rng};

/// Self-hosted user accounts over GraphQL. Settings come from the environment and .env: see
/// `latchkey settings`.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the server, until SIGTERM or SIGINT. The default.
    Serve,
    /// Checks the settings, the keys, the store and the mail server, and says how to correct what
    /// is wrong.
    Check(check::Check),
    /// Writes a copy of the embedded store to a file, while servers use it.
    #[cfg(feature = "sqlite")]
    Backup(backup::Backup),
    /// Puts a backup in the place of the embedded store, and ends every session and code in it.
    #[cfg(feature = "sqlite")]
    Restore(backup::Restore),
    /// Ends every session, code and ticket, after the store was restored by other means than
    /// `latchkey restore`.
    BeginEpoch,
    /// Prints the GraphQL schema.
    Schema,
    /// Prints every setting with its default.
    Settings(settings::Settings),
    /// Lists, rotates, exports and retires the keys that sign access tokens. Running servers follow.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Lists, retries and drops the emails that the mail server refused.
    #[command(subcommand)]
    Mail(mail::Mail),
    /// Creates and changes users.
    #[command(subcommand)]
    User(user::User),
}

/// The reason for which a command failed, for stderr and the exit code.
#[derive(Debug)]
struct Failure {
    text: String,
    code: u8,
}

impl Failure {
    fn new(text: impl Display) -> Self {
        Self {
            text: text.to_string(),
            code: 1,
        }
    }

    fn settings(text: impl Display) -> Self {
        Self {
            text: text.to_string(),
            code: 2,
        }
    }
}

impl From<ConfigErrors> for Failure {
    fn from(errors: ConfigErrors) -> Self {
        Self::settings(format!("the settings are wrong:\n{errors}"))
    }
}

/// Runs the command that the arguments name.
#[must_use]
pub fn run() -> ExitCode {
    let done = match Arguments::parse().command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(),
        Command::Check(check) => check::run(&check),
        #[cfg(feature = "sqlite")]
        Command::Backup(backup) => backup.run(),
        #[cfg(feature = "sqlite")]
        Command::Restore(restore) => restore.run(),
        Command::BeginEpoch => epoch::run(),
        Command::Schema => schema::run(),
        Command::Settings(settings) => settings.run(),
        Command::Keys(keys) => keys.run(),
        Command::Mail(mail) => mail.run(),
        Command::User(user) => user.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // If stderr is closed, no reader is left.
            _ = writeln!(io::stderr(), "latchkey: {}", failure.text);
            ExitCode::from(failure.code)
        }
    }
}

/// Runs a command on the accounts, as the operator.
fn administer(command: impl AsyncFnOnce(&App) -> Result<(), Failure>) -> Result<(), Failure> {
    // This process serves no documents.
    let config = configured(Config::load_without_files())?;
    let config = Config {
        trusted_documents: None,
        emails: config.emails.clone().without_files(),
        ..config
    };
    runtime()?.block_on(async {
        let app = App::build(&config, Clock::system(), Rng::system())
            .await
            .map_err(Failure::new)?;
        app.claim_store().await.map_err(Failure::new)?;
        command(&app).await
    })
}

/// Writes to stdout. A closed pipe, such as that of `head`, is no failure; any other write error
/// is.
fn print(text: impl Display) -> Result<(), Failure> {
    match write!(io::stdout(), "{text}").and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Returns the settings after starting the log as they say.
fn configured(read: Result<Config, ConfigErrors>) -> Result<Config, Failure> {
    let config = read?;
    logging::start(&config);
    Ok(config)
}

fn runtime() -> Result<Runtime, Failure> {
    Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::new)
}
