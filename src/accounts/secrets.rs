//! The server's secret, and its replacement: what the store holds is sealed with the first one, and
//! the store knows which ones it needs.

use std::sync::Arc;

use super::account_store::AccountStore;
use super::{Accounts, InternalError};
use crate::hashing::ImportedHash;
use crate::model::{Account, Clock, Rng, SealUse, Sealed};
use crate::repository::{Repository, StoreError};
use crate::token::{Purpose, Secret};

/// The server must not use the store with the secrets that it has.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// The store holds data of a secret that the server does not have.
    #[error(
        "the store holds data of the secret {missing}, and this server has {present}: set LATCHKEY_SECRET to it, or to a \
         new one followed by it; if it is lost, `latchkey keys forget-secret {missing}` gives up what it has sealed"
    )]
    MissingSecret {
        /// The fingerprint of the secret that is missing.
        missing: String,
        /// The fingerprint of the secret that the server has.
        present: String,
    },
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}

impl ClaimError {
    /// Checks that a server has all the secrets that a store has recorded.
    ///
    /// # Errors
    /// Returns the first one that is missing.
    pub fn check(secret: &Secret, recorded: &[String]) -> Result<(), Self> {
        match secret.missing_of(recorded) {
            Some(missing) => Err(Self::MissingSecret {
                missing: missing.to_owned(),
                present: secret.fingerprint(),
            }),
            None => Ok(()),
        }
    }
}

/// Seals anew what a former secret has sealed.
pub(super) struct Resealer {
    secret: Secret,
    rng: Rng,
}

impl Resealer {
    /// Seals an account's texts with the current secret. Returns whether any was sealed with a
    /// former one.
    pub(super) fn reseal(&self, account: &mut Account) -> bool {
        if !self.secret.has_former() {
            return false;
        }
        let mut is_changed = self.reseal_import(account);
        for (sealed_for, seal) in account.seals_mut() {
            let purpose = match sealed_for {
                SealUse::Email => Purpose::EmailCode,
                SealUse::SecondFactor => Purpose::SecondFactor,
            };
            if let Some(anew) = self.secret.reseal(purpose, seal, &self.rng) {
                *seal = anew;
                is_changed = true;
            }
        }
        is_changed
    }

    /// Seals the application's secret in an imported hash.
    fn reseal_import(&self, account: &mut Account) -> bool {
        let password = account.user_mut().and_then(|user| user.password.as_mut());
        let Some(password) = password else {
            return false;
        };
        let Some(hash) = ImportedHash::read(password) else {
            return false;
        };
        let sealed = hash.sealed_secret().map(|it| Sealed::new(it.to_owned()));
        let anew = sealed.and_then(|it| self.secret.reseal(Purpose::EmailCode, &it, &self.rng));
        let Some(anew) = anew else {
            return false;
        };
        *password = hash
            .with_sealed_secret(anew.as_str().to_owned())
            .to_stored();
        true
    }
}

/// Claims the store for the server's secret.
pub(super) struct StoreSecrets {
    repository: Arc<dyn Repository>,
    resealer: Arc<Resealer>,
}

impl StoreSecrets {
    pub(super) fn new(repository: Arc<dyn Repository>, secret: Secret, rng: Rng) -> Self {
        Self {
            repository,
            resealer: Arc::new(Resealer { secret, rng }),
        }
    }

    /// Returns the store of accounts, whose saves seal anew.
    pub(super) fn account_store(&self, clock: Clock) -> Arc<AccountStore> {
        let store = AccountStore::new(self.repository.clone(), clock, self.resealer.clone());
        Arc::new(store)
    }

    async fn claim(&self) -> Result<(), ClaimError> {
        let secret = &self.resealer.secret;
        let present = secret.fingerprint();
        let recorded = self.repository.secrets().await?;
        ClaimError::check(secret, &recorded)?;
        if recorded.contains(&present) {
            return Ok(());
        }
        self.repository.record_secret(&present).await?;
        // Another server may have begun with the same empty store.
        let claimed = ClaimError::check(secret, &self.repository.secrets().await?);
        if claimed.is_err() {
            self.repository.forget_secret(&present).await?;
        }
        claimed
    }

    async fn forget_former(&self) -> Result<(), StoreError> {
        for former in self.resealer.secret.former_fingerprints() {
            self.repository.forget_secret(&former).await?;
        }
        Ok(())
    }
}

impl Accounts {
    /// Claims the store for the server's secret, and records that it is in use.
    ///
    /// # Errors
    /// When the store holds data of a secret that the server does not have, or fails.
    pub async fn claim_store(&self) -> Result<(), ClaimError> {
        self.secrets.claim().await
    }

    /// Returns whether the server has former secrets.
    #[must_use]
    pub fn has_former_secrets(&self) -> bool {
        self.secrets.resealer.secret.has_former()
    }

    /// Seals every account anew that a former secret has sealed, and records that the former ones
    /// are not needed. Returns the number of accounts.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reseal(&self) -> Result<u64, InternalError> {
        let resealer = &self.secrets.resealer;
        let reseal = |account: &mut Account, _| u64::from(resealer.reseal(account));
        let accounts = self.update_every_account(reseal).await?;
        self.secrets.forget_former().await?;
        Ok(accounts)
    }
}
