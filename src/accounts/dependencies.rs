//! The parts that the operations are built from.

use std::sync::Arc;

use super::email_delivery::EmailDelivery;
use super::factor_secrets::FactorSecrets;
use super::one_time_codes::OneTimeCodes;
use super::passkey_ceremonies::PasskeyCeremonies;
use super::provider_flows::{ProviderFlows, SignInProviders};
use super::rate_limiter::RateLimiter;
use super::refresh::OverloadedRefreshes;
use super::secrets::StoreSecrets;
use super::session_issuer::{SessionIssuer, SessionRules};
use super::timing::ResponseTiming;
use super::{Accounts, Policy};
use crate::hashing::Hashing;
use crate::mail::Mailer;
use crate::metrics::Metrics;
use crate::model::{Clock, Rng, SignUpPolicy};
use crate::repository::Repository;
use crate::token::{AccessTokens, Secret};
use crate::webauthn::RelyingParty;

/// The parts that [`Accounts::new`] is built from.
pub struct Dependencies {
    /// Stores accounts and attempt counters.
    pub repository: Arc<dyn Repository>,
    /// Hashes passwords.
    pub hashing: Hashing,
    /// Issues and verifies access tokens.
    pub access_tokens: AccessTokens,
    /// Keys refresh tokens, device tokens, codes and counters.
    pub secret: Secret,
    /// Sends emails.
    pub mailer: Mailer,
    /// The number of emails that are sent at once.
    pub mail_connections: usize,
    /// Records what the parts do.
    pub metrics: Metrics,
    /// Provides the time.
    pub clock: Clock,
    /// Provides randomness.
    pub rng: Rng,
    /// The operator's rules.
    pub policy: Policy,
    /// The rules for signing up.
    pub sign_up: SignUpPolicy,
    /// The name of the service in authenticator apps.
    pub totp_issuer: String,
    /// The relying party of passkeys, if they are on.
    pub relying_party: Option<RelyingParty>,
    /// The providers that users can sign in with.
    pub providers: SignInProviders,
}

impl Accounts {
    /// Builds the operations and their collaborators.
    #[must_use]
    pub fn new(dependencies: Dependencies) -> Self {
        let Dependencies {
            repository,
            hashing,
            access_tokens,
            secret,
            mailer,
            mail_connections,
            metrics,
            clock,
            rng,
            policy,
            sign_up,
            totp_issuer,
            relying_party,
            providers,
        } = dependencies;
        let secrets = StoreSecrets::new(repository.clone(), secret.clone(), rng.clone());
        let store = secrets.account_store(clock.clone());
        let codes = Arc::new(OneTimeCodes::new(secret.clone(), rng.clone(), &policy));
        let limiter = RateLimiter::new(&store, secret.clone(), policy.limits);
        let email_delivery = EmailDelivery::new(
            store.clone(),
            codes.clone(),
            mailer,
            rng.clone(),
            mail_connections,
        )
        .measured_by(metrics);
        let rules = SessionRules::of(&policy);
        Self {
            store,
            limiter,
            factors: FactorSecrets::new(secret.clone(), rng.clone(), totp_issuer),
            passkeys: PasskeyCeremonies::new(relying_party, secret.clone(), rng.clone()),
            flows: ProviderFlows::new(providers, secret.clone(), rng.clone()),
            sessions: SessionIssuer::new(access_tokens, secret, clock.clone(), rng.clone(), rules),
            codes,
            email_delivery: Arc::new(email_delivery),
            timing: ResponseTiming::new(repository, hashing.clone(), clock.clone(), rng.clone()),
            overloaded_refreshes: OverloadedRefreshes::default(),
            secrets,
            hashing,
            clock,
            rng,
            policy,
            sign_up,
        }
    }
}
