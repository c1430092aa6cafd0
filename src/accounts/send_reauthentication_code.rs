//! Email a code to the signed-in user, who proves by it that the mailbox is at hand.

use super::mail_quota::MailDecision;
use super::{Accounts, Caller, Client, InternalError};
use crate::model::{Account, Code, Email, EmailKind, SignInMethod, Wait};
use crate::rate_limit::RateLimit;
use crate::token::Purpose;

/// The outcome of a request for a code in a session.
#[derive(Debug)]
pub enum SendReauthenticationCodeOutcome {
    /// A code was emailed to the user.
    CodeSent(Email),
    /// The ticket of the sign-in has expired.
    ChallengeExpired,
    /// The account has a second factor, which it proves instead.
    NotAvailable,
    /// There were too many requests.
    TooManyAttempts(Wait),
}

impl Accounts {
    /// Emails a code to the caller.
    ///
    /// # Errors
    /// When the store fails, or the caller's session has ended meanwhile.
    pub async fn send_reauthentication_code(
        &self,
        caller: Caller,
        client: &Client,
    ) -> Result<SendReauthenticationCodeOutcome, InternalError> {
        let methods = caller
            .user()
            .map(|user| user.reauthentication_methods(self.policy.sign_in.factors()));
        if !methods.is_some_and(|methods| methods.contains(&SignInMethod::EmailCode)) {
            return Ok(SendReauthenticationCodeOutcome::NotAvailable);
        }
        let email = caller.account.email.clone();
        let decision = self.limiter.reserve_mail(&email, client).await?;
        if let MailDecision::Refuse(wait) = decision {
            return Ok(SendReauthenticationCodeOutcome::TooManyAttempts(wait));
        }
        let overall = RateLimit::MailOverall;
        if decision == MailDecision::Send && self.limiter.reserve_overall_mail(overall).await? {
            let code = self.codes.generate(Purpose::ReauthenticationCode, &email);
            let send = |account: &mut Account, now| {
                if let Some(user) = account.user_mut() {
                    let slot = &mut user.reauthentication_code;
                    Code::replace(slot, self.codes.issue(&code, now), now);
                    let email = EmailKind::ReauthenticationCode(code.sealed.clone());
                    account.post(client.email(email), self.codes.lifetime(), now, &self.rng);
                }
            };
            self.store.update_as(caller, send).await?;
        }
        Ok(SendReauthenticationCodeOutcome::CodeSent(email))
    }
}
