//! Floor 2: the acts, one file each, with its command, its outcome and its tests.
//!
//! An act decides on one [`Account`] in memory; `Accounts::change` loads it, saves it if nobody else did meanwhile, and
//! otherwise lets the act decide again. Outcomes that a person can act on are an enum per act; a [`Fault`] is none of them.

mod administer;
mod authenticate;
mod budget;
mod change_password;
mod check_password;
mod create_user;
mod deliver;
mod forgot_password;
mod login;
mod logout;
mod no_sooner;
mod postage;
mod refresh;
mod reset_password;
mod revoke_session;
mod send_verification_code;
mod set_role;
mod sign_in;
mod signup;
mod suspend;
mod update_mobile_number;
mod update_profile;
mod verify_email;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tracing::Span;
use tracing::field::display;

use crate::hashing::{Hashing, Overloaded};
use crate::mail::Mailer;
use crate::model::{Account, AccountId, Clock, Email, PasswordPolicy, Rng, SessionPolicy, Timestamp};
use crate::repository::{Repository, StoreFault, Written};
use crate::token::{AccessTokens, DeviceTokens, RefreshTokens, Secret};

pub use administer::Administered;
pub use authenticate::{Caller, Rejected};
pub use change_password::{ChangePassword, ChangePasswordOutcome};
pub use check_password::CheckPassword;
pub use create_user::{CreateUser, CreateUserOutcome};
pub use forgot_password::{ForgotPassword, ForgotPasswordOutcome};
pub use login::{Login, LoginOutcome};
pub use logout::Logout;
pub use refresh::{Refresh, RefreshOutcome};
pub use reset_password::{ResetPassword, ResetPasswordOutcome};
pub use revoke_session::RevokeSessionOutcome;
pub use send_verification_code::{SendVerificationCode, SendVerificationCodeOutcome};
pub use sign_in::{Client, SignedIn, Tokens};
pub use signup::{Signup, SignupOutcome};
pub use update_mobile_number::{UpdateMobileNumber, UpdateMobileNumberOutcome};
pub use update_profile::{UpdateProfile, UpdateProfileOutcome};
pub use verify_email::{VerifyEmail, VerifyEmailOutcome};

/// How often an act is decided again when other saves come first.
const ROUNDS: usize = 100;

/// What the operator has settled.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// What a new password must be.
    pub password: PasswordPolicy,
    /// How long sessions live.
    pub session: SessionPolicy,
    /// How long a mailed code is good.
    pub code_lifetime: Duration,
    /// Whether an address must be proven before its account can log in.
    pub verify_email_first: bool,
    /// Whether attempts are limited.
    pub limits: bool,
}

/// All acts, and what they need from the world.
pub struct Accounts {
    /// Where accounts are kept.
    pub repository: Arc<dyn Repository>,
    /// Hashes passwords.
    pub hashing: Hashing,
    /// Issues and verifies access tokens.
    pub access_tokens: AccessTokens,
    /// Issues and verifies refresh tokens.
    pub refresh_tokens: RefreshTokens,
    /// Issues and verifies device tokens.
    pub device_tokens: DeviceTokens,
    /// Digests codes and tickets, seals letters.
    pub secret: Secret,
    /// Sends letters.
    pub mailer: Mailer,
    /// Tells the time.
    pub clock: Clock,
    /// Gives chance.
    pub rng: Rng,
    /// What the operator has settled.
    pub policy: Policy,
    /// Told whenever a letter was written.
    pub letter_written: Notify,
}

/// An act could not be done: no fault of its input. Has no `Display`, so that no `?` can carry its text to a client.
#[derive(Debug)]
pub enum Fault {
    /// The store failed.
    Store(StoreFault),
    /// There is more to do than can be done in time.
    Overloaded,
    /// The act needs a signed-in caller, and there is none (any more).
    SignedOut,
    /// The request comes from where it may not.
    Forbidden,
}

impl From<StoreFault> for Fault {
    fn from(fault: StoreFault) -> Self {
        Self::Store(fault)
    }
}

impl From<Overloaded> for Fault {
    fn from(_: Overloaded) -> Self {
        Self::Overloaded
    }
}

/// Why a decided change was not saved, for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Conflict {
    /// The account is no more.
    Gone,
    /// Another account has the mobile number.
    MobileNumberTaken,
}

/// For acts that cannot run into one but by a race with a deletion: the next try sees what happened.
impl From<Conflict> for Fault {
    fn from(_: Conflict) -> Self {
        Self::Overloaded
    }
}

/// Tells the log whose account a request is about: by its id, never by its address.
fn tell_whose(account: &Account) {
    Span::current().record("account", display(account.id));
}

/// Tells the log whose token came with a request: not always the account that it is about.
fn tell_caller(account: &Account) {
    Span::current().record("caller", display(account.id));
}

impl Accounts {
    /// Lets an act change an account, and saves what it changed: load, decide, compare-and-swap, again if another save
    /// came first. Gives the outcome, and the account as it is now. What changes nothing costs no write.
    async fn change<T>(
        &self,
        mut account: Account,
        mut act: impl FnMut(&mut Account, Timestamp) -> T + Send,
    ) -> Result<Result<(T, Account), Conflict>, Fault> {
        for _ in 0..ROUNDS {
            let now = self.clock.now();
            let mut changed = account.clone();
            let outcome = act(&mut changed, now);
            if changed == account {
                return Ok(Ok((outcome, account)));
            }
            changed.tidy(now);
            match self.repository.save(&changed).await? {
                Written::Done => {
                    changed.version += 1;
                    self.tell_of_letters(&changed);
                    return Ok(Ok((outcome, changed)));
                }
                Written::MobileNumberTaken => return Ok(Err(Conflict::MobileNumberTaken)),
                Written::Moved | Written::EmailTaken => match self.repository.by_id(account.id).await? {
                    Some(fresh) => account = fresh,
                    None => return Ok(Err(Conflict::Gone)),
                },
            }
        }
        Err(Fault::Overloaded)
    }

    /// The same, for an act that only a signed-in caller may do: the session must still be live when it is decided.
    async fn change_as<T>(
        &self,
        caller: Caller,
        mut act: impl FnMut(&mut Account, Timestamp) -> T + Send,
    ) -> Result<Result<(T, Account), Conflict>, Fault> {
        let session = caller.session;
        let changed = self
            .change(caller.account, |account, now| {
                account.user().and_then(|user| user.session(session, now))?;
                Some(act(account, now))
            })
            .await?;
        match changed {
            Ok((Some(outcome), account)) => Ok(Ok((outcome, account))),
            Ok((None, _)) | Err(Conflict::Gone) => Err(Fault::SignedOut),
            Err(conflict) => Ok(Err(conflict)),
        }
    }

    /// Wakes the worker that sends letters, if this account has one to send.
    fn tell_of_letters(&self, account: &Account) {
        if account.mail_due_at().is_some_and(|due| due <= self.clock.now()) {
            self.letter_written.notify_one();
        }
    }

    async fn by_id(&self, id: AccountId) -> Result<Option<Account>, Fault> {
        Ok(self.repository.by_id(id).await?.inspect(tell_caller))
    }

    async fn by_email(&self, email: &Email) -> Result<Option<Account>, Fault> {
        Ok(self.repository.by_email(email).await?.inspect(tell_whose))
    }

    /// The same by an address as typed: what is no address is nobody's.
    async fn by_typed_email(&self, typed: &str) -> Result<Option<Account>, Fault> {
        match Email::parse(typed) {
            Ok(email) => self.by_email(&email).await,
            Err(_) => Ok(None),
        }
    }
}
