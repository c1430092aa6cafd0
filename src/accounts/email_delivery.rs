//! Delivers queued emails: leases, sends and removes them; or tries again later, or parks them for
//! the operator.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, JoinSet};

use super::account_store::{AccountStore, UpdateError};
use super::delivery_log::DeliveryLog;
use super::delivery_steps::{Attempt, Settled, lease, renew, settle};
use super::one_time_codes::OneTimeCodes;
use super::{InternalError, MailQueue};
use crate::mail::{Accepted, MailError, Mailer};
use crate::metrics::Metrics;
use crate::model::{Account, AccountId, Delivery, EmailId, OutboxEmail, Rng, Timestamp};
use crate::repository::QueueLength;

/// The interval at which the lease of an email that is being sent is extended.
const RENEWAL: Duration = Duration::from_secs(10);
/// The number of accounts that one look at the store returns.
const ROUND: usize = 16;

/// Sends the emails of the outboxes, a limited number at once.
pub struct EmailDelivery {
    store: Arc<AccountStore>,
    codes: Arc<OneTimeCodes>,
    mailer: Mailer,
    rng: Rng,
    connections: Arc<Semaphore>,
    log: DeliveryLog,
    metrics: Metrics,
    queue: Mutex<Option<(QueueLength, Timestamp)>>,
}

/// An email that is leased to this process, with the right to a connection.
struct Leased {
    account: Account,
    email: OutboxEmail,
    connection: OwnedSemaphorePermit,
}

/// The emails that are being sent.
pub type Deliveries = JoinSet<Result<(), InternalError>>;

impl EmailDelivery {
    pub(super) fn new(
        store: Arc<AccountStore>,
        codes: Arc<OneTimeCodes>,
        mailer: Mailer,
        rng: Rng,
        connections: usize,
    ) -> Self {
        Self {
            store,
            codes,
            mailer,
            rng,
            connections: Arc::new(Semaphore::new(connections)),
            log: DeliveryLog::default(),
            metrics: Metrics::default(),
            queue: Mutex::default(),
        }
    }

    /// Records the attempts to send emails.
    pub(super) fn measured_by(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// Returns the emails that wait, for the operator.
    #[must_use]
    pub fn queue(&self) -> MailQueue<'_> {
        MailQueue::new(&self.store, &self.codes, &self.mailer)
    }

    /// Sends the emails that are due, of as many accounts as one look returns, and waits for each.
    /// Returns the number of accounts.
    ///
    /// # Errors
    /// When the store fails for all accounts. Emails that were sent and not removed are sent once
    /// more after their lease.
    pub async fn deliver_due(self: &Arc<Self>) -> Result<usize, InternalError> {
        let mut deliveries = Deliveries::new();
        let started = self.start_due(&mut deliveries).await?;
        let mut failed = None;
        while let Some(ended) = deliveries.join_next().await {
            failed = failed.or(ended.unwrap_or(Ok(())).err());
        }
        match failed {
            Some(error) if started == 1 => Err(error),
            Some(error) => {
                tracing::warn!(?error, "the delivery of an email was not recorded");
                Ok(started)
            }
            None => Ok(started),
        }
    }

    /// Starts to send the emails that are due, each as soon as a connection is free, and returns the
    /// number of accounts. It waits for no email to be sent.
    ///
    /// # Errors
    /// When the store fails for all accounts.
    pub async fn start_due(
        self: &Arc<Self>,
        deliveries: &mut Deliveries,
    ) -> Result<usize, InternalError> {
        let due = self.store.mail_due(ROUND).await?;
        let (mut started, mut failed) = (0, None);
        for id in due {
            match self.lease(id).await {
                Ok(leased) => {
                    started += 1;
                    if let Some(leased) = leased {
                        let delivery = self.clone();
                        deliveries.spawn(async move { delivery.deliver(leased).await });
                    }
                }
                // An account that cannot be read does not hold up the emails of others.
                Err(error) => failed = Some((id, error)),
            }
        }
        match failed {
            Some((_, error)) if started == 0 => Err(error),
            Some((account, error)) => {
                tracing::warn!(%account, ?error, "emails of an account cannot be sent");
                Ok(started)
            }
            None => Ok(started),
        }
    }

    /// Leases the next email of an account once a connection is free.
    async fn lease(&self, id: AccountId) -> Result<Option<Leased>, InternalError> {
        let connection = self.connections.clone().acquire_owned().await;
        let connection = connection.expect("the semaphore is never closed");
        let Some(account) = self.store.by_id(id).await? else {
            return Ok(None);
        };
        let leased = match self.store.update(account, lease).await {
            // A deleted account has no emails left to send.
            Err(UpdateError::Deleted) => return Ok(None),
            leased => leased?,
        };
        for email in &leased.outcome.expired {
            DeliveryLog::expired(id, email);
        }
        let account = leased.account;
        Ok(leased.outcome.email.map(|email| Leased {
            account,
            email,
            connection,
        }))
    }

    async fn deliver(&self, leased: Leased) -> Result<(), InternalError> {
        let Leased {
            account,
            email,
            connection,
        } = leased;
        let started = Instant::now();
        let sent = self.send(&account, &email).await;
        let delivery = sent
            .as_ref()
            .map_or_else(MailError::delivery, |_| Delivery::Sent);
        self.metrics.email(delivery.name(), started.elapsed());
        let now = self.store.now();
        match &sent {
            Ok(_) => self.log.sent(account.id, now),
            Err(error) => self.log.not_sent(account.id, &email, error, now),
        }
        let [jitter] = self.rng.bytes();
        let attempt = Attempt {
            email: email.id,
            delivery,
            error: sent.as_ref().err().map(ToString::to_string),
            jitter,
            is_proven: email
                .refused_at
                .is_some_and(|since| self.log.accepted_another(account.id, since)),
        };
        let recorded = self.record(account.id, &attempt).await;
        if let Ok(accepted) = sent {
            accepted.close().await;
        }
        drop(connection);
        recorded
    }

    async fn record(&self, id: AccountId, attempt: &Attempt) -> Result<(), InternalError> {
        let Some(account) = self.store.by_id(id).await? else {
            return Ok(());
        };
        let settle = |account: &mut Account, now| settle(account, attempt, now);
        match self.store.update(account, settle).await {
            Ok(updated) => match updated.outcome {
                Settled::Parked => {
                    let email = attempt.email;
                    tracing::error!(account = %id, %email, "email parked: it will not be tried again");
                    Ok(())
                }
                Settled::Expired(email) => {
                    DeliveryLog::expired(id, &email);
                    Ok(())
                }
                Settled::Done => Ok(()),
            },
            Err(UpdateError::Deleted) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Sends an email in a task of its own, so that one that panics stops neither this worker nor
    /// the emails after it. The lease lasts as long as the mail server takes.
    async fn send(&self, account: &Account, email: &OutboxEmail) -> Result<Accepted, MailError> {
        let unseal = |sealed| {
            let code = self.codes.unseal(sealed);
            code.ok_or_else(|| {
                MailError::Refused("its code was sealed with another secret".to_owned())
            })
        };
        let code = email.kind.secret().map(unseal).transpose()?;
        let id = email.id;
        let to = email.recipient(&account.email).clone();
        let (mailer, email, now) = (self.mailer.clone(), email.clone(), self.store.now());
        let mut sending =
            tokio::spawn(async move { mailer.send(&to, &email, code.as_deref(), now).await });
        loop {
            tokio::select! {
                sent = &mut sending => return unless_panicked(sent),
                () = tokio::time::sleep(RENEWAL) => self.renew(account.id, id).await,
            }
        }
    }

    async fn renew(&self, id: AccountId, email: EmailId) {
        let renewed = async {
            match self.store.by_id(id).await? {
                Some(account) => {
                    let renew = |account: &mut Account, now| renew(account, email, now);
                    self.store.update(account, renew).await.map(drop)
                }
                None => Ok(()),
            }
        };
        if let Err(error) = renewed.await {
            tracing::warn!(account = %id, %email, ?error, "the lease of an email was not extended");
        }
    }

    /// Counts the emails that wait, and logs them if one has waited for long.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn measure_queue(&self) -> Result<(), InternalError> {
        let (length, now) = (self.store.mail_queue().await?, self.store.now());
        self.log.queue(&length, now);
        *self.queue.lock().unwrap_or_else(PoisonError::into_inner) = Some((length, now));
        Ok(())
    }

    /// Returns the queue's length when it was last measured, and the time of that.
    #[must_use]
    pub fn measured_queue(&self) -> Option<(QueueLength, Timestamp)> {
        *self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until an operation of this process has queued an email that is due.
    pub async fn email_queued(&self) {
        self.store.email_queued().await;
    }
}

fn unless_panicked(
    sent: Result<Result<Accepted, MailError>, JoinError>,
) -> Result<Accepted, MailError> {
    sent.unwrap_or_else(|_| Err(MailError::Refused("composing the email failed".to_owned())))
}
