//! The worker that sends letters, and throws out what has expired.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::accounts::Accounts;

/// How often it looks for letters that nobody told it of: another node's, or ones to be tried again.
const LOOK: Duration = Duration::from_secs(1);
/// How long it waits when the store fails.
const STORE_DOWN: Duration = Duration::from_secs(5);
/// How often it throws out what has expired.
const PURGE: Duration = Duration::from_mins(1);

/// Works until told to stop; a letter that is being sent is sent to the end.
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

/// Keeps no letter from leaving: what could not be thrown out is tried again with the next time.
async fn purge(accounts: &Accounts, purged: &mut Instant) {
    if purged.elapsed() >= PURGE {
        *purged = Instant::now();
        if let Err(error) = accounts.purge().await {
            tracing::warn!(?error, "what has expired could not be thrown out");
        }
    }
}
