//! Limits the number of emails that can be requested. A client that asks too often gets an error; a
//! client that asks for an address that has had too many does not, so that it learns nothing about
//! the address.

use super::Client;
use super::rate_limiter::RateLimiter;
use crate::model::{Email, Wait};
use crate::rate_limit::{Key, RateLimit};
use crate::repository::StoreError;

/// The decision on a request for an email.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MailDecision {
    /// The email is queued.
    Send,
    /// The address has had its emails for now. The response is the same.
    Suppress,
    /// The client asks too often.
    Refuse(Wait),
}

impl RateLimiter {
    /// Counts one email to an address: three at first, then one an hour, from all clients together.
    pub(super) async fn reserve_mail(
        &self,
        email: &Email,
        client: &Client,
    ) -> Result<MailDecision, StoreError> {
        let (email, client) = (email.as_str(), client.key());
        let by_client = [
            Key::new(RateLimit::MailByEmailAndClient, &[email, &client]),
            Key::new(RateLimit::MailByClient, &[&client]),
        ];
        if let Some(wait) = self.check(&by_client).await? {
            return Ok(MailDecision::Refuse(wait));
        }
        // Both are counted each time: the hour after which the next email may follow begins with
        // the first ones too.
        let first = self
            .check(&[Key::new(RateLimit::MailByEmail, &[email])])
            .await?;
        let later = self
            .check(&[Key::new(RateLimit::MailByEmailLater, &[email])])
            .await?;
        if first.is_none() || later.is_none() {
            return Ok(MailDecision::Send);
        }
        tracing::info!("the address has had its emails for now: one is suppressed");
        Ok(MailDecision::Suppress)
    }

    /// Counts one email that is about to be queued, to any address, and returns whether it may be.
    /// Requests for addresses that get no email do not count: otherwise made-up addresses could use
    /// up everybody's emails.
    pub(super) async fn reserve_overall_mail(&self, limit: RateLimit) -> Result<bool, StoreError> {
        if !self.is_enabled() {
            return Ok(true);
        }
        let now = self.now();
        let attempts = self.increment(&Key::new(limit, &[]), now).await?;
        // Logged once: a flood of requests must not flood the log.
        if attempts.count == limit.limit() + 1 {
            tracing::error!(
                limit = limit.name(),
                "the hour's emails are used up: codes are suppressed"
            );
        }
        Ok(limit.evaluate(attempts, now).is_ok())
    }
}
