//! `latchkey user`: the administrator's first way in, and the only way to make one.

use std::io::{self, BufRead, IsTerminal};

use clap::{Subcommand, ValueEnum};
use secrecy::{ExposeSecret, SecretString};

use super::{Failure, configured, runtime, say};
use crate::accounts::{AdminOutcome, CreateUser, CreateUserOutcome, InternalError};
use crate::app::App;
use crate::config::Config;
use crate::model::{Clock, InvalidField, Rng, Role};

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Makes a user, whose address counts as proven. Asks for the password, or takes the first line of stdin.
    Create {
        /// The user's e-mail address.
        #[arg(long)]
        email: String,
        /// The user's first name; by default what is before the @.
        #[arg(long)]
        first_name: Option<String>,
        /// The user's last name; by default "User" or "Admin".
        #[arg(long)]
        last_name: Option<String>,
        /// Makes the user an administrator.
        #[arg(long)]
        admin: bool,
    },
    /// Changes what a user may do.
    SetRole {
        /// The user's e-mail address.
        #[arg(long)]
        email: String,
        /// The role.
        #[arg(long, value_enum)]
        role: RoleName,
    },
    /// Keeps a user out: every session ends, and no log-in and no code is taken until they are reinstated.
    Suspend {
        /// The user's e-mail address.
        #[arg(long)]
        email: String,
    },
    /// Removes a user's mobile number, so that another user can have it.
    ClearMobileNumber {
        /// The user's e-mail address.
        #[arg(long)]
        email: String,
    },
    /// Lets a suspended user log in again.
    Reinstate {
        /// The user's e-mail address.
        #[arg(long)]
        email: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum RoleName {
    User,
    Admin,
}

impl User {
    pub(super) fn run(self) -> Result<(), Failure> {
        // No document is served here.
        let config = Config {
            trusted_documents: None,
            ..configured(Config::load_without_files())?
        };
        // Asked for before anything is opened: a person may take a while.
        let command = self.command()?;
        runtime()?.block_on(async {
            let app = App::build(&config, Clock::system(), Rng::system())
                .await
                .map_err(Failure::new)?;
            let accounts = &app.accounts;
            match command {
                UserCommand::Create(command) => create(&app, command).await,
                UserCommand::SetRole(email, role) => {
                    administered(accounts.set_role(&email, role).await)
                }
                UserCommand::ClearMobileNumber(email) => {
                    administered(accounts.clear_mobile_number(&email).await)
                }
                UserCommand::Suspend(email) => administered(accounts.suspend(&email).await),
                UserCommand::Reinstate(email) => administered(accounts.reinstate(&email).await),
            }
        })
    }

    fn command(self) -> Result<UserCommand, Failure> {
        Ok(match self {
            Self::Create {
                email,
                first_name,
                last_name,
                admin,
            } => {
                let (role, last) = if admin {
                    (Role::Admin, "Admin")
                } else {
                    (Role::User, "User")
                };
                let local_part = || email.split('@').next().unwrap_or_default().to_owned();
                UserCommand::Create(CreateUser {
                    first_name: first_name.unwrap_or_else(local_part),
                    last_name: last_name.unwrap_or_else(|| last.to_owned()),
                    password: password()?,
                    email,
                    role,
                })
            }
            Self::SetRole {
                email,
                role: RoleName::User,
            } => UserCommand::SetRole(email, Role::User),
            Self::SetRole {
                email,
                role: RoleName::Admin,
            } => UserCommand::SetRole(email, Role::Admin),
            Self::ClearMobileNumber { email } => UserCommand::ClearMobileNumber(email),
            Self::Suspend { email } => UserCommand::Suspend(email),
            Self::Reinstate { email } => UserCommand::Reinstate(email),
        })
    }
}

enum UserCommand {
    Create(CreateUser),
    SetRole(String, Role),
    ClearMobileNumber(String),
    Suspend(String),
    Reinstate(String),
}

async fn create(app: &App, command: CreateUser) -> Result<(), Failure> {
    match app.accounts.create_user(command).await.map_err(told)? {
        CreateUserOutcome::Created(id) => say(format_args!("created {id}\n")),
        CreateUserOutcome::InvalidInput(fields) => Err(Failure::new(listed(&fields))),
        CreateUserOutcome::EmailTaken => Err(Failure::new(
            "this address has an account already, or a sign-up that waits for its code",
        )),
    }
}

fn administered(outcome: Result<AdminOutcome, InternalError>) -> Result<(), Failure> {
    match outcome.map_err(told)? {
        AdminOutcome::Done => say("done\n"),
        AdminOutcome::NoSuchUser => Err(Failure::new("no user has this address")),
    }
}

fn listed(fields: &[InvalidField]) -> String {
    let lines = fields
        .iter()
        .map(|field| format!("\n{}: {}", field.field, field.error.message));
    format!("the user was not made:{}", lines.collect::<String>())
}

fn told(error: InternalError) -> Failure {
    match error {
        InternalError::Store(error) => Failure::new(error),
        other => Failure::new(format!("{other:?}")),
    }
}

/// Never an argument: those are seen by every user of the machine, and kept in the shell's history.
fn password() -> Result<SecretString, Failure> {
    let unread = |error: io::Error| Failure::new(format!("the password cannot be read: {error}"));
    if !io::stdin().is_terminal() {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map_err(unread)?;
        // Some editors and shells write a byte order mark at the head of a file. Nobody can type it.
        let line = line.strip_prefix('\u{feff}').unwrap_or(&line);
        return Ok(line.trim_end_matches(['\r', '\n']).into());
    }
    let password = SecretString::from(rpassword::prompt_password("Password: ").map_err(unread)?);
    let again = SecretString::from(rpassword::prompt_password("Once more: ").map_err(unread)?);
    if password.expose_secret() == again.expose_secret() {
        Ok(password)
    } else {
        Err(Failure::new("the two passwords are not the same"))
    }
}
