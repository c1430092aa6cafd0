//! How many letters may be asked for. Who asks too often is told; that an address gets too many is not.

use super::{Accounts, Client, Fault};
use crate::model::{Email, Wait};
use crate::throttle::Budget;

/// Whether a letter that was asked for is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Postage {
    /// It is.
    Paid,
    /// The address has had its letters for now. The answer is the same.
    Withheld,
}

impl Accounts {
    /// Counts one letter to an address: three at first, then one an hour, whoever asks. A client that asks too often is
    /// told how long to wait.
    pub(super) async fn frank(&self, email: &Email, client: &Client) -> Result<Result<Postage, Wait>, Fault> {
        let (address, client) = (email.as_str(), client.key());
        let asked = [(Budget::MailByAddressAndClient, vec![address, &client]), (Budget::MailByClient, vec![&client])];
        if let Some(wait) = self.spend(&asked).await? {
            return Ok(Err(wait));
        }
        // Both are counted each time: the hour after which the next letter may follow begins with the first ones too.
        let first = self.spend(&[(Budget::MailByAddress, vec![address])]).await?.is_none();
        let later = self.spend(&[(Budget::MailByAddressLater, vec![address])]).await?.is_none();
        if first || later {
            return Ok(Ok(Postage::Paid));
        }
        tracing::info!("the address has had its letters for now: one is withheld");
        Ok(Ok(Postage::Withheld))
    }

    /// Counts one letter that is about to be written, to anyone. Requests for addresses that get none do not count, so
    /// that nobody can silence the service with made-up ones.
    pub(super) async fn letter_may_leave(&self, budget: Budget) -> Result<bool, Fault> {
        if !self.policy.limits {
            return Ok(true);
        }
        let now = self.clock.now();
        let attempts = self.count(budget, &[], now).await?;
        // Once: whoever uses them up must not fill the log as well.
        if attempts.count == budget.limit() + 1 {
            tracing::error!(budget = budget.name(), "the hour's letters are used up: codes are withheld");
        }
        Ok(budget.judge(attempts, now).is_ok())
    }
}
