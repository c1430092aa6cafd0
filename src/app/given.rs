//! What the operator gives, read before anything is made: a server that cannot start leaves nothing behind.

use super::StartFault;
use crate::config::Config;
use crate::graphql::Trusted;
use crate::token::{Keyring, Secret};

/// What was given, and found good.
pub(super) struct Given {
    pub(super) secret: Option<Secret>,
    pub(super) trusted: Option<Trusted>,
}

impl Given {
    pub(super) fn read(config: &Config) -> Result<Self, StartFault> {
        if config.has_one_secret() {
            return Err(StartFault::OneSecret);
        }
        let secret = config.secret.as_ref().map(Secret::given).transpose()?;
        // They are opened later, where the first one is made if there is none; a bad one is told now.
        Keyring::read(&config.keys)?;
        let trusted = config.trusted_documents.as_deref().map(Trusted::read).transpose()?;
        Ok(Self { secret, trusted })
    }
}
