//! Limits the number of connections of one client: enough for an office behind one address, too few
//! to shut out others.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::http::client_ip::TrustedProxies;
use crate::rate_limit::client_of;

/// The open connections of each client. Clones share them.
#[derive(Clone)]
pub(super) struct ConnectionLimiter {
    max_per_client: usize,
    exempt: TrustedProxies,
    open: Arc<Mutex<HashMap<String, usize>>>,
}

/// One open connection, counted until it is dropped.
pub(super) struct ConnectionPermit {
    limiter: ConnectionLimiter,
    client: String,
}

impl ConnectionLimiter {
    /// Makes a limiter. Exempt addresses are proxies, which connect for many clients.
    pub(super) fn new(max_per_client: usize, exempt: TrustedProxies) -> Self {
        Self {
            max_per_client,
            exempt,
            open: Arc::default(),
        }
    }

    /// Counts a connection, unless its client has the maximum number already.
    pub(super) fn try_acquire(&self, peer: IpAddr) -> Option<ConnectionPermit> {
        let client = client_of(peer);
        let mut open = self.open();
        let count = open.entry(client.clone()).or_default();
        if *count >= self.max_per_client && !self.exempt.trusts(peer.to_canonical()) {
            return None;
        }
        *count += 1;
        drop(open);
        Some(ConnectionPermit {
            limiter: self.clone(),
            client,
        })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut open = self.limiter.open();
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

    fn limiter(max: usize) -> ConnectionLimiter {
        ConnectionLimiter::new(
            max,
            TrustedProxies(Arc::new(["10.0.0.0/8".parse().unwrap()])),
        )
    }

    fn try_acquire(limiter: &ConnectionLimiter, peer: &str) -> Option<ConnectionPermit> {
        limiter.try_acquire(peer.parse().unwrap())
    }

    #[test]
    fn client_at_its_maximum_does_not_block_another() {
        let limiter = limiter(2);
        let first = try_acquire(&limiter, "2001:db8:1:2::1");
        let second = try_acquire(&limiter, "2001:db8:1:2::2");
        assert!(first.is_some() && second.is_some());
        assert!(
            try_acquire(&limiter, "2001:db8:1:2:3::").is_none(),
            "one /64 is one client"
        );
        assert!(try_acquire(&limiter, "2001:db8:1:3::1").is_some());
        drop(first);
        assert!(
            try_acquire(&limiter, "2001:db8:1:2::1").is_some(),
            "a closed connection makes room for the next"
        );
    }

    #[test]
    fn exempt_proxy_has_no_connection_limit() {
        let limiter = limiter(0);
        for (peer, admitted) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("192.0.2.1", false),
        ] {
            assert_eq!(try_acquire(&limiter, peer).is_some(), admitted, "{peer}");
        }
    }

    #[test]
    fn clients_without_open_connections_are_forgotten() {
        let limiter = limiter(1);
        for peer in ["192.0.2.1", "192.0.2.2", "10.0.0.1"] {
            drop(try_acquire(&limiter, peer));
        }
        assert!(limiter.open().is_empty());
    }
}
