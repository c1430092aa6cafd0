//! Sign-ups under the verify-first policy: the response does not reveal whether an address had an
//! account.

use super::{Application, SignupOutcome};
use crate::accounts::account_store::{Updated, log_account};
use crate::accounts::mail_quota::MailDecision;
use crate::accounts::{Accounts, Client, InternalError, UpdateError};
use crate::hashing::Permit;
use crate::model::{
    Account, AccountId, AccountState, Email, EmailKind, MAX_SIGN_UPS, NewEmail, REPEATABLE_TIME,
    SignUp, Timestamp,
};
use crate::rate_limit::RateLimit;
use crate::repository::WriteOutcome;
use crate::token::Purpose;

/// The number of attempts to store a sign-up that races with the address's first one.
const MAX_ATTEMPTS: usize = 3;

/// A sign-up to keep, with the email that goes out in the same write.
struct Keeping<'a> {
    sign_up: &'a SignUp,
    message: Option<&'a NewEmail>,
    /// The client has named the request, and may repeat it: no second email goes out.
    has_attempt: bool,
}

impl Accounts {
    /// Keeps a sign-up until its address is verified. The owner of an address that has an account
    /// gets an email instead; the response and the work are the same.
    pub(super) async fn accept_signup(
        &self,
        application: Application,
        client: &Client,
        permit: Permit,
    ) -> Result<SignupOutcome, InternalError> {
        let accepting = self.try_accept(application, client, permit);
        self.timing.pad_to_hash_time(accepting, |_| true).await
    }

    async fn try_accept(
        &self,
        application: Application,
        client: &Client,
        permit: Permit,
    ) -> Result<SignupOutcome, InternalError> {
        let decision = self
            .limiter
            .reserve_mail(&application.email, client)
            .await?;
        if let MailDecision::Refuse(wait) = decision {
            return Ok(SignupOutcome::TooManyAttempts(wait));
        }
        let password = self.hashing.hash(&permit, &application.password).await?;
        drop(permit);
        let ticket = self.codes.ticket_of(&application);
        let email = application.email;
        let code = self.codes.generate(Purpose::SignUpCode, &email);
        let now = self.clock.now();
        let mut sign_up = SignUp {
            ticket: ticket.digest,
            code: Some(self.codes.issue(&code, now)),
            password: Some(password),
            profile: application.profile,
            mobile_number: application.mobile_number,
            locale: application.locale,
            accepted_terms: application.accepted_terms,
            expires_at: SignUp::expiry(now),
        };
        let is_sent = self.is_sent(decision).await?;
        let message = is_sent.then(|| {
            let email = client.email(EmailKind::SignUpCode(code.sealed));
            email.preferring(sign_up.locale.clone())
        });
        if !is_sent {
            // The sign-up waits all the same: a client that used up the address's emails cannot
            // keep others from signing up with the next code.
            sign_up.code = None;
        }
        let keeping = Keeping {
            sign_up: &sign_up,
            message: message.as_ref(),
            has_attempt: application.attempt.is_some(),
        };
        self.keep_sign_up(&email, &keeping).await?;
        Ok(SignupOutcome::Accepted {
            email,
            ticket: ticket.text,
        })
    }

    /// Counts the email of a sign-up, and returns whether it is sent.
    async fn is_sent(&self, decision: MailDecision) -> Result<bool, InternalError> {
        Ok(decision == MailDecision::Send
            && self
                .limiter
                .reserve_overall_mail(RateLimit::SignupMailOverall)
                .await?)
    }

    /// Stores a sign-up, again if the address's account came or went meanwhile.
    async fn keep_sign_up(
        &self,
        email: &Email,
        keeping: &Keeping<'_>,
    ) -> Result<(), InternalError> {
        for _ in 0..MAX_ATTEMPTS {
            if self.try_keep(email, keeping).await? {
                return Ok(());
            }
        }
        Err(InternalError::Overloaded)
    }

    /// Returns whether the sign-up was stored.
    async fn try_keep(&self, email: &Email, keeping: &Keeping<'_>) -> Result<bool, InternalError> {
        let add = |account: &mut Account, now| self.add_sign_up(account, keeping, now);
        if let Some(account) = self.store.by_email(email).await? {
            let updated = self.timing.update_constant_work(&self.store, account, add);
            return match updated.await {
                Err(UpdateError::Deleted) => Ok(false),
                updated => updated.map(|Updated { .. }| true).map_err(Into::into),
            };
        }
        let now = self.clock.now();
        let id = AccountId::new(now, &self.rng);
        let mut account = Account::new(id, email.clone(), AccountState::Pending(Vec::new()));
        log_account(&account);
        add(&mut account, now);
        // A reserved address answers as one that has an account does.
        let written = self.store.insert(&account).await?;
        Ok(matches!(
            written,
            WriteOutcome::Done | WriteOutcome::EmailReserved
        ))
    }

    /// Adds a sign-up to an address that has no account, or notifies the owner of one that has. A
    /// sign-up that is repeated within ten minutes changes nothing.
    fn add_sign_up(&self, account: &mut Account, keeping: &Keeping<'_>, now: Timestamp) {
        let was_notified = keeping.has_attempt
            && account.was_notified(&EmailKind::AlreadyRegistered, REPEATABLE_TIME, now);
        match &mut account.state {
            AccountState::Active(_) => {
                if let Some(message) = keeping.message.filter(|_| !was_notified) {
                    let notice = message.clone().with_kind(EmailKind::AlreadyRegistered);
                    account.notify(notice, now, &self.rng);
                }
            }
            AccountState::Pending(sign_ups) => {
                let sign_up = keeping.sign_up;
                if sign_ups.iter().any(|it| it.is_repeated_by(sign_up, now)) {
                    return;
                }
                sign_ups.retain(|it| it.ticket != sign_up.ticket);
                push_bounded(sign_ups, sign_up.clone(), now);
                if let Some(message) = keeping.message {
                    let lifetime = self.codes.lifetime();
                    account.post_another(message.clone(), lifetime, now, &self.rng);
                }
            }
        }
    }
}

/// Adds a sign-up to those that wait. Where there are too many, the oldest without a valid code
/// gives way, so that a sign-up whose email has just been sent stays; if all have valid codes, the
/// oldest gives way.
pub(in crate::accounts) fn push_bounded(
    sign_ups: &mut Vec<SignUp>,
    sign_up: SignUp,
    now: Timestamp,
) {
    if sign_ups.len() >= MAX_SIGN_UPS {
        let has_no_code =
            |sign_up: &SignUp| sign_up.code.as_ref().is_none_or(|code| code.is_over(now));
        let oldest = sign_ups.iter().position(has_no_code).unwrap_or_default();
        sign_ups.remove(oldest);
    }
    sign_ups.push(sign_up);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Code, Digest, Gender, Name, PasswordHash, Profile};

    const NOW: Timestamp = Timestamp::from_millis(0);

    fn sign_up(ticket: usize, code: Option<u64>) -> SignUp {
        let name = |text| Name::parse(text).unwrap();
        SignUp {
            ticket: Digest::new(ticket.to_string()),
            code: code.map(|seconds| {
                Code::new(
                    Digest::new(String::new()),
                    NOW,
                    Duration::from_secs(seconds),
                )
            }),
            password: Some(PasswordHash::new(String::new())),
            profile: Profile {
                first_name: name("A"),
                last_name: name("B"),
                gender: Gender::Other,
            },
            mobile_number: None,
            locale: None,
            accepted_terms: None,
            expires_at: SignUp::expiry(NOW),
        }
    }

    /// Returns the places of the sign-ups that give way when one is added to ten with these codes.
    fn gone(code_of: impl Fn(usize) -> Option<u64>) -> Vec<usize> {
        let mut waiting: Vec<_> = (0..MAX_SIGN_UPS)
            .map(|place| sign_up(place, code_of(place)))
            .collect();
        push_bounded(
            &mut waiting,
            sign_up(MAX_SIGN_UPS, None),
            NOW.plus(Duration::from_mins(1)),
        );
        let is_there = |place: &usize| {
            waiting
                .iter()
                .any(|it| it.ticket == Digest::new(place.to_string()))
        };
        assert!(
            is_there(&MAX_SIGN_UPS) && waiting.len() == MAX_SIGN_UPS,
            "the last sign-up waits too"
        );
        (0..MAX_SIGN_UPS).filter(|place| !is_there(place)).collect()
    }

    #[test]
    fn oldest_sign_up_without_a_valid_code_gives_way() {
        assert_eq!(gone(|place| (place < 4).then_some(600)), [4]);
        assert_eq!(
            gone(|place| Some(if place == 2 { 60 } else { 600 })),
            [2],
            "its code has expired"
        );
        assert_eq!(gone(|_| Some(600)), [0]);
    }
}
