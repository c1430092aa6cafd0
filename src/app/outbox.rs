//! The worker that sends queued emails and purges expired data.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::accounts::Accounts;

/// The interval at which it checks for emails of other nodes and for retries.
const LOOK: Duration = Duration::from_secs(1);
/// The pause after a store failure.
const STORE_DOWN: Duration = Duration::from_secs(5);
/// The interval between two purges.
const PURGE: Duration = Duration::from_mins(1);

/// Runs until it is asked to stop; an email that is being sent is sent to the end.
pub(super) async fn run(accounts: Arc<Accounts>, mut stopped: watch::Receiver<bool>) {
    let mut purged = Instant::now();
    while !*stopped.borrow() {
        purge(&accounts, &mut purged).await;
        let pause = match accounts.deliver().await {
            Ok(0) => LOOK,
            Ok(_) => continue,
            Err(error) => {
                tracing::warn!(?error, "outbox: the store failed");
                STORE_DOWN
            }
        };
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => {}
            // Whichever comes first.
            _ = timeout(pause, accounts.email_queued()) => {}
        }
        if pause == STORE_DOWN {
            sleep(LOOK).await;
        }
    }
}

/// Purges expired data. A failure must not keep emails from being sent, so it is logged and the
/// next purge tries again.
async fn purge(accounts: &Accounts, purged: &mut Instant) {
    if purged.elapsed() >= PURGE {
        *purged = Instant::now();
        if let Err(error) = accounts.purge().await {
            tracing::warn!(?error, "what has expired could not be thrown out");
        }
    }
}
