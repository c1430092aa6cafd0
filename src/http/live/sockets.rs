//! The sockets and event streams that are open, with their limits.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

use crate::model::SessionId;

/// The maximum number of sockets of one session: all tabs of a browser share one.
const MAX_PER_SESSION: usize = 32;

/// The open sockets and event streams of the process. Clones share them.
#[derive(Clone)]
pub struct Sockets(Arc<Inner>);

struct Inner {
    is_enabled: bool,
    max: usize,
    permits: Arc<Semaphore>,
    closing: watch::Receiver<bool>,
    sessions: Mutex<HashMap<SessionId, Vec<Arc<Member>>>>,
}

/// A socket of a session.
struct Member {
    answered_at: Mutex<Instant>,
    superseded: Notify,
}

/// The place of a socket among those of its session, until it is dropped.
pub(super) struct Membership {
    sockets: Sockets,
    session: SessionId,
    member: Arc<Member>,
}

impl Sockets {
    /// Creates the set, for at most `max` sockets. They are closed once `closing` is true.
    #[must_use]
    pub fn new(is_enabled: bool, max: usize, closing: watch::Receiver<bool>) -> Self {
        Self(Arc::new(Inner {
            is_enabled,
            max,
            permits: Arc::new(Semaphore::new(max)),
            closing,
            sessions: Mutex::default(),
        }))
    }

    /// Waits until all sockets are closed.
    pub async fn closed(&self) {
        let all = u32::try_from(self.0.max).unwrap_or(u32::MAX);
        _ = self.0.permits.acquire_many(all).await;
    }

    /// Returns whether subscriptions are enabled.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.0.is_enabled
    }

    /// Counts a socket until the permit is dropped. `None` if there are too many, or the server is
    /// shutting down.
    pub(super) fn try_acquire(&self) -> Option<OwnedSemaphorePermit> {
        if *self.0.closing.borrow() {
            return None;
        }
        self.0.permits.clone().try_acquire_owned().ok()
    }

    /// Waits until the sockets are to be closed.
    pub(super) async fn closing(&self) {
        let mut closing = self.0.closing.clone();
        _ = closing.wait_for(|closing| *closing).await;
    }

    /// Adds a socket to those of a session. Beyond the maximum, the one that has not answered for
    /// the longest time is superseded.
    pub(super) fn join(&self, session: SessionId) -> Membership {
        let member = Arc::new(Member {
            answered_at: Mutex::new(Instant::now()),
            superseded: Notify::new(),
        });
        let mut sessions = self.sessions();
        let members = sessions.entry(session).or_default();
        if members.len() >= MAX_PER_SESSION {
            let quietest = (0..members.len()).min_by_key(|index| members[*index].answered_at());
            if let Some(quietest) = quietest {
                members.remove(quietest).superseded.notify_one();
            }
        }
        members.push(member.clone());
        drop(sessions);
        Membership {
            sockets: self.clone(),
            session,
            member,
        }
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<SessionId, Vec<Arc<Member>>>> {
        self.0
            .sessions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Member {
    fn answered_at(&self) -> Instant {
        *self
            .answered_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Membership {
    /// Records that the client has answered.
    pub(super) fn on_answer(&self) {
        let mut answered_at = self
            .member
            .answered_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *answered_at = Instant::now();
    }

    /// Returns the time of the client's last answer.
    pub(super) fn answered_at(&self) -> Instant {
        self.member.answered_at()
    }

    /// Waits until a newer socket takes this one's place.
    pub(super) async fn superseded(&self) {
        self.member.superseded.notified().await;
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        let mut sessions = self.sockets.sessions();
        if let Some(members) = sessions.get_mut(&self.session) {
            members.retain(|member| !Arc::ptr_eq(member, &self.member));
            if members.is_empty() {
                sessions.remove(&self.session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Rng, Timestamp};

    fn sockets(max: usize) -> (Sockets, watch::Sender<bool>) {
        let (close, closing) = watch::channel(false);
        (Sockets::new(true, max, closing), close)
    }

    #[tokio::test(start_paused = true)]
    async fn socket_that_answered_least_recently_is_superseded() {
        let (sockets, _close) = sockets(1);
        let session = SessionId::new(Timestamp::from_millis(0), &Rng::system());
        let members: Vec<_> = (0..MAX_PER_SESSION)
            .map(|_| sockets.join(session))
            .collect();
        tokio::time::advance(Duration::from_secs(1)).await;
        for (index, member) in members.iter().enumerate() {
            if index != 7 {
                member.on_answer();
            }
        }
        let _newer = sockets.join(session);
        members[7].superseded().await;
        assert_eq!(sockets.sessions()[&session].len(), MAX_PER_SESSION);
    }

    #[tokio::test]
    async fn socket_beyond_the_maximum_gets_no_permit() {
        let (sockets, close) = sockets(1);
        let permit = sockets.try_acquire();
        assert!(permit.is_some() && sockets.try_acquire().is_none());
        drop(permit);
        sockets.closed().await;
        close.send_replace(true);
        assert!(sockets.try_acquire().is_none(), "while shutting down");
    }

    #[test]
    fn sessions_without_sockets_are_forgotten() {
        let (sockets, _close) = sockets(1);
        let session = SessionId::new(Timestamp::from_millis(0), &Rng::system());
        drop(sockets.join(session));
        assert!(sockets.sessions().is_empty());
    }
}
