//! What the operator gives, read before anything is made: a server that cannot start leaves nothing behind.

use super::StartError;
use crate::config::Config;
use crate::graphql::TrustedDocuments;
use crate::token::{Keyring, Secret};

/// What was given, and found good.
pub(super) struct OperatorFiles {
    pub(super) secret: Option<Secret>,
    pub(super) trusted: Option<TrustedDocuments>,
}

impl OperatorFiles {
    pub(super) fn read(config: &Config) -> Result<Self, StartError> {
        if config.has_one_secret() {
            return Err(StartError::OneSecret);
        }
        let secret = config.secret.as_ref().map(Secret::given).transpose()?;
        // They are opened later, where the first one is made if there is none; a bad one is told now.
        Keyring::read(&config.keys)?;
        let trusted = config
            .trusted_documents
            .as_deref()
            .map(TrustedDocuments::read)
            .transpose()?;
        Ok(Self { secret, trusted })
    }
}
