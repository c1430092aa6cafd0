//! Follow an account: what happens to it, as a signed-in caller may see it, while it happens.

mod difference;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::{AccountStore, Accounts};
use crate::model::{Account, AccountId, Clock, EndReason, Session, SessionId, Timestamp};
use crate::repository::{StoreError, Watch};

use difference::Known;

/// The pause before an account is read again.
const PAUSE: Duration = Duration::from_secs(1);
/// The number of reads before the store counts as unavailable: a replica set elects a new primary
/// in less time.
const MAX_READS: usize = 15;
/// The pause before a read is repeated that found an older version than the one reported.
const STALE_PAUSE: Duration = Duration::from_millis(100);
/// The longest time between two looks at the session's expiry.
const EXPIRY_CHECK: Duration = Duration::from_mins(1);

/// A change of an account.
#[derive(Clone, Debug)]
pub enum LiveChange {
    /// The present state of the account.
    User(Box<Account>),
    /// A session began.
    SessionStarted(Box<Session>),
    /// A session ended.
    SessionEnded {
        /// The session.
        session: SessionId,
        /// True for the session of the caller.
        current: bool,
        /// The reason.
        reason: EndReason,
    },
}

/// The reason for which the changes end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveEnd {
    /// The session has ended, which was the last change.
    SessionEnded,
    /// The store cannot be read.
    Unavailable,
}

/// The changes of an account, as the caller of one session may see them. The first one is the
/// present state; the last one is the end of the session.
pub struct LiveChanges {
    store: Arc<AccountStore>,
    clock: Clock,
    watch: Watch,
    session: SessionId,
    known: Option<Known>,
    waiting: VecDeque<LiveChange>,
    end: Option<LiveEnd>,
}

impl Accounts {
    /// Follows an account for a session of it.
    #[must_use]
    pub fn live_changes(&self, account: AccountId, session: SessionId) -> LiveChanges {
        LiveChanges {
            store: self.store.clone(),
            clock: self.clock.clone(),
            watch: self.store.watched().watch(account),
            session,
            known: None,
            waiting: VecDeque::new(),
            end: None,
        }
    }

    /// Returns the time at which an access token is refused, if it is a valid one now.
    #[must_use]
    pub fn bearer_expiry(&self, bearer: &str) -> Option<Timestamp> {
        let (claims, _) = self.sessions.verified_claims(bearer).ok()?;
        Some(claims.refused_at())
    }

    /// Reports the changes that other processes make, for as long as the future runs.
    pub async fn report_changes(&self) {
        self.store.report_changes().await;
    }
}

impl LiveChanges {
    /// Waits for the next change. `None` after the last one.
    pub async fn next(&mut self) -> Option<LiveChange> {
        loop {
            if let Some(change) = self.waiting.pop_front() {
                return Some(change);
            }
            if self.end.is_some() {
                return None;
            }
            let is_gap = match &self.known {
                None => true,
                Some(known) => news(&mut self.watch, known, self.session, &self.clock).await,
            };
            match self.read().await {
                Ok((account, version)) => self.compare(account.as_ref(), version, is_gap),
                Err(error) => {
                    tracing::warn!(?error, "a followed account cannot be read");
                    self.end = Some(LiveEnd::Unavailable);
                }
            }
        }
    }

    /// Waits for the end, and returns its reason.
    pub async fn ended(mut self) -> LiveEnd {
        while self.next().await.is_some() {}
        self.end.unwrap_or(LiveEnd::Unavailable)
    }

    /// Reads the account, in the version that was reported or a newer one, and returns that version
    /// too.
    async fn read(&self) -> Result<(Option<Account>, i64), StoreError> {
        let mut reads = 0;
        loop {
            reads += 1;
            let reported = self.watch.reported_version();
            match self.store.by_id(self.watch.id()).await {
                Ok(Some(account)) if account.version < reported && reads < MAX_READS => {
                    sleep(STALE_PAUSE).await;
                }
                Err(_) if reads < MAX_READS => sleep(PAUSE).await,
                read => return read.map(|account| (account, reported)),
            }
        }
    }

    /// Queues the changes between what the client knows and the account.
    fn compare(&mut self, account: Option<&Account>, version: i64, is_gap: bool) {
        let now = self.clock.now();
        let live = account.and_then(|account| {
            let user = account.user()?;
            user.session(self.session, now).map(|_| user)
        });
        let (Some(account), Some(user)) = (account, live) else {
            let reason = difference::reason(account, self.known.as_ref(), self.session, now);
            self.waiting.push_back(LiveChange::SessionEnded {
                session: self.session,
                current: true,
                reason,
            });
            self.end = Some(LiveEnd::SessionEnded);
            return;
        };
        let new = Known::new(account, user, version, now);
        match &self.known {
            Some(known) => {
                self.waiting.extend(known.changes_of_sessions(user, now));
                if is_gap || !known.shows_the_same_as(&new) {
                    self.waiting
                        .push_back(LiveChange::User(Box::new(account.clone())));
                }
            }
            None => self
                .waiting
                .push_back(LiveChange::User(Box::new(account.clone()))),
        }
        self.known = Some(new);
    }
}

/// Waits until the account may have changed, and returns whether changes may have been missed.
async fn news(watch: &mut Watch, known: &Known, session: SessionId, clock: &Clock) -> bool {
    loop {
        let left = clock.now().until(known.expiry(session));
        match timeout(left.min(EXPIRY_CHECK), watch.news(known.version())).await {
            Ok((_, is_gap)) => return is_gap,
            Err(_) if clock.now().until(known.expiry(session)).is_zero() => return false,
            Err(_) => {}
        }
    }
}
