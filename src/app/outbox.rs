//! The worker that sends queued emails and purges expired data.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::accounts::{Accounts, Deliveries, EmailDelivery};

/// The interval at which it checks for emails of other nodes and for retries.
const LOOK: Duration = Duration::from_secs(1);
/// The pause after a store failure.
const STORE_DOWN: Duration = Duration::from_secs(5);
/// The interval between two purges.
const PURGE: Duration = Duration::from_mins(1);
/// The interval between two counts of the queue.
const MEASURE: Duration = Duration::from_secs(15);

/// Runs until it is asked to stop; emails that are being sent are sent to the end.
pub(super) async fn run(accounts: Arc<Accounts>, mut stopped: watch::Receiver<bool>) {
    follow_imported_hashes(&accounts).await;
    let delivery = accounts.email_delivery();
    let mut deliveries = Deliveries::new();
    let upkeep = tokio::spawn(upkeep(accounts.clone(), stopped.clone()));
    while !*stopped.borrow() {
        let started = tokio::select! {
            started = delivery.start_due(&mut deliveries) => started,
            // While every connection is in use, the next email waits, and the stop does not.
            _ = stopped.wait_for(|stop| *stop) => break,
        };
        log_ended(&mut deliveries);
        let pause = match started {
            Ok(0) => LOOK,
            Ok(_) => continue,
            Err(error) => {
                tracing::warn!(?error, "outbox: the store failed");
                STORE_DOWN
            }
        };
        wait(pause, delivery, &mut stopped).await;
    }
    deliveries.join_all().await;
    // It ends at the same signal.
    _ = upkeep.await;
}

/// Waits for a pause, unless an email is queued or the worker is asked to stop before.
async fn wait(pause: Duration, delivery: &EmailDelivery, stopped: &mut watch::Receiver<bool>) {
    tokio::select! {
        _ = stopped.wait_for(|stop| *stop) => {}
        // Whichever comes first.
        _ = timeout(pause, delivery.email_queued()) => {}
    }
    if pause == STORE_DOWN {
        sleep(LOOK).await;
    }
}

/// Logs the deliveries that have ended and could not be recorded.
fn log_ended(deliveries: &mut Deliveries) {
    while let Some(ended) = deliveries.try_join_next() {
        if let Ok(Err(error)) = ended {
            tracing::warn!(?error, "the delivery of an email was not recorded");
        }
    }
}

/// Purges expired data and counts the queue, in a task of its own: neither waits for an email. A
/// failure is logged, and the next round tries again.
async fn upkeep(accounts: Arc<Accounts>, mut stopped: watch::Receiver<bool>) {
    let mut purged = Instant::now();
    while !*stopped.borrow() {
        if let Err(error) = accounts.email_delivery().measure_queue().await {
            tracing::warn!(?error, "the queue of emails could not be counted");
        }
        if purged.elapsed() >= PURGE {
            purged = Instant::now();
            if let Err(error) = accounts.purge().await {
                tracing::warn!(?error, "what has expired could not be thrown out");
            }
            follow_imported_hashes(&accounts).await;
        }
        _ = timeout(MEASURE, stopped.wait_for(|stop| *stop)).await;
    }
}

/// Learns of imports that another process made. Until the next look at the store, an error only
/// leaves the padding of wrong passwords as it is.
async fn follow_imported_hashes(accounts: &Accounts) {
    if let Err(error) = accounts.follow_imported_hashes().await {
        tracing::warn!(?error, "the slowest imported hash could not be looked up");
    }
}
