//! `latchkey user`: creates and changes users; the only way to create the first administrator.

use std::io::{self, BufRead, IsTerminal};

use clap::{Subcommand, ValueEnum};
use secrecy::{ExposeSecret, SecretString};

use super::{Failure, administer, print, transfer};
use crate::accounts::{AdminOutcome, CreateUser, CreateUserOutcome, InternalError};
use crate::app::App;
use crate::model::{InvalidField, Role};

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Creates a user with a verified address. Asks for the password, or reads the first line of
    /// stdin.
    Create {
        /// The user's email address.
        #[arg(long)]
        email: String,
        /// The user's first name; by default the part of the address before the @.
        #[arg(long)]
        first_name: Option<String>,
        /// The user's last name; by default "User" or "Admin".
        #[arg(long)]
        last_name: Option<String>,
        /// Makes the user an administrator.
        #[arg(long)]
        admin: bool,
    },
    /// Imports users from an export of another system, with their password hashes.
    Import(transfer::Import),
    /// Writes all users as JSON lines.
    Export(transfer::Export),
    /// Changes the role of a user.
    SetRole {
        /// The user's email address.
        #[arg(long)]
        email: String,
        /// The role.
        #[arg(long, value_enum)]
        role: RoleName,
    },
    /// Suspends a user: every session ends, and logins and codes are refused until the user is
    /// reinstated.
    Suspend {
        /// The user's email address.
        #[arg(long)]
        email: String,
    },
    /// Removes a user's mobile number, so that another user can have it.
    ClearMobileNumber {
        /// The user's email address.
        #[arg(long)]
        email: String,
    },
    /// Removes the second factors of a user who has lost them: every session ends, and the user gets
    /// an email.
    ResetMfa {
        /// The user's email address.
        #[arg(long)]
        email: String,
    },
    /// Ends sessions of all users.
    EndSessions {
        /// Ends those that began without a second factor.
        #[arg(long, required = true)]
        without_factor: bool,
    },
    /// Lets a suspended user log in again.
    Reinstate {
        /// The user's email address.
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
        // The password comes before anything is opened: a person may take a while.
        let command = match self {
            Self::Import(import) => return import.run(),
            Self::Export(export) => return export.run(),
            other => other.command()?,
        };
        administer(async |app: &App| {
            let accounts = &app.accounts;
            match command {
                UserCommand::Create(command) => create(app, command).await,
                UserCommand::SetRole(email, role) => report(accounts.set_role(&email, role).await),
                UserCommand::ClearMobileNumber(email) => {
                    report(accounts.clear_mobile_number(&email).await)
                }
                UserCommand::ResetMfa(email) => report(accounts.reset_mfa(&email).await),
                UserCommand::EndSessions => {
                    let ended = accounts.end_sessions_without_factor().await;
                    print(format_args!("ended {}\n", ended.map_err(failure)?))
                }
                UserCommand::Suspend(email) => report(accounts.suspend(&email).await),
                UserCommand::Reinstate(email) => report(accounts.reinstate(&email).await),
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
            Self::ResetMfa { email } => UserCommand::ResetMfa(email),
            Self::EndSessions { without_factor: _ } => UserCommand::EndSessions,
            Self::Suspend { email } => UserCommand::Suspend(email),
            Self::Reinstate { email } => UserCommand::Reinstate(email),
            Self::Import(_) | Self::Export(_) => {
                return Err(Failure::new("the command runs by itself"));
            }
        })
    }
}

enum UserCommand {
    Create(CreateUser),
    SetRole(String, Role),
    ClearMobileNumber(String),
    ResetMfa(String),
    EndSessions,
    Suspend(String),
    Reinstate(String),
}

async fn create(app: &App, command: CreateUser) -> Result<(), Failure> {
    match app.accounts.create_user(command).await.map_err(failure)? {
        CreateUserOutcome::Created(id) => print(format_args!("created {id}\n")),
        CreateUserOutcome::InvalidInput(fields) => Err(Failure::new(invalid_input(&fields))),
        CreateUserOutcome::EmailTaken => Err(Failure::new(
            "this email address has an account already, or a sign-up that waits for its code",
        )),
    }
}

fn report(outcome: Result<AdminOutcome, InternalError>) -> Result<(), Failure> {
    match outcome.map_err(failure)? {
        AdminOutcome::Done => print("done\n"),
        AdminOutcome::NoSuchUser => Err(Failure::new("no user has this address")),
    }
}

fn invalid_input(fields: &[InvalidField]) -> String {
    let lines = fields
        .iter()
        .map(|field| format!("\n{}: {}", field.field, field.error.message));
    format!("the user was not created:{}", lines.collect::<String>())
}

pub(super) fn failure(error: InternalError) -> Failure {
    match error {
        InternalError::Store(error) | InternalError::Unacknowledged(error) => Failure::new(error),
        InternalError::Overloaded => Failure::new("the service is overloaded: try again later"),
        InternalError::SignedOut(_) => Failure::new("the account was deleted meanwhile"),
        InternalError::Forbidden(_) | InternalError::InvalidArgument(_) => {
            Failure::new("the operation is not allowed")
        }
    }
}

/// Reads the password. It is never an argument: all users of the machine could see it, and the
/// shell's history would keep it.
fn password() -> Result<SecretString, Failure> {
    let read_error =
        |error: io::Error| Failure::new(format!("the password cannot be read: {error}"));
    if !io::stdin().is_terminal() {
        let mut line = String::new();
        io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(read_error)?;
        // Some editors and shells write a byte order mark at the start of a file. It cannot be
        // typed.
        let line = line.strip_prefix('\u{feff}').unwrap_or(&line);
        return Ok(line.trim_end_matches(['\r', '\n']).into());
    }
    let password =
        SecretString::from(rpassword::prompt_password("Password: ").map_err(read_error)?);
    let again = SecretString::from(
        rpassword::prompt_password("Repeat the password: ").map_err(read_error)?,
    );
    if password.expose_secret() == again.expose_secret() {
        Ok(password)
    } else {
        Err(Failure::new("the two passwords are not the same"))
    }
}
