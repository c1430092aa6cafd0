//! How many connections one client has: enough for a crowd behind one address, too few to keep everybody else out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::client::TrustedProxies;
use crate::throttle::client_of;

/// The open connections of each client. Clones share them.
#[derive(Clone)]
pub(super) struct Crowd {
    most: usize,
    spared: TrustedProxies,
    open: Arc<Mutex<HashMap<String, usize>>>,
}

/// One of them, counted until it is dropped.
pub(super) struct Member {
    crowd: Crowd,
    client: String,
}

impl Crowd {
    /// So many connections for each client, but for those who speak for everybody.
    pub(super) fn new(most: usize, spared: TrustedProxies) -> Self {
        Self { most, spared, open: Arc::default() }
    }

    /// Counts a connection, unless its client has as many as it may.
    pub(super) fn admit(&self, peer: IpAddr) -> Option<Member> {
        let client = client_of(peer);
        let mut open = self.open();
        let count = open.entry(client.clone()).or_default();
        if *count >= self.most && !self.spared.trusts(peer.to_canonical()) {
            return None;
        }
        *count += 1;
        drop(open);
        Some(Member { crowd: self.clone(), client })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let mut open = self.crowd.open();
        if let Some(count) = open.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd(most: usize) -> Crowd {
        Crowd::new(most, TrustedProxies(Arc::new(["10.0.0.0/8".parse().unwrap()])))
    }

    fn admit(crowd: &Crowd, peer: &str) -> Option<Member> {
        crowd.admit(peer.parse().unwrap())
    }

    #[test]
    fn a_client_has_so_many_and_another_is_not_held_up() {
        let crowd = crowd(2);
        let first = admit(&crowd, "2001:db8:1:2::1");
        let second = admit(&crowd, "2001:db8:1:2::2");
        assert!(first.is_some() && second.is_some());
        assert!(admit(&crowd, "2001:db8:1:2:3::").is_none(), "one /64 is one client");
        assert!(admit(&crowd, "2001:db8:1:3::1").is_some());
        drop(first);
        assert!(admit(&crowd, "2001:db8:1:2::1").is_some(), "one that is over makes room for the next");
    }

    #[test]
    fn who_speaks_for_everybody_has_no_limit() {
        let crowd = crowd(0);
        for (peer, admitted) in [("10.1.2.3", true), ("::ffff:10.1.2.3", true), ("192.0.2.1", false)] {
            assert_eq!(admit(&crowd, peer).is_some(), admitted, "{peer}");
        }
    }

    #[test]
    fn nothing_is_kept_of_who_is_gone() {
        let crowd = crowd(1);
        for peer in ["192.0.2.1", "192.0.2.2", "10.0.0.1"] {
            drop(admit(&crowd, peer));
        }
        assert!(crowd.open().is_empty());
    }
}
