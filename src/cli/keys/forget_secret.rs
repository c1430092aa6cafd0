//! `latchkey keys forget-secret`.

use super::super::{Failure, print, runtime};
use crate::app;
use crate::config::Config;
use crate::repository::StoreError;

/// Removes the record of a secret from the store.
pub(super) fn run(config: &Config, fingerprint: &str) -> Result<(), Failure> {
    let is_recorded = runtime()?.block_on(async {
        let repository = app::open_repository(&config.store).await?;
        let is_recorded = repository
            .secrets()
            .await?
            .iter()
            .any(|it| it == fingerprint);
        repository.forget_secret(fingerprint).await?;
        Ok::<_, StoreError>(is_recorded)
    });
    if is_recorded.map_err(|error| Failure::new(format!("{error} (LATCHKEY_STORE)")))? {
        print(format_args!(
            "forgot {fingerprint}: servers start without it, and what only it opens is lost\n"
        ))
    } else {
        Err(Failure::new(format!(
            "the store has no data of a secret {fingerprint}"
        )))
    }
}
