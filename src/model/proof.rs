//! The proofs of a user: recent ones in a session, and the first one of the address.

use std::time::Duration;

use super::{EmailChanges, EndReason, FactorPolicy, SessionId, SignInMethod, Timestamp, User};

impl User {
    /// Returns whether the last proof in a session is recent enough for a sensitive change. An
    /// account with a second factor needs both.
    #[must_use]
    pub fn is_fresh(
        &self,
        session: SessionId,
        lifetime: Duration,
        policy: FactorPolicy,
        now: Timestamp,
    ) -> bool {
        self.session(session, now).is_some_and(|session| {
            let is_recent = now < session.authenticated_at.plus(lifetime);
            let has_both = || SignInMethod::are_two_factors(&session.methods);
            is_recent && (self.second_factors(policy).is_empty() || has_both())
        })
    }

    /// Returns the proofs that allow a sensitive change: those of the second factor, or the
    /// password, an emailed code and a passkey without one.
    #[must_use]
    pub fn reauthentication_methods(&self, policy: FactorPolicy) -> Vec<SignInMethod> {
        let factors = self.second_factors(policy);
        if !factors.is_empty() {
            return factors;
        }
        let password = self.password.as_ref().map(|_| SignInMethod::Password);
        let has_passkey = policy.passkeys && !self.factors.passkeys.is_empty();
        let passkey = has_passkey.then_some(SignInMethod::Passkey);
        password
            .into_iter()
            .chain([SignInMethod::EmailCode])
            .chain(passkey)
            .collect()
    }

    /// Records a proof that the user has given in a session now.
    pub fn record_proof(&mut self, session: SessionId, method: SignInMethod, now: Timestamp) {
        let mut sessions = self.sessions.iter_mut();
        if let Some(session) = sessions.find(|it| it.id == session) {
            session.record_proof(method, now);
        }
    }

    /// Records that the address is the user's.
    pub fn verify_address(&mut self, now: Timestamp) {
        if !self.email_verified {
            self.email_verified = true;
            self.updated_at = now;
        }
    }

    /// Proves the address from outside the account. The first time, what was set up before is
    /// removed, because it may be a stranger's; returns whether it was the first time.
    pub fn prove_from_outside(&mut self, now: Timestamp) -> bool {
        if self.email_verified {
            return false;
        }
        self.verify_address(now);
        self.void_password(now);
        self.mobile_number = None;
        self.factors.clear();
        self.identities.clear();
        self.email_changes = EmailChanges::default();
        self.known_devices.clear();
        self.end_sessions(EndReason::AddressClaimed, now, |_| true);
        true
    }
}
