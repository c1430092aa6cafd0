//! Exchanges of refresh tokens that this node answered with OVERLOADED.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::model::{SessionId, Timestamp};
use crate::token::RefreshToken;

/// The time for which an exchange is remembered.
const LIFETIME: Duration = Duration::from_mins(10);
/// The number of exchanges that are remembered. Beyond it the oldest are forgotten.
const MAX_EXCHANGES: usize = 10_000;

/// Remembers exchanges whose outcome the client does not know: the write may have happened although
/// the store did not acknowledge it in time. The client may try again with the same token, as long
/// as the successor was not used.
/// Clones share the memory.
#[derive(Clone, Default)]
pub(in crate::accounts) struct OverloadedRefreshes(
    Arc<Mutex<HashMap<(SessionId, u32), Timestamp>>>,
);

impl OverloadedRefreshes {
    /// Remembers the exchange of a token.
    pub(super) fn remember(&self, token: RefreshToken, now: Timestamp) {
        let mut exchanges = self.exchanges();
        if exchanges.len() >= MAX_EXCHANGES {
            exchanges.retain(|_, expires_at| now < *expires_at);
        }
        if exchanges.len() >= MAX_EXCHANGES {
            let oldest = exchanges.iter().min_by_key(|(_, expires_at)| **expires_at);
            if let Some(oldest) = oldest.map(|(key, _)| *key) {
                exchanges.remove(&oldest);
            }
        }
        exchanges.insert((token.session, token.generation), now.plus(LIFETIME));
    }

    /// Returns whether the exchange of a token is remembered.
    pub(super) fn contains(&self, token: RefreshToken, now: Timestamp) -> bool {
        let expires_at = self
            .exchanges()
            .get(&(token.session, token.generation))
            .copied();
        expires_at.is_some_and(|expires_at| now < expires_at)
    }

    fn exchanges(&self) -> MutexGuard<'_, HashMap<(SessionId, u32), Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccountId, Rng};

    fn token(now: Timestamp, generation: u32) -> RefreshToken {
        let rng = Rng::system();
        RefreshToken {
            account: AccountId::new(now, &rng),
            session: SessionId::new(now, &rng),
            generation,
        }
    }

    #[test]
    fn remembered_exchange_is_forgotten_after_ten_minutes() {
        let now = Timestamp::from_millis(0);
        let (exchanges, token) = (OverloadedRefreshes::default(), token(now, 3));
        exchanges.remember(token, now);
        let later = |seconds| now.plus(Duration::from_secs(seconds));
        assert!(exchanges.contains(token, later(599)));
        assert!(!exchanges.contains(token, later(600)));
        let next = RefreshToken {
            generation: 4,
            ..token
        };
        assert!(!exchanges.contains(next, now));
    }

    #[test]
    fn oldest_exchange_is_forgotten_at_the_limit() {
        let start = Timestamp::from_millis(0);
        let exchanges = OverloadedRefreshes::default();
        let first = token(start, 0);
        exchanges.remember(first, start);
        for millis in 1..=MAX_EXCHANGES {
            let now = Timestamp::from_millis(i64::try_from(millis).unwrap());
            exchanges.remember(token(now, 0), now);
        }
        assert!(!exchanges.contains(first, start));
        assert_eq!(exchanges.exchanges().len(), MAX_EXCHANGES);
    }
}
