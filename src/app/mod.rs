//! Layer 6: the one place that builds everything, from the settings, a clock and a generator.

mod assembly;
mod backends;
mod emails;
mod outbox;
mod policy;
mod preflight;
mod secrets;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use self::backends::{Backends, Environment, open_repository};
pub use self::emails::mailer;
use self::policy::cookies;
pub(crate) use self::policy::own_origins;
use self::preflight::OperatorFiles;
use crate::accounts::{Accounts, ClaimError};
use crate::config::{Config, Mail};
use crate::graphql::{self, TrustedDocumentsError};
use crate::http::{self, AppState, Limits, TrustedProxies};
use crate::mail::{DkimError, Folder, MailError, Smtp, TemplateError, Transport};
use crate::metrics::Metrics;
use crate::model::{Clock, Rng};
use crate::providers::ProvidersError;
use crate::repository::StoreError;
use crate::token::{ClaimsError, KeyError, Secret};

/// The time for which requests in progress may finish after a shutdown signal.
const DRAIN: Duration = Duration::from_secs(25);

/// The server cannot start. The text says what is wrong and how to correct it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The keys cannot be used.
    #[error("the keys cannot be used: {0} (LATCHKEY_DATA, or the setting that names them)")]
    Keys(#[from] KeyError),
    /// The secret that resource servers have would let them forge refresh tokens.
    #[error("LATCHKEY_SIGNING_SECRET is the secret behind refresh tokens too: make it another one")]
    OneSecret,
    /// The store cannot be used.
    #[error("{0} (LATCHKEY_STORE)")]
    Store(#[from] StoreError),
    /// The mail server cannot be used.
    #[error("the mail server cannot be used: {0} (LATCHKEY_MAIL)")]
    Mail(#[from] MailError),
    /// The templates or texts of emails cannot be used.
    #[error(
        "the templates of emails cannot be used: {0} (LATCHKEY_MAIL_TEMPLATES, LATCHKEY_LOCALE)"
    )]
    Templates(#[from] TemplateError),
    /// Emails cannot be signed.
    #[error("emails cannot be signed: the key {0} (LATCHKEY_DKIM_KEY)")]
    Dkim(#[from] DkimError),
    /// The trusted documents cannot be used.
    #[error("the trusted documents cannot be used: {0} (LATCHKEY_TRUSTED_DOCUMENTS)")]
    TrustedDocuments(#[from] TrustedDocumentsError),
    /// The claims that the operator adds to access tokens cannot be used.
    #[error("the claims of access tokens cannot be used: {0} (LATCHKEY_CLAIMS, LATCHKEY_ROLES)")]
    Claims(#[from] ClaimsError),
    /// The store is another secret's.
    #[error("{0}")]
    Secret(#[from] ClaimError),
    /// The providers cannot be used.
    #[error("the providers cannot be used: {0} (LATCHKEY_PROVIDERS)")]
    Providers(#[from] ProvidersError),
    /// A system call failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// A service that is ready to serve.
pub struct App {
    /// The operations, for the command line.
    pub accounts: Arc<Accounts>,
    state: AppState,
    stop: watch::Sender<bool>,
    close: watch::Sender<bool>,
    drain: Duration,
}

impl App {
    /// Builds the service.
    ///
    /// # Errors
    /// Returns an error if the keys or the store cannot be used.
    pub async fn build(config: &Config, clock: Clock, rng: Rng) -> Result<Self, StartError> {
        let files = OperatorFiles::read(config)?;
        let transport = match &config.mail {
            Mail::File(folder) => Transport::File(Folder(folder.clone())),
            Mail::Smtp(relay) => {
                let authorities = config.mail_ca.as_deref();
                Transport::Smtp(Smtp::new(relay, &config.mail_names(), authorities)?)
            }
        };
        let repository = open_repository(&config.store).await?;
        let backends = Backends {
            repository,
            transport,
        };
        Self::with(files, config, backends, Environment { clock, rng })
    }

    /// Builds the service on backends that exist already.
    ///
    /// # Errors
    /// Returns an error if the keys cannot be used.
    pub fn assemble(
        config: &Config,
        backends: Backends,
        environment: Environment,
    ) -> Result<Self, StartError> {
        let files = OperatorFiles::read(config)?;
        Self::with(files, config, backends, environment)
    }

    fn with(
        files: OperatorFiles,
        config: &Config,
        backends: Backends,
        environment: Environment,
    ) -> Result<Self, StartError> {
        let rng = environment.rng.clone();
        let open = || Secret::open(&config.data, &rng);
        let secret = files.secret.map_or_else(open, Ok)?;
        let metrics = Metrics::new(environment.clock.now().seconds());
        let backends = backends.measured(config, &metrics);
        let accounts = {
            let parts = assembly::Parts {
                claims: files.claims,
                emails: files.emails,
                providers: files.providers,
                metrics: metrics.clone(),
            };
            assembly::accounts(config, secret, backends, environment, parts)?
        };
        let accounts = Arc::new(accounts);
        let (stop, stopping) = watch::channel(false);
        let (close, closing) = watch::channel(false);
        let state = AppState {
            accounts: accounts.clone(),
            executor: assembly::executor(config, files.trusted),
            policy: graphql::Policy {
                cookies: cookies(config),
            },
            trusted_proxies: TrustedProxies(config.trusted_proxies.clone().into()),
            origins: assembly::origins(config),
            resource_servers: files.resource_servers,
            metadata: assembly::metadata(config),
            emails: config.mail.place().into(),
            limits: assembly::limits(config),
            metrics,
            rng,
            sockets: assembly::sockets(config, closing),
            stopping,
        };
        Ok(Self {
            accounts,
            state,
            stop,
            close,
            drain: config.connections.drain,
        })
    }

    /// Replaces the HTTP limits: tests cannot wait for the usual ones.
    #[must_use]
    pub fn within(mut self, limits: Limits) -> Self {
        self.state.limits = limits;
        self
    }

    /// Returns the routes, without a listener or a worker, for tests.
    pub fn router(&self) -> Router {
        http::router(self.state.clone())
    }

    /// Probes the store before the server announces itself. A store that does not answer may do so
    /// later, and is reported in the log.
    ///
    /// # Errors
    /// Returns an error if the store is one that this program may not use.
    pub async fn probe_store(&self) -> Result<(), StartError> {
        match self.accounts.store_health().probe().await {
            Err(error @ StoreError::Unusable(_)) => Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, "the store does not answer yet: not ready");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Asks everything that runs to stop; from now on the service reports that it is not ready.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Starts the tasks that end with the runtime: they have nothing to finish.
    fn spawn_watchers(&self) {
        tokio::spawn(self.accounts.keyring().clone().watch());
        tokio::spawn(secrets::run(self.accounts.clone()));
        let health = self.accounts.store_health().clone();
        tokio::spawn(async move { health.watch().await });
        if self.state.sockets.is_enabled() {
            let accounts = self.accounts.clone();
            tokio::spawn(async move { accounts.report_changes().await });
        }
    }

    const fn options(&self, peers: http::KnownPeers, metrics: Metrics) -> http::ServerOptions {
        http::ServerOptions {
            limits: self.state.limits,
            peers,
            metrics,
        }
    }

    /// Serves the measurements on a listener of their own, until the service stops.
    pub fn serve_metrics(&self, listener: TcpListener) {
        let steps = http::Shutdown {
            drain: self.state.stopping.clone(),
            close: self.state.stopping.clone(),
        };
        // The task ends with the runtime: a scrape has nothing to finish.
        tokio::spawn(http::serve(
            listener,
            http::metrics_router(self.state.clone()),
            self.options(http::KnownPeers::default(), Metrics::default()),
            steps,
        ));
    }

    /// Serves until `stop` completes, then lets requests in progress finish.
    ///
    /// # Errors
    /// Returns an error if the server fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()>,
    ) -> std::io::Result<()> {
        let stopped = self.close.subscribe();
        let worker = tokio::spawn(outbox::run(self.accounts.clone(), stopped.clone()));
        self.spawn_watchers();
        let peers = http::KnownPeers {
            exempt: self.state.trusted_proxies.with_loopback(),
            proxies: self.state.trusted_proxies.clone(),
        };
        let steps = http::Shutdown {
            drain: self.state.stopping.clone(),
            close: stopped,
        };
        let mut serving = tokio::spawn(http::serve(
            listener,
            self.router(),
            self.options(peers, self.state.metrics.clone()),
            steps,
        ));
        tokio::select! {
            ended = &mut serving => return ended.map_err(std::io::Error::other),
            () = shutdown => self.stop(),
        }
        // Not ready any longer, and still accepting: balancers send requests until they have
        // noticed, and are asked to close the connections that they reuse.
        tokio::select! {
            ended = &mut serving => return ended.map_err(std::io::Error::other),
            () = tokio::time::sleep(self.drain) => {
                self.close.send_replace(true);
            }
        }
        let drained = tokio::time::timeout(DRAIN, async {
            let ended = (&mut serving).await;
            self.state.sockets.closed().await;
            // A worker that failed has logged the reason.
            let _ = worker.await;
            ended.map_err(std::io::Error::other)
        });
        drained.await.unwrap_or_else(|_| {
            tracing::warn!("requests were still in progress when the shutdown time was over");
            Ok(())
        })
    }
}
