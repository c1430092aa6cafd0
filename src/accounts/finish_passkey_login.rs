//! Log in with a passkey, which is two factors at once.

use secrecy::SecretString;

use super::gate::{Admission, Entry, NotAdmitted};
use super::passkey_ceremonies::{CheckedPasskey, NotProven, PasskeyProof};
use super::{Accounts, Client, InternalError, SignIn, UpdateError};
use crate::model::{Account, SignInMethod, Timestamp, Wait};
use crate::rate_limit::{Key, RateLimit};

/// An attempt to log in with a passkey.
#[derive(Debug)]
pub struct FinishPasskeyLogin {
    /// The ceremony and the answer to it.
    pub proof: PasskeyProof,
    /// Tokens that prove that the device has logged in before.
    pub known_by: Vec<SecretString>,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of an attempt to log in with a passkey.
#[derive(Debug)]
pub enum FinishPasskeyLoginOutcome {
    /// The passkey is right: the user is signed in, or the sign-in waits for its next step.
    SignIn(SignIn),
    /// The passkey was removed here. A password manager can forget it.
    UnknownPasskey {
        /// The domain that it belongs to.
        relying_party: String,
        /// The id that the authenticator has drawn, in base64url.
        credential_id: String,
    },
    /// The answer is wrong.
    InvalidProof,
    /// The ceremony is over, or was finished before.
    ChallengeExpired,
    /// The operator does not offer it, or requires a verified email address first.
    NotAvailable,
    /// There were too many attempts.
    TooManyAttempts(Wait),
}

impl Accounts {
    /// Verifies the answer of an authenticator, and passes its user on to the gate. The passkey says
    /// which account it is of.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn finish_passkey_login(
        &self,
        command: FinishPasskeyLogin,
    ) -> Result<FinishPasskeyLoginOutcome, InternalError> {
        let Some(party) = self.passkeys.party() else {
            return Ok(FinishPasskeyLoginOutcome::NotAvailable);
        };
        let client = command.client.key();
        let keys = [Key::new(RateLimit::PasskeyByClient, &[&client])];
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(FinishPasskeyLoginOutcome::TooManyAttempts(wait));
        }
        let checked = match self.passkeys.check(&command.proof, self.clock.now()) {
            Ok(checked) => checked,
            Err(NotProven::Expired) => return Ok(FinishPasskeyLoginOutcome::ChallengeExpired),
            Err(_) => return Ok(FinishPasskeyLoginOutcome::InvalidProof),
        };
        let admission = self.sign_in_by_passkey(&checked, &command).await?;
        let (account, admission) = match admission {
            Ok(admitted) => admitted,
            Err(NotProven::Expired) => return Ok(FinishPasskeyLoginOutcome::ChallengeExpired),
            Err(NotProven::Invalid) => return Ok(FinishPasskeyLoginOutcome::InvalidProof),
            Err(NotProven::Unknown) => {
                return Ok(FinishPasskeyLoginOutcome::UnknownPasskey {
                    relying_party: party.id.clone(),
                    credential_id: checked.credential_id(),
                });
            }
        };
        self.limiter.release(&keys).await?;
        Ok(match self.sessions.conclude(account, admission)? {
            Ok(sign_in) => FinishPasskeyLoginOutcome::SignIn(sign_in),
            Err(NotAdmitted::EmailNotVerified) => FinishPasskeyLoginOutcome::NotAvailable,
            Err(NotAdmitted::Suspended) => FinishPasskeyLoginOutcome::InvalidProof,
        })
    }

    /// Verifies the passkey against the account that it names. A suspended user's passkey is wrong
    /// rather than unknown: it must not be forgotten.
    async fn sign_in_by_passkey(
        &self,
        checked: &CheckedPasskey,
        command: &FinishPasskeyLogin,
    ) -> Result<Result<(Account, Admission), NotProven>, InternalError> {
        let Some(id) = checked.account() else {
            return Ok(Err(NotProven::Unknown));
        };
        let Some(account) = self.store.by_challenged_id(id).await? else {
            return Ok(Err(NotProven::Unknown));
        };
        let known_device = self.sessions.known_device(&account, &command.known_by);
        let entry =
            Entry::new(SignInMethod::Passkey, &command.client).on_known_device(known_device);
        let decide = |account: &mut Account, now: Timestamp| {
            let user = account.user().ok_or(NotProven::Unknown)?;
            if user.is_suspended() {
                return Err(NotProven::Invalid);
            }
            if user.is_deletion_due(now) {
                return Err(NotProven::Unknown);
            }
            checked.prove(account, now)?;
            Ok(self.sessions.admit(account, &entry, now))
        };
        let updated = match self.store.update(account, decide).await {
            Err(UpdateError::Deleted) => return Ok(Err(NotProven::Unknown)),
            updated => updated?,
        };
        Ok(updated
            .outcome
            .map(|admission| (updated.account, admission)))
    }
}
