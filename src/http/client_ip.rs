//! The IP address of a request's client: the peer, or the client that a trusted proxy forwards for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::{accept_language, forwarded};
use crate::accounts::Client;

/// The networks of the proxies whose forwarding headers are trusted.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Arc<[IpNet]>);

impl TrustedProxies {
    /// Adds the loopback addresses. A proxy on this machine connects for many clients, even if its
    /// headers are not trusted.
    #[must_use]
    pub fn with_loopback(&self) -> Self {
        let loopback = [
            Ipv4Net::new_assert(Ipv4Addr::LOCALHOST, 8).into(),
            Ipv6Net::from(Ipv6Addr::LOCALHOST).into(),
        ];
        Self(self.0.iter().copied().chain(loopback).collect())
    }

    /// Returns the client of a request: its address, its user agent and its languages.
    pub(super) fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> Client {
        let user_agent = headers
            .get(USER_AGENT)
            .and_then(|it| it.to_str().ok())
            .map(str::to_owned);
        Client {
            ip: self.address(peer.ip(), headers),
            user_agent,
            languages: accept_language::languages(headers),
        }
    }

    /// Returns the client's address. Each proxy appends the address of its peer to the header, so
    /// the list is read from its end, for as long as the entries were written by trusted proxies.
    /// Earlier entries can be forged, and are ignored.
    fn address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let hops = forwarded::hops(headers);
        let mut client = peer.to_canonical();
        for hop in hops.iter().rev() {
            if !self.trusts(client) {
                break;
            }
            let Some(address) = hop else { break };
            client = *address;
        }
        client
    }

    /// Returns true if the address belongs to a trusted proxy.
    pub(super) fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::forwarded::X_FORWARDED_FOR;
    use super::*;

    fn address(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "2001:db8:a::/48"].map(|network| network.parse().unwrap());
        let mut headers = HeaderMap::new();
        for list in forwarded {
            headers.append(X_FORWARDED_FOR, list.parse().unwrap());
        }
        TrustedProxies(trusted.into())
            .address(peer.parse().unwrap(), &headers)
            .to_string()
    }

    #[test]
    fn untrusted_peers_forwarding_header_is_ignored() {
        assert_eq!(address("192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(address("192.0.2.1", &["10.0.0.1, 10.0.0.2"]), "192.0.2.1");
    }

    #[test]
    fn trusted_proxy_names_the_client_it_forwards_for() {
        assert_eq!(address("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(
            address("::ffff:10.0.0.1", &["203.0.113.9:1234"]),
            "203.0.113.9"
        );
        assert_eq!(
            address("2001:db8:a::1", &["[2001:db8::7]:443"]),
            "2001:db8::7"
        );
        assert_eq!(address("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn entries_before_the_trusted_proxies_are_ignored() {
        assert_eq!(
            address("10.0.0.1", &["127.0.0.1, 203.0.113.9, 10.0.0.2"]),
            "203.0.113.9"
        );
        assert_eq!(
            address("10.0.0.1", &["127.0.0.1", "203.0.113.9"]),
            "203.0.113.9"
        );
        assert_eq!(
            address("10.0.0.1", &["127.0.0.1, nonsense, 10.0.0.2"]),
            "10.0.0.2"
        );
    }
}
