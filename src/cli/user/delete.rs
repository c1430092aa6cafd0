//! `latchkey user delete`.

use clap::Args;

use super::{LAST_ADMINISTRATOR, NO_SUCH_USER, failure};
use crate::accounts::{DeleteUserOutcome, DeletionTime};
use crate::app::App;
use crate::cli::{Failure, administer, print};

/// Deletes a user after the grace period, with a message to the user, or at once. Every session
/// ends; the last administrator cannot be deleted.
#[derive(Debug, Args)]
pub(in crate::cli) struct Delete {
    /// The user's email address.
    #[arg(long)]
    email: String,
    /// Deletes the user at once, without a message. It cannot be taken back.
    #[arg(long)]
    now: bool,
}

impl Delete {
    pub(super) fn run(self) -> Result<(), Failure> {
        let time = if self.now {
            DeletionTime::Now
        } else {
            DeletionTime::AfterGrace
        };
        administer(async |app: &App| {
            let deleted = app.accounts.delete_user(&self.email, time).await;
            match deleted.map_err(failure)? {
                DeleteUserOutcome::Deleted => print("deleted\n"),
                DeleteUserOutcome::Scheduled(at) => {
                    print(format_args!("to be deleted at {}\n", at.to_rfc3339()))
                }
                DeleteUserOutcome::NoSuchUser => Err(Failure::new(NO_SUCH_USER)),
                DeleteUserOutcome::LastAdministrator => Err(Failure::new(LAST_ADMINISTRATOR)),
            }
        })
    }
}
