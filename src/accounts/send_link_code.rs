//! Email the code that proves an address, before an account at a provider is linked to the account
//! of the address, or signs up with it.

use secrecy::SecretString;

use super::mail_quota::MailDecision;
use super::provider_flows::LinkTicket;
use super::signup::push_bounded;
use super::timing::with_min_duration;
use super::{Accounts, Client, InternalError, SendReauthenticationCodeOutcome};
use crate::model::{
    Account, AccountId, AccountState, EmailKind, FactorPolicy, Gender, Profile, SignInMethod,
    SignUp, Timestamp, User,
};
use crate::rate_limit::RateLimit;
use crate::repository::WriteOutcome;

use SendReauthenticationCodeOutcome as Outcome;

impl Accounts {
    /// Emails the code of a ticket. The response and the work are the same whether or not the address
    /// has an account.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn send_link_code(
        &self,
        ticket: &SecretString,
        client: &Client,
    ) -> Result<Outcome, InternalError> {
        with_min_duration(self.try_send_link_code(ticket, client)).await
    }

    async fn try_send_link_code(
        &self,
        ticket: &SecretString,
        client: &Client,
    ) -> Result<Outcome, InternalError> {
        let now = self.clock.now();
        let Some(ticket) = self.flows.open_ticket(ticket, now) else {
            return Ok(Outcome::ChallengeExpired);
        };
        let email = ticket.email.clone();
        let account = self.store.by_email(&email).await?;
        let user = account.as_ref().and_then(Account::user);
        if ticket.account.is_some()
            && !user.is_some_and(|user| takes_code(user, self.policy.sign_in.factors(), now))
        {
            return Ok(Outcome::NotAvailable);
        }
        let decision = self.limiter.reserve_mail(&email, client).await?;
        if let MailDecision::Refuse(wait) = decision {
            return Ok(Outcome::TooManyAttempts(wait));
        }
        let terms = ticket.accepted_terms.as_deref();
        let is_possible = match user {
            Some(user) => user.is_active(now),
            None => self.may_sign_up(&email, terms, now),
        };
        let limit = match user {
            Some(_) => RateLimit::MailOverall,
            None => RateLimit::SignupMailOverall,
        };
        if is_possible
            && decision == MailDecision::Send
            && self.limiter.reserve_overall_mail(limit).await?
        {
            self.post_link_code(account, &ticket, client).await?;
        } else {
            self.timing.decoy_email(self.limiter.is_enabled()).await?;
        }
        Ok(Outcome::CodeSent(email))
    }

    async fn post_link_code(
        &self,
        account: Option<Account>,
        ticket: &LinkTicket,
        client: &Client,
    ) -> Result<(), InternalError> {
        let post = |account: &mut Account, now| self.add_link_code(account, ticket, client, now);
        let Some(account) = account else {
            let now = self.clock.now();
            let state = AccountState::Pending(Vec::new());
            let id = AccountId::new(now, &self.rng);
            let mut account = Account::new(id, ticket.email.clone(), state);
            post(&mut account, now);
            return match self.store.insert(&account).await? {
                WriteOutcome::VersionConflict
                | WriteOutcome::EmailTaken
                | WriteOutcome::IdentityTaken => Err(InternalError::Overloaded),
                // A reserved address answers as one that has an account does.
                WriteOutcome::Done
                | WriteOutcome::EmailReserved
                | WriteOutcome::MobileNumberTaken => Ok(()),
            };
        };
        self.queue_code(account, post).await
    }

    /// Queues the code. Where the address has no account, a sign-up waits for it.
    fn add_link_code(
        &self,
        account: &mut Account,
        ticket: &LinkTicket,
        client: &Client,
        now: Timestamp,
    ) {
        let sealed = self.flows.sealed_code(ticket);
        let kind = match &mut account.state {
            AccountState::Active(user) if user.is_active(now) => EmailKind::SignInCode(sealed),
            AccountState::Active(_) => return,
            AccountState::Pending(sign_ups) => {
                let sign_up = self.waiting(ticket, now);
                sign_ups.retain(|it| it.ticket != sign_up.ticket);
                push_bounded(sign_ups, sign_up, now);
                EmailKind::SignUpCode(sealed)
            }
        };
        let email = client.email(kind);
        account.post_another(email, LinkTicket::LIFETIME, now, &self.rng);
    }

    /// Returns the sign-up that waits for the code of a ticket. It has no code of its own: the ticket
    /// completes it, and nothing else does.
    fn waiting(&self, ticket: &LinkTicket, now: Timestamp) -> SignUp {
        let profile = &ticket.profile;
        SignUp {
            ticket: self.flows.ticket_digest(ticket),
            code: None,
            password: None,
            profile: Profile {
                first_name: profile.first_name.clone(),
                last_name: profile.last_name.clone(),
                gender: Gender::Undisclosed,
            },
            locale: profile.locale.clone(),
            accepted_terms: None,
            mobile_number: None,
            expires_at: now.plus(LinkTicket::LIFETIME),
        }
    }
}

/// Returns whether a user can prove the account by an emailed code.
fn takes_code(user: &User, policy: FactorPolicy, now: Timestamp) -> bool {
    let methods = user.reauthentication_methods(policy);
    user.is_active(now) && methods.contains(&SignInMethod::EmailCode)
}
