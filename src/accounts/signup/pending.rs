//! Sign-ups under the verify-first policy: nobody learns whether an address had an account.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;

use super::{Application, SignupOutcome};
use crate::accounts::postage::Postage;
use crate::accounts::{Accounts, Client, Conflict, Fault, tell_whose};
use crate::hashing::Place;
use crate::model::{Account, AccountId, Code, Digest, Email, LetterKind, MAX_SIGN_UPS, SignUp, Standing, Timestamp};
use crate::repository::Written;
use crate::throttle::Budget;
use crate::token::Purpose;

/// How long a sign-up waits for its code; codes can be sent again meanwhile.
const SIGN_UP_LIFETIME: Duration = Duration::from_hours(24);
/// How often a race with the address's first sign-up is run again.
const ROUNDS: usize = 3;

impl Accounts {
    /// Keeps a sign-up until its address is proven; the owner of an address that has an account gets a letter instead.
    /// The same answer and the same work either way.
    pub(super) async fn accept_sign_up(
        &self,
        application: Application,
        client: &Client,
        place: Place,
    ) -> Result<SignupOutcome, Fault> {
        self.no_sooner_than_a_hash(self.try_to_accept(application, client, place), |_| true).await
    }

    async fn try_to_accept(
        &self,
        application: Application,
        client: &Client,
        place: Place,
    ) -> Result<SignupOutcome, Fault> {
        let postage = match self.frank(&application.email, client).await? {
            Ok(postage) => postage,
            Err(wait) => return Ok(SignupOutcome::TooManyAttempts(wait)),
        };
        let password = self.hashing.hash(&place, &application.password).await?;
        drop(place);
        let email = application.email;
        let ticket = URL_SAFE_NO_PAD.encode(self.rng.bytes::<32>());
        let code = self.fresh_code(Purpose::SignUpCode, &email);
        let now = self.clock.now();
        let sign_up = SignUp {
            ticket: self.ticket_digest(&ticket),
            code: Some(Code::new(code.digest, now, self.policy.code_lifetime)),
            password,
            profile: application.profile,
            mobile_number: application.mobile_number,
            expires_at: now.plus(SIGN_UP_LIFETIME),
        };
        let letter = LetterKind::SignUpCode(code.sealed);
        let kept = if postage == Postage::Paid && self.letter_may_leave(Budget::SignupMailOverall).await? {
            self.keep_sign_up(&email, &sign_up, Some(&letter)).await?
        } else {
            // Whoever had the address's letters of this hour keeps nobody from signing up with the next one.
            self.keep_sign_up(&email, &SignUp { code: None, ..sign_up }, None).await?
        };
        let accepted = SignupOutcome::Accepted { email, ticket: SecretString::from(ticket) };
        if kept { Ok(accepted) } else { Err(Fault::Overloaded) }
    }

    /// Says whether it was kept: not when the address came and went all the while.
    async fn keep_sign_up(&self, email: &Email, sign_up: &SignUp, letter: Option<&LetterKind>) -> Result<bool, Fault> {
        for _ in 0..ROUNDS {
            if self.try_to_keep(email, sign_up, letter).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn try_to_keep(&self, email: &Email, sign_up: &SignUp, letter: Option<&LetterKind>) -> Result<bool, Fault> {
        if let Some(account) = self.by_email(email).await? {
            let kept = self.change_evenly(account, |account, now| self.apply(account, sign_up, letter, now)).await?;
            return Ok(kept != Err(Conflict::Gone));
        }
        let id = AccountId::new(self.clock.now(), &self.rng);
        let mut account = Account::new(id, email.clone(), Standing::Pending(Vec::new()));
        tell_whose(&account);
        self.apply(&mut account, sign_up, letter, self.clock.now());
        let written = self.repository.insert(&account).await?;
        self.tell_of_letters(&account);
        Ok(written == Written::Done)
    }

    /// Adds a sign-up where the address is free; tells the owner of one that is not.
    fn apply(&self, account: &mut Account, sign_up: &SignUp, letter: Option<&LetterKind>, now: Timestamp) {
        match &mut account.standing {
            Standing::Active(_) => {
                if letter.is_some() {
                    account.notify(LetterKind::AlreadyRegistered, now, &self.rng);
                }
            }
            Standing::Pending(sign_ups) => {
                wait_in_line(sign_ups, sign_up.clone(), now);
                if let Some(letter) = letter {
                    account.post_another(letter.clone(), self.policy.code_lifetime, now, &self.rng);
                }
            }
        }
    }

    /// The keyed hash of a ticket as sent.
    pub(in crate::accounts) fn ticket_digest(&self, ticket: &str) -> Digest {
        Digest::new(self.secret.digest(Purpose::Ticket, &[ticket.as_bytes()]))
    }
}

/// Adds a sign-up to those that wait. Where there are too many, the oldest without a code that is still good gives way: so
/// nobody can crowd out one whose letter has just come, unless all have theirs; then the oldest goes.
fn wait_in_line(sign_ups: &mut Vec<SignUp>, sign_up: SignUp, now: Timestamp) {
    if sign_ups.len() >= MAX_SIGN_UPS {
        let is_without = |sign_up: &SignUp| sign_up.code.as_ref().is_none_or(|code| code.is_over(now));
        sign_ups.remove(sign_ups.iter().position(is_without).unwrap_or_default());
    }
    sign_ups.push(sign_up);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Gender, Name, PasswordHash, Profile};

    const NOW: Timestamp = Timestamp::from_millis(0);

    fn sign_up(ticket: usize, code: Option<u64>) -> SignUp {
        let name = |text| Name::parse(text).unwrap();
        SignUp {
            ticket: Digest::new(ticket.to_string()),
            code: code.map(|seconds| Code::new(Digest::new(String::new()), NOW, Duration::from_secs(seconds))),
            password: PasswordHash::new(String::new()),
            profile: Profile { first_name: name("A"), last_name: name("B"), gender: Gender::Other },
            mobile_number: None,
            expires_at: NOW.plus(SIGN_UP_LIFETIME),
        }
    }

    /// Who is left of ten with these codes when one more comes: the places of those that are gone.
    fn gone(code_of: impl Fn(usize) -> Option<u64>) -> Vec<usize> {
        let mut waiting: Vec<_> = (0..MAX_SIGN_UPS).map(|place| sign_up(place, code_of(place))).collect();
        wait_in_line(&mut waiting, sign_up(MAX_SIGN_UPS, None), NOW.plus(Duration::from_mins(1)));
        let is_there = |place: &usize| waiting.iter().any(|it| it.ticket == Digest::new(place.to_string()));
        assert!(is_there(&MAX_SIGN_UPS) && waiting.len() == MAX_SIGN_UPS, "whoever comes last waits too");
        (0..MAX_SIGN_UPS).filter(|place| !is_there(place)).collect()
    }

    #[test]
    fn the_oldest_without_a_good_code_gives_way() {
        assert_eq!(gone(|place| (place < 4).then_some(600)), [4]);
        assert_eq!(gone(|place| Some(if place == 2 { 60 } else { 600 })), [2], "its code has expired");
        assert_eq!(gone(|_| Some(600)), [0]);
    }
}
