//! Claims the store for the server's secret, and replaces former secrets in the background.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::{App, StartError};
use crate::accounts::{Accounts, ClaimError};

/// The pause after a failure.
const PAUSE: Duration = Duration::from_secs(15);

impl App {
    /// Claims the store for the server's secret. A store that does not answer is claimed later.
    ///
    /// # Errors
    /// Returns an error if the store holds data of a secret that the server does not have.
    pub async fn claim_store(&self) -> Result<(), StartError> {
        match self.accounts.claim_store().await {
            Err(error @ ClaimError::MissingSecret { .. }) => Err(error.into()),
            Err(ClaimError::Store(_)) | Ok(()) => Ok(()),
        }
    }
}

/// Claims a store that did not answer at the start, then seals anew what a former secret has sealed.
pub(super) async fn run(accounts: Arc<Accounts>) {
    while let Err(error) = accounts.claim_store().await {
        if matches!(error, ClaimError::MissingSecret { .. }) {
            tracing::error!(%error, "the secret is not the store's");
        }
        sleep(PAUSE).await;
    }
    if !accounts.has_former_secrets() {
        return;
    }
    loop {
        match accounts.reseal().await {
            Ok(accounts) => {
                tracing::info!(
                    accounts,
                    "everything is sealed with the first secret: once every server has started with it, the others may be \
                     removed from LATCHKEY_SECRET"
                );
                return;
            }
            Err(error) => tracing::warn!(?error, "sealing anew failed, and is tried again"),
        }
        sleep(PAUSE).await;
    }
}
