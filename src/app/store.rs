//! Opens the store of the settings.

use std::sync::Arc;

use crate::config::Store;
use crate::repository::{Repository, StoreError};

/// Opens the store that a URL names.
///
/// # Errors
/// Returns an error if the store cannot be used.
#[cfg_attr(
    not(feature = "sqlite"),
    expect(
        clippy::unused_async,
        reason = "opening a file waits, naming a server does not"
    )
)]
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
