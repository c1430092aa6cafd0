//! What the acts of the command line have in common: they change the user of an address.

use super::{Accounts, Fault};
use crate::model::{Account, Timestamp, User};

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Administered {
    /// The user is as asked.
    Done,
    /// The address has no account.
    NoSuchUser,
}

impl Accounts {
    /// Lets an act change the user of an address as typed. Sessions and codes are the act's to end.
    pub(super) async fn administer(
        &self,
        email: &str,
        act: impl Fn(&mut User, Timestamp) -> Reach + Send + Sync,
    ) -> Result<Administered, Fault> {
        let Some(account) = self.by_typed_email(email).await? else { return Ok(Administered::NoSuchUser) };
        let (outcome, _) = self.change(account, |account, now| decide(account, &act, now)).await??;
        Ok(outcome)
    }
}

/// How far a change reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Nothing changed.
    Nothing,
    /// What the user was signed in by no longer holds: every session ends.
    Sessions,
    /// Neither does what was mailed: every code ends too.
    SessionsAndCodes,
}

fn decide(account: &mut Account, act: impl Fn(&mut User, Timestamp) -> Reach, now: Timestamp) -> Administered {
    let Some(user) = account.user_mut() else { return Administered::NoSuchUser };
    let reach = act(user, now);
    if reach != Reach::Nothing {
        user.end_sessions(|_| true);
    }
    if reach == Reach::SessionsAndCodes {
        account.void_codes();
    }
    Administered::Done
}
