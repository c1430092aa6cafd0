//! The parts of the service that tests replace: the store, the transport of emails, time and
//! randomness.

use std::sync::Arc;

use crate::config::{Config, Store};
use crate::mail::Transport;
use crate::metrics::Metrics;
use crate::model::{Clock, Rng};
use crate::repository::{MeasuredRepository, Repository, StoreError};

/// The store and the transport of emails.
pub struct Backends {
    /// The store of the accounts.
    pub repository: Arc<dyn Repository>,
    /// The transport of emails.
    pub transport: Transport,
}

impl Backends {
    /// Measures the store, if anybody can see the measurements.
    pub(super) fn measured(self, config: &Config, metrics: &Metrics) -> Self {
        if config.connections.metrics.is_none() {
            return self;
        }
        let repository = Arc::new(MeasuredRepository::new(self.repository, metrics.clone()));
        Self { repository, ..self }
    }
}

/// The sources of time and randomness.
pub struct Environment {
    /// The clock.
    pub clock: Clock,
    /// The generator.
    pub rng: Rng,
}

/// Opens the store that a URL names.
///
/// # Errors
/// Returns an error if the store cannot be used.
pub async fn open_repository(store: &Store) -> Result<Arc<dyn Repository>, StoreError> {
    match store {
        #[cfg(feature = "sqlite")]
        Store::Sqlite(path) => {
            let path = path.clone();
            let opened = tokio::task::spawn_blocking(move || {
                crate::repository::SqliteRepository::open(&path)
            })
            .await;
            Ok(Arc::new(opened.map_err(|error| {
                StoreError::Unavailable(Box::new(error))
            })??))
        }
        #[cfg(feature = "mongodb")]
        Store::Mongodb(url) => {
            use secrecy::ExposeSecret;
            Ok(Arc::new(crate::repository::MongoRepository::connect(
                url.expose_secret(),
            )?))
        }
        #[cfg(not(all(feature = "sqlite", feature = "mongodb")))]
        _ => Err(StoreError::Unavailable(
            "this program was built without that store".into(),
        )),
    }
}
