//! The operator's files, checked before anything is created: a server that cannot start leaves
//! nothing behind.

use super::StartError;
use super::emails::EmailFiles;
use crate::accounts::SignInProviders;
use crate::config::{Config, DocumentSource, ProviderSource};
use crate::graphql::TrustedDocuments;
use crate::providers::Providers;
use crate::token::{CustomClaims, Keyring, ResourceServers, Secret};

/// The operator's files, read and checked.
pub(super) struct OperatorFiles {
    pub(super) secret: Option<Secret>,
    pub(super) emails: EmailFiles,
    pub(super) trusted: Option<TrustedDocuments>,
    pub(super) resource_servers: Option<ResourceServers>,
    pub(super) claims: CustomClaims,
    pub(super) providers: SignInProviders,
}

impl OperatorFiles {
    pub(super) fn read(config: &Config) -> Result<Self, StartError> {
        if config.has_one_secret() {
            return Err(StartError::OneSecret);
        }
        let secret = config.secret.as_ref().map(Secret::read).transpose()?;
        // The keyring is opened later, which creates a first key if necessary; a bad key is
        // reported now.
        Keyring::read(&config.keys)?;
        let trusted = config
            .trusted_documents
            .clone()
            .map(DocumentSource::documents)
            .transpose()?;
        let resource_servers = config.resource_servers.as_ref();
        Ok(Self {
            secret,
            emails: EmailFiles::read(config)?,
            trusted,
            claims: config.custom_claims()?,
            providers: providers(config)?,
            resource_servers: resource_servers.map(ResourceServers::read).transpose()?,
        })
    }
}

/// Returns the providers that users can sign in with.
fn providers(config: &Config) -> Result<SignInProviders, StartError> {
    let settings = &config.sign_in.providers;
    let file = settings.source.as_ref().map(ProviderSource::providers);
    let file = file.transpose()?;
    Ok(SignInProviders {
        providers: file.as_ref().map(Providers::new).unwrap_or_default(),
        redirects: settings.redirects.clone(),
        public_url: config.public_url.as_str().trim_end_matches('/').to_owned(),
    })
}
