//! Prove an address with a mailed code: of an account that is there, or of a sign-up that waits.

use secrecy::{ExposeSecret, SecretString};

use super::no_sooner::no_sooner;
use super::{Accounts, Client, Conflict, Fault, SignedIn};
use crate::model::{Account, Code, Digest, Email, Session, SignUp, Spend, Standing, Timestamp, User, Wait};
use crate::throttle::Budget;
use crate::token::Purpose;

/// An attempt to prove an address.
#[derive(Debug)]
pub struct VerifyEmail {
    /// The address, as typed.
    pub email: String,
    /// The code, as typed.
    pub code: SecretString,
    /// The ticket of the sign-up to complete.
    pub ticket: Option<SecretString>,
    /// Where from.
    pub client: Client,
}

/// What became of it.
#[derive(Debug)]
pub enum VerifyEmailOutcome {
    /// The sign-up is completed, and its user signed in.
    Authenticated(Box<SignedIn>),
    /// The address of the account is proven.
    EmailVerified(Email),
    /// The code is wrong, used, expired, or was tried too often; which, is not told.
    InvalidCode,
    /// Too many codes were tried.
    TooManyAttempts(Wait),
}

impl Accounts {
    /// Spends a code. With a ticket it completes that sign-up and no other; without one it proves an account's address.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn verify_email(&self, command: VerifyEmail) -> Result<VerifyEmailOutcome, Fault> {
        no_sooner(self.prove(command)).await
    }

    async fn prove(&self, command: VerifyEmail) -> Result<VerifyEmailOutcome, Fault> {
        if let Some(wait) = self.spend(&[(Budget::CodeByClient, vec![&command.client.key()])]).await? {
            return Ok(VerifyEmailOutcome::TooManyAttempts(wait));
        }
        let Some(account) = self.by_typed_email(&command.email).await? else {
            self.decoy_write().await?;
            return Ok(VerifyEmailOutcome::InvalidCode);
        };
        match &command.ticket {
            Some(ticket) => self.complete_sign_up(account, ticket, &command).await,
            None => self.verify_address(account, &command.code).await,
        }
    }

    async fn verify_address(&self, account: Account, code: &SecretString) -> Result<VerifyEmailOutcome, Fault> {
        let given = self.code_digest(Purpose::VerificationCode, &account.email, code.expose_secret());
        let (spend, account) = self
            .change_evenly(account, |account, now| {
                let Some(user) = account.user_mut() else { return Spend::Wrong };
                let spend = Code::spend(&mut user.verification_code, &given, now);
                if spend == Spend::Right {
                    user.email_verified = true;
                    user.updated_at = now;
                }
                spend
            })
            .await??;
        Ok(match spend {
            Spend::Right => VerifyEmailOutcome::EmailVerified(account.email),
            Spend::Wrong => VerifyEmailOutcome::InvalidCode,
        })
    }

    async fn complete_sign_up(
        &self,
        account: Account,
        ticket: &SecretString,
        command: &VerifyEmail,
    ) -> Result<VerifyEmailOutcome, Fault> {
        let ticket = self.ticket_digest(ticket.expose_secret());
        let given = self.code_digest(Purpose::SignUpCode, &account.email, command.code.expose_secret());
        let session = self.new_session(&command.client);
        let id = session.id;
        let complete = |account: &mut Account, now| complete(account, (&ticket, &given), &session, now);
        let completed = match self.change_evenly(account.clone(), complete).await? {
            // The number was taken while the sign-up waited. The address is proven all the same: the number is dropped.
            Err(Conflict::MobileNumberTaken) => {
                let without_number = |account: &mut Account, now| {
                    let spend = complete(account, now);
                    account.user_mut().filter(|_| spend == Spend::Right).map(|user| user.mobile_number.take());
                    spend
                };
                self.change(account, without_number).await?
            }
            completed => completed,
        };
        let signed_in = match completed {
            Ok((Spend::Right, account)) => self.signed_in(account, id),
            Ok((Spend::Wrong, _)) | Err(_) => None,
        };
        Ok(signed_in.map_or(VerifyEmailOutcome::InvalidCode, |it| VerifyEmailOutcome::Authenticated(Box::new(it))))
    }
}

/// Makes the sign-up that the ticket names the owner of the address; the others that waited are gone with that.
fn complete(account: &mut Account, keys: (&Digest, &Digest), session: &Session, now: Timestamp) -> Spend {
    let (ticket, code) = keys;
    let Standing::Pending(sign_ups) = &mut account.standing else { return Spend::Wrong };
    let named = |sign_up: &SignUp| sign_up.ticket == *ticket && now < sign_up.expires_at;
    let Some(named) = sign_ups.iter().position(named) else { return Spend::Wrong };
    if Code::spend(&mut sign_ups[named].code, code, now) == Spend::Wrong {
        share_tries(sign_ups, named);
        return Spend::Wrong;
    }
    let SignUp { password, profile, mobile_number, .. } = sign_ups.swap_remove(named);
    // No later than its session, whose id must not seem to be from before the password.
    let mut user = User::new(password, profile, mobile_number, session.created_at);
    user.email_verified = true;
    user.sign_in(session.clone(), now);
    account.standing = Standing::Active(Box::new(user));
    Spend::Right
}

/// Counts a wrong try for every sign-up that waits for the same code: otherwise whoever holds ten tickets had ten times the
/// tries.
fn share_tries(sign_ups: &mut [SignUp], tried: usize) {
    let Some(tried) = sign_ups[tried].code.clone() else { return };
    for code in sign_ups.iter_mut().filter_map(|sign_up| sign_up.code.as_mut()).filter(|code| code.is_same(&tried)) {
        code.clone_from(&tried);
    }
}
