//! `latchkey user`: lists, creates, changes and deletes users; the only way to create the first
//! administrator.

mod delete;
mod description;
mod list;
mod password;

use clap::{Subcommand, ValueEnum};

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
    /// Lists users, in the order of their ids.
    List(list::List),
    /// Shows a user, without secrets.
    Show(list::Show),
    /// Deletes a user after the grace period, with a message to the user, or at once.
    Delete(delete::Delete),
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
    /// Ends sessions: those of one user, or those of all users that began without a second factor.
    EndSessions {
        /// The user's email address: every session ends, and no browser skips the second factor any
        /// longer.
        #[arg(long, required_unless_present = "without_factor")]
        email: Option<String>,
        /// Ends those that began without a second factor.
        #[arg(long, conflicts_with = "email")]
        without_factor: bool,
    },
    /// Lets a suspended user log in again.
    Reinstate {
        /// The user's email address.
        #[arg(long)]
        email: String,
    },
}

const NO_SUCH_USER: &str = "no user has this address";
const LAST_ADMINISTRATOR: &str =
    "this is the last administrator: make another user one first, with latchkey user set-role";

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
            Self::List(list) => return list.run(),
            Self::Show(show) => return show.run(),
            Self::Delete(delete) => return delete.run(),
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
                UserCommand::EndSessions(Some(email)) => {
                    report(accounts.end_sessions(&email).await)
                }
                UserCommand::EndSessions(None) => {
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
                    password: password::read()?,
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
            Self::EndSessions { email, .. } => UserCommand::EndSessions(email),
            Self::Suspend { email } => UserCommand::Suspend(email),
            Self::Reinstate { email } => UserCommand::Reinstate(email),
            Self::Import(_) | Self::Export(_) | Self::List(_) | Self::Show(_) | Self::Delete(_) => {
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
    EndSessions(Option<String>),
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
        AdminOutcome::NoSuchUser => Err(Failure::new(NO_SUCH_USER)),
        AdminOutcome::LastAdministrator => Err(Failure::new(LAST_ADMINISTRATOR)),
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
