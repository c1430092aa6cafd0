//! The secrets of second factors: drawn, sealed and checked here. Accounts hold them sealed.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

use super::PasskeyProof;
use super::passkey_ceremonies::CheckedPasskey;
use crate::model::{
    Account, RecoveryCodes, Rng, Sealed, SignInMethod, Timestamp, Totp, TotpSecret,
};
use crate::token::{Purpose, Secret};

/// The proof of a second factor, as typed.
#[derive(Debug)]
pub enum SecondFactorProof {
    /// A code from an authenticator app.
    Totp(SecretString),
    /// A recovery code.
    RecoveryCode(SecretString),
    /// A passkey.
    Passkey(Box<PasskeyProof>),
}

/// The proof of a second factor, checked as far as that needs no account.
pub(super) enum CheckedFactor<'a> {
    /// A code.
    Typed(&'a SecondFactorProof),
    /// A passkey.
    Passkey(Box<CheckedPasskey>),
}

/// The secret of a new authenticator app, in the forms that a user can take it over in.
#[derive(Debug)]
pub struct NewTotp {
    /// The secret in base32.
    pub secret: SecretString,
    /// The URI for a QR code.
    pub uri: SecretString,
}

/// A new set of recovery codes: the texts for the user, the stored form for the account.
pub(super) struct NewRecoveryCodes {
    pub(super) codes: Vec<String>,
    pub(super) stored: RecoveryCodes,
}

/// Draws, seals and checks the secrets of second factors.
pub(super) struct FactorSecrets {
    secret: Secret,
    rng: Rng,
    totp_issuer: String,
}

impl FactorSecrets {
    pub(super) const fn new(secret: Secret, rng: Rng, totp_issuer: String) -> Self {
        Self {
            secret,
            rng,
            totp_issuer,
        }
    }

    /// Draws the secret of an authenticator app, and seals it.
    pub(super) fn new_totp(&self, account: &str) -> (NewTotp, Sealed) {
        let secret = TotpSecret::draw(&self.rng);
        let text = secret.to_base32();
        let sealed = self.seal(&text);
        let uri = secret.uri(&self.totp_issuer, account).into();
        let secret = text.into();
        (NewTotp { secret, uri }, sealed)
    }

    /// Draws a set of recovery codes.
    pub(super) fn new_recovery_codes(&self) -> NewRecoveryCodes {
        let key: [u8; 32] = self.rng.bytes();
        let codes = RecoveryCodes::draw(&self.rng);
        let sealed = self.seal(&URL_SAFE_NO_PAD.encode(key));
        let stored = RecoveryCodes::new(&codes, &key, sealed);
        NewRecoveryCodes { codes, stored }
    }

    /// Returns the authenticator app that shows this code, if the code is right.
    pub(super) fn first_code(
        &self,
        sealed: &Sealed,
        typed: &SecretString,
        now: Timestamp,
    ) -> Option<Totp> {
        let secret = self.open_totp(sealed)?;
        let last_step = secret.accept(typed.expose_secret(), None, now)?;
        Some(Totp {
            secret: sealed.clone(),
            last_step,
        })
    }

    /// Spends a proof, and returns its method. Returns `None` if the proof is wrong or was used
    /// before.
    pub(super) fn spend(
        &self,
        account: &mut Account,
        proof: &CheckedFactor<'_>,
        now: Timestamp,
    ) -> Option<SignInMethod> {
        let proof = match proof {
            CheckedFactor::Passkey(passkey) => {
                let proven = passkey.prove(account, now);
                return proven.ok().map(|()| SignInMethod::Passkey);
            }
            CheckedFactor::Typed(proof) => proof,
        };
        // Recovery codes come with an authenticator app: without one they are no factor.
        let user = account.user_mut()?;
        let totp = user.factors.totp.as_mut()?;
        match proof {
            SecondFactorProof::Passkey(_) => None,
            SecondFactorProof::Totp(typed) => {
                let secret = self.open_totp(&totp.secret)?;
                let step = secret.accept(typed.expose_secret(), Some(totp.last_step), now)?;
                totp.last_step = step;
                Some(SignInMethod::Totp)
            }
            SecondFactorProof::RecoveryCode(typed) => {
                let codes = user.factors.recovery_codes.as_mut()?;
                let key = self.unseal(&codes.key)?;
                let key = URL_SAFE_NO_PAD.decode(key).ok()?;
                let is_right = codes.spend(&key, typed.expose_secret());
                is_right.then_some(SignInMethod::RecoveryCode)
            }
        }
    }

    fn open_totp(&self, sealed: &Sealed) -> Option<TotpSecret> {
        TotpSecret::from_base32(&self.unseal(sealed)?)
    }

    fn seal(&self, plain: &str) -> Sealed {
        self.secret
            .seal_for(Purpose::SecondFactor, plain, &self.rng)
    }

    /// Decrypts a secret. It is logged if that fails: the server has another secret now.
    fn unseal(&self, sealed: &Sealed) -> Option<String> {
        let plain = self.secret.unseal_for(Purpose::SecondFactor, sealed);
        if plain.is_none() {
            tracing::error!("a second factor is sealed with another secret: see LATCHKEY_SECRET");
        }
        plain
    }
}
