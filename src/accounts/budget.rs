//! Counts attempts where they are spent: inside the acts.

use std::time::Duration;

use futures_util::future::try_join_all;

use super::{Accounts, Conflict, Fault};
use crate::model::{Account, Attempts, Timestamp, Wait};
use crate::throttle::Budget;
use crate::token::Purpose;

/// How long a decoy's row is kept; what it counts is of no interest.
const DECOY_WINDOW: Duration = Duration::from_hours(1);

/// A budget, and whose: the parts of the counter's name.
pub(super) type Charge<'a> = (Budget, Vec<&'a str>);

impl Accounts {
    /// Counts one attempt on each budget, in this order, and stops at the first that is used up: so what a client does in
    /// vain is charged to itself, and not to the address it is done to. Gives how long to wait.
    pub(super) async fn spend(&self, charges: &[Charge<'_>]) -> Result<Option<Wait>, Fault> {
        if !self.policy.limits {
            return Ok(None);
        }
        for (budget, subject) in charges {
            let now = self.clock.now();
            let attempts = self.count(*budget, subject, now).await?;
            if let Err(wait) = budget.judge(attempts, now) {
                return Ok(Some(wait));
            }
        }
        Ok(None)
    }

    /// Counts one attempt on one budget, whatever comes of it.
    pub(super) async fn count(&self, budget: Budget, subject: &[&str], now: Timestamp) -> Result<Attempts, Fault> {
        Ok(self.repository.count(&self.counter(budget, subject), budget.window(), now).await?)
    }

    /// Takes attempts back that turned out not to be guesses.
    pub(super) async fn refund(&self, charges: &[Charge<'_>]) -> Result<(), Fault> {
        if self.policy.limits {
            let uncount = async |(budget, subject): &Charge<'_>| {
                self.repository.uncount(&self.counter(*budget, subject), self.clock.now()).await
            };
            try_join_all(charges.iter().map(uncount)).await?;
        }
        Ok(())
    }

    /// The work that a letter to an account costs, where there is no account to write one to: one write.
    pub(super) async fn decoy_write(&self) -> Result<(), Fault> {
        // One of 256 rows, so that a crowd of them does not queue for one.
        let [row] = self.rng.bytes();
        self.repository.count(&format!("decoy:{row}"), DECOY_WINDOW, self.clock.now()).await?;
        Ok(())
    }

    /// The work of a letter that is counted and written, where none is.
    pub(super) async fn decoy_letter(&self) -> Result<(), Fault> {
        if self.policy.limits {
            self.decoy_write().await?;
        }
        self.decoy_write().await
    }

    /// Like `change`, and one write even where the act changes nothing, so that time does not tell what there was to
    /// change.
    pub(super) async fn change_evenly<T>(
        &self,
        account: Account,
        act: impl FnMut(&mut Account, Timestamp) -> T + Send,
    ) -> Result<Result<(T, Account), Conflict>, Fault> {
        let before = account.version;
        let changed = self.change(account, act).await?;
        if changed.as_ref().is_ok_and(|(_, account)| account.version == before) {
            self.decoy_write().await?;
        }
        Ok(changed)
    }

    /// A counter's name holds a digest, so that the store lists no addresses of people who have no account.
    fn counter(&self, budget: Budget, subject: &[&str]) -> String {
        let parts: Vec<&[u8]> = subject.iter().map(|part| part.as_bytes()).collect();
        format!("{}:{}", budget.name(), self.secret.digest(Purpose::Counter, &parts))
    }
}
