//! Builds the parts of the service from the settings.

use std::sync::Arc;

use secrecy::SecretString;
use tokio::sync::watch;

use super::emails::EmailFiles;
use super::policy::{own_origins, policy, schema_url};
use super::{Backends, Environment, StartError};
use crate::accounts::{Accounts, Dependencies, SignInProviders};
use crate::config::{Config, LiveSettings};
use crate::graphql::{self, Executor, KnownDocuments, TrustedDocuments};
use crate::hashing::{Hashing, Unseal};
use crate::http::{Limits, Metadata, Origins, Sockets};
use crate::metrics::Metrics;
use crate::model::Sealed;
use crate::token::{AccessTokens, CustomClaims, Keyring, Secret, VerifiedTokens};

/// Returns the web origins that may call the service.
pub(super) fn origins(config: &Config) -> Arc<Origins> {
    Arc::new(Origins {
        own: own_origins(&config.public_url),
        allowed: config.origins.clone(),
    })
}

/// Returns the limits of connections and requests.
pub(super) fn limits(config: &Config) -> Limits {
    Limits {
        idle: config.connections.idle,
        proxy_idle: config.connections.proxy_idle,
        ..Limits::DEFAULT
    }
}

/// Returns the set of open sockets, which is empty.
pub(super) fn sockets(config: &Config, closing: watch::Receiver<bool>) -> Sockets {
    let LiveSettings {
        subscriptions,
        max_sockets,
    } = config.live;
    Sockets::new(subscriptions, max_sockets, closing)
}

/// Returns the content of the metadata documents.
pub(super) fn metadata(config: &Config) -> Arc<Metadata> {
    Arc::new(Metadata {
        has_introspection: config.resource_servers.is_some(),
        issuer: config.issuer.clone(),
        public_url: config.public_url.as_str().trim_end_matches('/').to_owned(),
    })
}

/// Returns what executes documents.
pub(super) fn executor(config: &Config, trusted: Option<TrustedDocuments>) -> Executor {
    Executor {
        schema: graphql::schema(),
        introspection: config.introspection,
        trusted,
        schema_url: schema_url(config).into(),
        known: KnownDocuments::default(),
    }
}

/// Opens the sealed secrets of applications whose hashes were imported.
fn unseal(secret: &Secret) -> Unseal {
    let secret = secret.clone();
    Arc::new(move |sealed| {
        let opened = secret.unseal(&Sealed::new(sealed.to_owned()))?;
        Some(SecretString::from(opened))
    })
}

/// The parts of the operations that the operator's files make.
pub(super) struct Parts {
    pub(super) claims: CustomClaims,
    pub(super) emails: EmailFiles,
    pub(super) providers: SignInProviders,
    pub(super) metrics: Metrics,
}

/// Builds the operations.
pub(super) fn accounts(
    config: &Config,
    secret: Secret,
    backends: Backends,
    environment: Environment,
    parts: Parts,
) -> Result<Accounts, StartError> {
    let Parts {
        claims,
        emails,
        providers,
        metrics,
    } = parts;
    let threads = std::thread::available_parallelism()?.get();
    Ok(Accounts::new(Dependencies {
        repository: backends.repository,
        hashing: Hashing::new(
            config.bcrypt_engine,
            config.bcrypt_cost,
            threads,
            environment.rng.clone(),
        )?
        .with_unseal(unseal(&secret))
        .with_metrics(metrics.clone()),
        access_tokens: AccessTokens {
            keyring: Keyring::open(&config.keys, environment.clock.now())?,
            issuer: config.issuer.clone(),
            audience: config.audience.clone(),
            client_id: config.client_id.clone(),
            custom_claims: claims,
            lifetime: config.access_token_lifetime,
            verified: VerifiedTokens::default(),
        },
        secret,
        mailer: emails.mailer(config, backends.transport),
        mail_connections: config.mail_connections,
        metrics,
        clock: environment.clock,
        rng: environment.rng,
        policy: policy(config),
        sign_up: config.sign_in.sign_up.clone(),
        totp_issuer: config.sign_in.totp_issuer.clone(),
        relying_party: config.sign_in.passkeys.as_ref().map(|it| it.party.clone()),
        providers,
    }))
}
